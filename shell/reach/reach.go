// Package reach dials targets for a session. What they speak it believes where it is known, finds out where it is not,
// and remembers.
//
//   - reach.go: dialling, and what there is to say about it
//   - gentle.go: closing connections, and refusing, in a way that peers survive
//   - settled.go: which targets need no time before anything is sent to them
package reach

import (
	"context"
	"errors"
	"fmt"
	"time"

	"rpcsh/rpcconn"
	"rpcsh/rpcconn/detect"
	"rpcsh/rpcconn/dial"
	"rpcsh/rpcconn/transport"
	"rpcsh/shell/advice"
	"rpcsh/shell/exit"
	"rpcsh/shell/human"
)

// A Dialler dials targets.
type Dialler struct {
	Findings detect.Findings
	Timeout  time.Duration // to accept a connection and to say what is spoken; 0: none. Detection may have longer
	// Attended says that a person waits: what a target speaks is found out anew, and a child process has as long as it
	// lives.
	Attended bool
	Remark   func(error) // gets errors that change nothing
}

// A Contact is a target that is dialled, perhaps not for the first time.
type Contact struct {
	Target  transport.Target
	Config  dial.Config
	Options *rpcconn.Options
	Spoke   *detect.Finding   // when it was dialled last; nil: that is not known
	Note    func(text string) // gets what there is to say while it is waited for
}

// A Connected is what dialling has come to.
type Connected struct {
	Link     *dial.Link
	Said     string          // "connected to tcp://localhost:6000 · JSON-RPC 2.0, rfc7464 · in 0.4 ms"
	Spoke    *detect.Finding // nil: Config says it
	Believed bool            // what is spoken was found out earlier, for another connection
}

// limit bounds how long t has to accept a connection and to say what it speaks.
func (d Dialler) limit(
	ctx context.Context, t transport.Target, cfg dial.Config,
) (context.Context, context.CancelFunc) {
	limit := d.Timeout
	if limit <= 0 || d.Attended && t.IsCommand() {
		return context.WithCancel(ctx)
	}
	if cfg.NeedsDetect(t) {
		limit = max(limit, cfg.DetectLimit)
	}
	return context.WithTimeoutCause(ctx, limit, exit.ErrTimeout)
}

// Dial connects to a target.
func (d Dialler) Dial(ctx context.Context, c Contact) (Connected, error) {
	if err := c.Config.Check(); err != nil {
		return Connected{}, exit.Usagef("%w", advice.For(err))
	}
	ctx, cancel := d.limit(ctx, c.Target, c.Config)
	defer cancel()
	start := time.Now()
	got, err := d.dial(ctx, c)
	if err != nil {
		return Connected{}, failed(ctx, c.Target, start, err)
	}
	if got.Said == "" {
		w, _ := got.Link.Wire()
		got.Said = fmt.Sprintf("connected to %s · %s · in %s", got.Link.Target, w, human.Took(time.Since(start)))
	}
	if name := got.Link.Subprotocol; name != "" {
		got.Said += " · subprotocol " + human.Clip(name, 100)
	}
	return got, nil
}

func (d Dialler) dial(ctx context.Context, c Contact) (got Connected, err error) {
	if !c.Config.NeedsDetect(c.Target) {
		if d.isSettled(c.Target, c.Config) {
			c.Config.Settle = 0
		}
		got.Link, err = c.Config.Dial(ctx, c.Target, c.Options)
		return got, err
	}
	if known, how := d.known(c); known != nil {
		link, _, err := c.Config.Connect(ctx, c.Target, known, c.Options)
		if err == nil {
			said := "connected to " + advice.Found(known) + " · " + how
			return Connected{Link: link, Said: said, Spoke: known, Believed: true}, nil
		}
		if ctx.Err() != nil || known.Target.String() == c.Target.String() {
			return Connected{}, err
		}
	}
	c.Config.Waiting = func() {
		c.Note(c.Target.Short() + " has not said yet what it speaks; " + d.patience() + " (-p and -f say it)")
	}
	found, err := c.Config.Detect(ctx, c.Target, d.Findings.Hint(c.Target), nil)
	if err != nil {
		return Connected{}, err
	}
	d.Remark(d.Findings.Save(c.Target, found))
	said := fmt.Sprintf("connected to %s · found in %s", advice.Found(found), human.Took(found.Took))
	if found.Opened > 1 {
		said += ", " + advice.Spent(found)
	}
	link, _, err := c.Config.Connect(ctx, c.Target, found, c.Options)
	if err != nil && detect.IsRefused(err) && !c.Target.IsCommand() {
		err = &detect.GoneError{Found: found, Err: err}
	}
	return Connected{Link: link, Said: said, Spoke: found}, err
}

// known returns what c is known to speak, nil if it has to be found out, and how it is known.
func (d Dialler) known(c Contact) (known *detect.Finding, how string) {
	if c.Spoke != nil {
		return c.Spoke, "as before"
	}
	if d.Attended { // for a person it is made sure of
		return nil, ""
	}
	return d.Findings.Load(c.Target), "as found earlier"
}

// patience says how long a child process is waited for that has not said what it speaks.
func (d Dialler) patience() string {
	if d.Attended || d.Timeout <= 0 {
		return "it is waited for as long as it lives, Ctrl-C ends that"
	}
	return "it has " + human.Took(d.Timeout)
}

// Detect finds out what a target speaks, and remembers it. trace, if not nil, is told each step.
func (d Dialler) Detect(
	ctx context.Context, t transport.Target, cfg dial.Config, trace func(string),
) (*detect.Finding, error) {
	cfg.Protocol, cfg.Framing = "", ""
	ctx, cancel := d.limit(ctx, t, cfg)
	defer cancel()
	start := time.Now()
	found, err := cfg.Detect(ctx, t, nil, trace)
	if err != nil {
		return nil, failed(ctx, t, start, err)
	}
	if trace != nil {
		trace(advice.Spent(found))
	}
	d.Remark(d.Findings.Save(t, found))
	if found.Heard() {
		leave(ctx, cfg, found)
	}
	found.Release()
	return found, nil
}

// leave refuses what a peer has asked by itself before the connection with it is closed: it may wait for an answer.
func leave(ctx context.Context, cfg dial.Config, found *detect.Finding) {
	if link, _, err := cfg.Connect(ctx, found.Target, found, nil); err == nil {
		select {
		case <-link.Done():
		case <-ctx.Done():
		case <-time.After(cfg.Settle):
		}
		_ = link.Close()
		link.Wait()
	}
}

// Debuggers lists what can be debugged at t, where cfg says that t is a port of a debugger.
func (d Dialler) Debuggers(ctx context.Context, t transport.Target, cfg dial.Config) ([]detect.Debugger, error) {
	ctx, cancel := d.limit(ctx, t, cfg)
	defer cancel()
	start := time.Now()
	list, err := cfg.Debuggers(ctx, t)
	if err != nil {
		err = fmt.Errorf("%w; is this the port of a browser's or of node's debugger?", err)
		return nil, failed(ctx, t, start, err)
	}
	return list, nil
}

// failed returns the error for a target that was not reached, where ctx may have ended that; start is when it began.
func failed(ctx context.Context, t transport.Target, start time.Time, err error) error {
	cause, stalled := context.Cause(ctx), transport.Stalled(err)
	var outOfTime interface{ Timeout() bool }
	switch {
	case errors.As(err, new(*detect.GivenUpError)): // which says when
		return advice.For(err)
	case cause != nil && stalled != "":
		return fmt.Errorf("connecting to %s: %w after %s; %s", t, cause, human.Took(time.Since(start)), stalled)
	case cause != nil && errors.Is(err, cause):
		return fmt.Errorf("%w after %s", err, human.Took(time.Since(start)))
	case cause != nil:
		return fmt.Errorf("connecting to %s: %w after %s", t, cause, human.Took(time.Since(start)))
	case errors.As(err, &outOfTime) && outOfTime.Timeout():
		return &exit.Failure{Code: exit.Timeout, Err: advice.For(err)}
	}
	return &exit.Failure{Code: exit.Connection, Err: advice.For(err)}
}
