package answer

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"os"
	"strconv"
	"sync"
	"time"

	"rpcsh/rpcconn"
	"rpcsh/rpcconn/jsontext"
	"rpcsh/rpcconn/process"
)

const (
	maxOutput    = 64 << 20               // bytes of a command's output
	maxRunning   = 32                     // commands of a rule that run at the same time; further requests wait
	commandGrace = 100 * time.Millisecond // for each step of ending a command
	success      = "exit status 0"
)

// A Command answers with what a command writes to its stdout: as JSON if it is JSON, else as text. The params are its
// stdin, as JSON; RPCSH_METHOD, RPCSH_ID (as JSON; empty for a notification), RPCSH_PEER (its number) and
// RPCSH_PEER_ADDRESS are in its environment. Each request starts the command again, and ends it, with all processes
// that it has started.
type Command struct {
	line   string
	stderr func(line string)
	turns  chan struct{}
}

// NewCommand returns a Command that runs a line of the system's shell. stderr gets the lines that the command writes to
// its stderr, unless the command fails and the peer gets them with the error. It may be called by any number of
// goroutines.
func NewCommand(line string, stderr func(line string)) *Command {
	return &Command{line: line, stderr: stderr, turns: make(chan struct{}, maxRunning)}
}

// Answer implements Answerer.
func (c *Command) Answer(ctx context.Context, req *Request) (json.RawMessage, error) {
	req.Enter()
	select {
	case c.turns <- struct{}{}:
		defer func() { <-c.turns }()
	case <-ctx.Done():
		return nil, ended(ctx)
	}
	var said lastLines
	p, err := process.Start(process.Options{
		Shell: c.line, Env: environment(req), Stderr: said.add, Grace: commandGrace,
	})
	if err != nil {
		return nil, rpcconn.NewError(rpcconn.CodeServerError, err.Error())
	}
	output, status, err := converse(ctx, p, req.Params)
	if err == nil && status != success {
		return nil, commandFailed(status, said.data())
	}
	said.each(c.stderr)
	if err != nil {
		return nil, err
	}
	return outputValue(output), nil
}

// converse gives p its input, and returns its output and exit status. It closes p.
func converse(
	ctx context.Context, p *process.Process, params json.RawMessage,
) (output []byte, status string, err error) {
	defer p.Close()
	defer context.AfterFunc(ctx, func() { _ = p.Close() })()
	var writing sync.WaitGroup
	defer writing.Wait()
	defer p.Close() // this ends the writing
	writing.Go(func() {
		_, _ = p.Write(orNull(params)) // the command need not read it
		_ = p.CloseWrite()
	})
	output, err = io.ReadAll(io.LimitReader(p, maxOutput+1))
	switch {
	case len(output) > maxOutput:
		return nil, "", rpcconn.NewError(rpcconn.CodeServerError, "the command wrote more than 64 MiB, and was ended")
	case err == nil:
		select {
		case <-p.Done():
			return output, p.Status(), nil
		case <-ctx.Done(): // the command has closed its stdout, and goes on
		}
	case ctx.Err() == nil:
		return nil, "", rpcconn.NewError(rpcconn.CodeServerError, "reading what the command writes: "+err.Error())
	}
	return nil, "", ended(ctx)
}

// commandFailed returns the answer for a command that failed.
func commandFailed(status string, stderr json.RawMessage) *rpcconn.Error {
	return &rpcconn.Error{Code: rpcconn.CodeServerError, Message: "the command failed: " + status, Data: stderr}
}

// ended returns the error of a request whose ctx has ended. If the connection has ended, there is nothing to answer.
func ended(ctx context.Context) error {
	if IsTimeLimit(ctx) {
		return rpcconn.NewError(rpcconn.CodeServerError, "the command: "+context.Cause(ctx).Error())
	}
	return rpcconn.ErrNoAnswer
}

// environment returns the environment of a command that answers req.
func environment(req *Request) []string {
	return append(os.Environ(), "RPCSH_METHOD="+req.Method, "RPCSH_ID="+req.ID.String(),
		"RPCSH_PEER="+strconv.Itoa(req.Peer.Number()), "RPCSH_PEER_ADDRESS="+req.Peer.Address())
}

// orNull returns params, or null if there are none.
func orNull(params json.RawMessage) json.RawMessage {
	if len(params) == 0 {
		return json.RawMessage("null")
	}
	return params
}

// outputValue returns the output of a command as a value: JSON as it is, nothing as null, anything else as text without
// the line breaks at its end. Bytes that are not UTF-8 become U+FFFD.
func outputValue(output []byte) json.RawMessage {
	output = bytes.TrimRight(output, "\r\n")
	if len(output) == 0 {
		return json.RawMessage("null")
	}
	var value bytes.Buffer
	if jsontext.Valid(output) == nil && json.Compact(&value, output) == nil {
		return value.Bytes()
	}
	return jsontext.AppendQuote(nil, string(output))
}
