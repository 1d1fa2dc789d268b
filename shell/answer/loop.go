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
	"time"

	"rpcsh/rpcconn"
	"rpcsh/rpcconn/process"
)

// A Loop answers with the lines of one process that it keeps running. The process gets the params of each request as a
// line of JSON, and answers it with one line: JSON if it is JSON, else text. Requests take turns. RPCSH_METHOD, the
// rule's pattern, is in its environment. The first request starts the process; once it has ended, or was ended because
// an answer took too long, the next request starts it again. A Loop must be closed.
type Loop struct {
	line    string
	pattern string
	stderr  func(line string)
	turn    chan struct{} // who uses running holds it
	running *runningLoop
	work    sync.WaitGroup // exchanges
	ctx     context.Context
	close   context.CancelFunc
}

// A runningLoop is a process of a Loop.
type runningLoop struct {
	*process.Process
	output  chan outputLine // of one
	said    lastLines
	reading sync.WaitGroup
	stop    chan struct{} // closed when nobody takes output any more
	once    sync.Once
}

// An outputLine is a line that a process has written, or the reason why there is none.
type outputLine struct {
	text []byte
	err  error
}

// read reads what the process writes as soon as it comes, so that unexpected lines are known before the next request.
func (p *runningLoop) read() {
	r := bufio.NewReader(p.Process)
	for {
		text, err := readLine(r)
		select {
		case p.output <- outputLine{text, err}:
		case <-p.stop:
			return
		}
		if err != nil {
			return
		}
	}
}

// unasked takes the lines that have come without a request, and those that follow them at once. The error says that no
// more will come.
func (p *runningLoop) unasked() (lines int, err error) {
	const pause = 20 * time.Millisecond
	for {
		var quiet <-chan time.Time
		if lines > 0 {
			quiet = time.After(pause)
		} else if len(p.output) == 0 {
			return 0, nil
		}
		select {
		case l := <-p.output:
			if l.err != nil {
				return lines, l.err
			}
			lines++
		case <-quiet:
			return lines, nil
		case <-p.stop: // without this, it would take the lines of an endless process for ever
			return lines, os.ErrClosed
		}
	}
}

// next waits for a line.
func (p *runningLoop) next() ([]byte, error) {
	select {
	case l := <-p.output:
		return l.text, l.err
	case <-p.stop:
		return nil, os.ErrClosed
	}
}

// end ends the process. It may be called at any time, more than once.
func (p *runningLoop) end() {
	p.once.Do(func() { close(p.stop) })
	_ = p.Close()
	p.reading.Wait()
}

// NewLoop returns a Loop that runs a line of the system's shell for a rule. stderr gets each line that the process
// writes there, on a goroutine of its own.
func NewLoop(line, pattern string, stderr func(line string)) *Loop {
	l := &Loop{line: line, pattern: pattern, stderr: stderr, turn: make(chan struct{}, 1)}
	l.ctx, l.close = context.WithCancel(context.Background())
	return l
}

// A reply is a result or an error.
type reply struct {
	result json.RawMessage
	err    error
}

// Answer implements Answerer.
func (l *Loop) Answer(ctx context.Context, req *Request) (json.RawMessage, error) {
	req.Enter()
	select {
	case l.turn <- struct{}{}:
	case <-ctx.Done():
		return nil, ended(ctx)
	case <-l.ctx.Done():
		return nil, notServed()
	}
	if l.ctx.Err() != nil { // before Close waits for work
		<-l.turn
		return nil, notServed()
	}
	answered := make(chan reply, 1)
	// an answer that nobody waits for has to be read, too, or the next request would get it
	l.work.Go(func() {
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
	until := l.ctx // not the connection's context: the process serves other peers, too
	if end, limited := ctx.Deadline(); limited {
		var cancel context.CancelFunc
		until, cancel = context.WithDeadline(l.ctx, end)
		defer cancel()
	}
	goesOn := context.AfterFunc(until, p.end)
	unasked, err := p.unasked()
	if unasked > 0 {
		l.stderr("it wrote more than one line for a request, or a line before the first; that is left out")
	}
	var output []byte
	if err == nil {
		output, err = p.converse(params)
	}
	if !goesOn() || err != nil {
		p.end()
		l.running = nil
	}
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

// converse writes a line and returns the next one.
func (p *runningLoop) converse(params json.RawMessage) ([]byte, error) {
	var input bytes.Buffer
	if json.Compact(&input, orNull(params)) != nil {
		input.Write(params) // the codec has checked them
	}
	input.WriteByte('\n')
	var writing sync.WaitGroup
	defer writing.Wait()
	writing.Go(func() { _, _ = p.Write(input.Bytes()) }) // if that fails, so does reading
	output, err := p.next()
	if err != nil {
		p.end() // which ends the writing
	}
	return output, err
}

// process returns the running process, and starts it if none runs. The caller holds the turn.
func (l *Loop) process() (*runningLoop, error) {
	if p := l.running; p != nil {
		if p.Status() == "" {
			return p, nil
		}
		p.end()
		l.running = nil
		l.stderr("it has ended, " + p.Status() + ", and is started anew")
	}
	r := &runningLoop{output: make(chan outputLine, 1), stop: make(chan struct{})}
	var err error
	r.Process, err = process.Start(process.Options{
		Shell: l.line, Env: append(os.Environ(), "RPCSH_METHOD="+l.pattern), Grace: commandGrace,
		Stderr: func(line string) {
			r.said.add(line)
			l.stderr(line)
		},
	})
	if err != nil {
		return nil, err
	}
	r.reading.Go(r.read)
	l.running = r
	return r, nil
}

// Close ends the process, and waits for its end. Later requests are answered with an error. It may be called at any
// time.
func (l *Loop) Close() error {
	l.close()
	l.turn <- struct{}{} // nobody keeps the turn for long
	l.work.Wait()
	if l.running != nil {
		l.running.end()
		l.running = nil
	}
	<-l.turn
	return nil
}

func notServed() error {
	return rpcconn.NewError(rpcconn.CodeServerError, "the command that answers this is no longer served")
}

var errLongLine = fmt.Errorf(
	"the command wrote a line of more than %d MiB, and was ended; the next request starts it anew", maxOutput>>20,
)

// readLine reads a line. The last line of r may lack a line break. The error is errLongLine, or that of reading.
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
