package answer

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"sync"

	"rpcsh/rpcconn"
	"rpcsh/rpcconn/transport"
)

// A Loop answers with what one process says, which it keeps running: it gets the params of each request as a line of JSON, and answers it
// with a line, of JSON, else text. Requests take turns. RPCSH_METHOD, the rule's pattern, is in its environment. It is started with the
// first request, and anew with the next one after it has ended, or was ended because an answer took too long. It must be closed.
type Loop struct {
	line    string
	pattern string
	stderr  func(line string)
	turn    chan struct{} // held by who uses running
	running *runningLoop
	work    sync.WaitGroup // exchanges
	ctx     context.Context
	close   context.CancelFunc
}

// A runningLoop is a process of a Loop.
type runningLoop struct {
	*transport.Process
	output *bufio.Reader
	said   lastLines
}

// NewLoop returns a Loop that runs a line of the system's shell for a rule. stderr gets each line that the process writes there, by a
// goroutine of its own.
func NewLoop(line, pattern string, stderr func(line string)) *Loop {
	l := &Loop{line: line, pattern: pattern, stderr: stderr, turn: make(chan struct{}, 1)}
	l.ctx, l.close = context.WithCancel(context.Background())
	return l
}

// A reply is what becomes of a request.
type reply struct {
	result json.RawMessage
	err    error
}

// Answer implements Answerer.
func (l *Loop) Answer(ctx context.Context, req *Request) (json.RawMessage, error) {
	select {
	case l.turn <- struct{}{}:
	case <-ctx.Done():
		return nil, ended(ctx)
	case <-l.ctx.Done():
		return nil, notServed()
	}
	if l.ctx.Err() != nil { // before the work is waited for
		<-l.turn
		return nil, notServed()
	}
	answered := make(chan reply, 1)
	l.work.Go(func() { // an answer that nobody waits for any more has to be read all the same, or it would be that to the next request
		defer func() { <-l.turn }()
		answered <- l.exchange(ctx, req.Params)
	})
	select {
	case r := <-answered:
		return r.result, r.err
	case <-ctx.Done():
		return nil, ended(ctx)
	}
}

// exchange writes a line and reads one, within the time limit of ctx. The caller holds the turn.
func (l *Loop) exchange(ctx context.Context, params json.RawMessage) reply {
	p, err := l.process()
	if err != nil {
		return reply{err: rpcconn.NewError(rpcconn.CodeServerError, err.Error())}
	}
	until := l.ctx // and not until the connection's end: the process serves others too
	if end, limited := ctx.Deadline(); limited {
		var cancel context.CancelFunc
		until, cancel = context.WithDeadline(l.ctx, end)
		defer cancel()
	}
	goesOn := context.AfterFunc(until, func() { _ = p.Close() })
	var input bytes.Buffer
	if json.Compact(&input, orNull(params)) != nil {
		input.Write(params) // the codec has checked it
	}
	input.WriteByte('\n')
	var writing sync.WaitGroup
	writing.Go(func() { _, _ = p.Write(input.Bytes()) }) // where that fails, reading does
	output, err := readLine(p.output)
	if !goesOn() || err != nil {
		_ = p.Close()
		l.running = nil
	}
	writing.Wait()
	switch {
	case err == nil:
		return reply{result: outputValue(output)}
	case l.ctx.Err() != nil:
		return reply{err: notServed()}
	case until.Err() != nil:
		<-ctx.Done()
		return reply{err: ended(ctx)}
	case errors.Is(err, errLongLine):
		return reply{err: rpcconn.NewError(rpcconn.CodeServerError, err.Error())}
	}
	return reply{err: commandFailed(p.Status()+"; the next request starts it anew", p.said.data())}
}

// process returns the process that runs, a new one where none does. The caller holds the turn.
func (l *Loop) process() (*runningLoop, error) {
	if p := l.running; p != nil {
		if p.Status() == "" {
			return p, nil
		}
		_ = p.Close()
		l.running = nil
		l.stderr("it has ended, " + p.Status() + ", and is started anew")
	}
	r := new(runningLoop)
	var err error
	r.Process, err = transport.StartProcess(transport.ProcessOptions{
		Shell: l.line, Env: append(os.Environ(), "RPCSH_METHOD="+l.pattern), Grace: commandGrace,
		Stderr: func(line string) {
			r.said.add(line)
			l.stderr(line)
		},
	})
	if err != nil {
		return nil, err
	}
	r.output = bufio.NewReader(r.Process)
	l.running = r
	return r, nil
}

// Close ends the process, and waits for its end. Requests are answered with an error then. It may be called at any time.
func (l *Loop) Close() error {
	l.close()
	l.turn <- struct{}{} // nobody keeps it
	l.work.Wait()
	if l.running != nil {
		_ = l.running.Close()
		l.running = nil
	}
	<-l.turn
	return nil
}

func notServed() error {
	return rpcconn.NewError(rpcconn.CodeServerError, "the command that answers this is no longer served")
}

var errLongLine = fmt.Errorf("the command wrote a line of more than %d MiB, and was ended; the next request starts it anew", maxOutput>>20)

// readLine reads a line, of which the end may be missing at the end of r. The error is errLongLine, or that of reading.
func readLine(r *bufio.Reader) ([]byte, error) {
	var line []byte
	for {
		piece, err := r.ReadSlice('\n')
		line = append(line, piece...)
		switch {
		case len(line) > maxOutput:
			return nil, errLongLine
		case err == bufio.ErrBufferFull:
		case err == io.EOF && len(line) > 0, err == nil:
			return line, nil
		default:
			return nil, err
		}
	}
}
