package command

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"rpcsh/completer"
	"rpcsh/rpcconn"
	"rpcsh/rpcconn/dial"
	"rpcsh/shell/arguments"
	"rpcsh/shell/exit"
	"rpcsh/shell/human"
	"rpcsh/shell/lang"
	"rpcsh/shell/session"
	"rpcsh/shell/turn"
	"rpcsh/shell/view"
)

// sendWait is how long .send waits for what comes back where nothing else is said.
const sendWait = time.Second

func sendCommand(s *session.Session, v *view.View, env environment) Command {
	return Command{
		Name: "send", Group: groupCalls, Usage: "[@PEER] [--unframed] [--wait D] RAW",
		Summary: "send anything as one message, however wrong it is, and show raw what comes back",
		Help: "RAW is text, in quotes or not; hexadecimal digits behind hex:; or @FILE. In text, valid JSON is sent " +
			"as it is typed; escapes are read outside of it, and in JSON that is broken. What comes " +
			"back is shown as RAW is written, until the first message, one second at most, and besides it is " +
			"handled as always: an answer to what was sent is an unmatched response. Quotes at both ends are left " +
			"off.",
		Terms: append(flagTerms(new(sending).flags()), []Term{
			{`\n \r \t \b \f \e \0`, "what they are in C and in shells"},
			{`\xNN \uNNNN`, "a byte; a character, in UTF-8"},
			{`\\ \" \' \/`, "the second of the two"},
		}...),
		Examples: []string{
			`.send {"jsonrpc":"2.0","id":1`, `.send '{"jsonrpc":"2.0","method":5,"id":1}'`,
			`.send --wait 5s hex:05 00 00 00 00`, `.send --unframed Content-Length: -1\r\n\r\n`,
			".send @2 --unframed @garbage.bin",
		},
		Find: func(words []string, typed string) []completer.Candidate { return completeSend(s, words, typed) },
		Run: func(ctx context.Context, args lang.Text) error {
			r, err := readSend(args, env.Env(ctx).ReadFile)
			if err != nil {
				return err
			}
			return r.send(ctx, s, v)
		},
	}
}

// A sending is what .send was told.
type sending struct {
	peers    lang.Text // the selector; "": the current peer
	unframed lang.Text // the flag; "": not given
	wait     time.Duration
	whole    bool // wait for all of wait
	raw      []byte
}

func (r *sending) flags() arguments.Flags {
	return arguments.Flags{
		Command: ".send", Hint: "; text that begins like this belongs into quotes",
		All: []arguments.Flag{
			arguments.NewFlag(
				"--unframed", "", "send the bytes as they are, without what the framing puts around a message; for "+
					"streams only",
				func(name lang.Text, _ *arguments.Args) error {
					r.unframed = name
					return nil
				},
			),
			arguments.NewFlag(
				"--wait", "D", "show all that comes back for so long, such as 5s; 0: nothing",
				func(_ lang.Text, a *arguments.Args) (err error) {
					r.whole = true
					return arguments.Duration(&r.wait, a.Word())
				},
			),
		},
	}
}

// readSend reads [@PEER] [FLAG …] RAW; the peer may stand among the flags. A lone @FILE is RAW.
func readSend(args lang.Text, readFile func(path string) ([]byte, error)) (*sending, error) {
	r := &sending{wait: sendWait}
	for a := arguments.Read(args); ; {
		if err := r.flags().Leading(a); err != nil {
			return nil, err
		}
		after := *a
		peer := after.Word()
		if !strings.HasPrefix(peer.Text, "@") || after.Empty() || r.peers.Text != "" {
			var err error
			r.raw, err = arguments.Bytes(a.Rest, readFile)
			return r, err
		}
		r.peers = peer
		*a = after
	}
}

// addressed returns the peers that r is for.
func (r *sending) addressed(ctx context.Context, s *session.Session) ([]*session.Peer, error) {
	if r.peers.Text == "" {
		return s.Addressed(ctx, nil)
	}
	sel, err := session.ParseSelector(r.peers.Text)
	if err != nil {
		return nil, located(err, r.peers.Column)
	}
	peers, err := s.Addressed(ctx, &sel)
	return peers, located(err, r.peers.Column)
}

// send sends r, and shows what comes back.
func (r *sending) send(ctx context.Context, s *session.Session, v *view.View) error {
	peers, err := r.addressed(ctx, s)
	if err != nil {
		return err
	}
	defer turn.Waits(ctx)()
	came := make(chan struct{}, len(peers))
	for _, p := range peers {
		link := p.Link()
		if r.wait > 0 {
			stop := link.Watch(func(frame []byte, out bool, _ string) {
				if out {
					return
				}
				v.Raw(p.Event(), frame)
				select {
				case came <- struct{}{}:
				default:
				}
			})
			defer stop()
		}
		if err := r.sendTo(ctx, link, s.Settings().Timeout); err != nil {
			return err
		}
	}
	return r.await(ctx, peers, came, v)
}

func (r *sending) sendTo(ctx context.Context, link *dial.Link, limit time.Duration) error {
	ctx, cancel := limited(rpcconn.OnPurpose(ctx, ".send"), limit)
	defer cancel()
	var err error
	if r.unframed.Text != "" {
		err = link.SendRaw(ctx, r.raw, 0)
	} else {
		err = link.SendFrame(ctx, r.raw)
	}
	switch {
	case err == nil:
		return nil
	case errors.Is(err, errors.ErrUnsupported) && r.unframed.Text != "":
		return arguments.Mistake(r.unframed, err.Error()+"; without --unframed, a message may say anything")
	case context.Cause(ctx) != nil:
		cause := context.Cause(ctx)
		if errors.Is(cause, exit.ErrTimeout) {
			cause = fmt.Errorf("%w after %s (.set timeout or -t changes that)", cause, limit)
		}
		return fmt.Errorf("sending %s: %w", human.Size(len(r.raw)), cause)
	}
	return &exit.Failure{Code: exit.Connection, Err: err}
}

// limited returns a context that ends after so long with exit.ErrTimeout; 0: it does not.
func limited(ctx context.Context, limit time.Duration) (context.Context, context.CancelFunc) {
	if limit == 0 {
		return context.WithCancel(ctx)
	}
	return context.WithTimeoutCause(ctx, limit, exit.ErrTimeout)
}

// await waits for what comes back: for all that does within the time that was said, else for the first message.
func (r *sending) await(ctx context.Context, peers []*session.Peer, came <-chan struct{}, v *view.View) error {
	if r.wait == 0 {
		return nil
	}
	timer := time.NewTimer(r.wait)
	defer timer.Stop()
	for _, p := range peers {
		for waiting := true; waiting; {
			select {
			case <-came:
				waiting = r.whole
			case <-p.Link().Done():
				waiting = false
			case <-timer.C:
				if !r.whole {
					v.Report(fmt.Sprintf("no message came back within %s (--wait D waits longer)", r.wait))
				}
				return nil
			case <-ctx.Done():
				return context.Cause(ctx)
			}
		}
	}
	return nil
}

// completeSend completes peers, flags and files.
func completeSend(s *session.Session, words []string, typed string) []completer.Candidate {
	if path, isFile := strings.CutPrefix(typed, "@"); isFile {
		var all []completer.Candidate
		if len(words) == 0 {
			all = completer.Find(path, Peers(s), MaxCandidates)
		}
		all = append(all, Files(path)...)
		for i := range all {
			all[i].Text = "@" + all[i].Text
		}
		return all
	}
	if typed != "" && !strings.HasPrefix(typed, "-") {
		return nil
	}
	return completer.Find(typed, new(sending).flags().Candidates(), MaxCandidates)
}
