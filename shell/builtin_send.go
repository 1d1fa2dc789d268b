package shell

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"rpcsh/completer"
	"rpcsh/shell/lang"
)

// sendWait is how long .send waits for what comes back where nothing else is said.
const sendWait = time.Second

func sendCommand() Command {
	return Command{
		Name: "send", Group: groupCalls, Usage: "[@PEER] [--unframed] [--wait D] RAW",
		Summary: "send anything as one message, however wrong it is, and show raw what comes back",
		Help: "RAW is text with escapes, in quotes or not; hexadecimal digits behind hex:; or @FILE. What comes back is shown as RAW is written, " +
			"until the first message, one second at most, and besides it is handled as always: an answer to what was sent answers nothing that " +
			"was asked. Quotes at both ends are left off.",
		Terms: append(sendFlags(), []Term{
			{`\n \r \t \b \f \e \0`, "what they are in C and in shells"},
			{`\xNN \uNNNN`, "a byte; a character, in UTF-8"},
			{`\\ \" \' \/`, "the second of the two"},
		}...),
		Examples: []string{
			`.send {"jsonrpc":"2.0","id":1`, `.send '{"jsonrpc":"2.0","method":5,"id":1}'`, `.send --wait 5s hex:05 00 00 00 00`,
			`.send --unframed Content-Length: -1\r\n\r\n`, ".send @2 --unframed @garbage.bin",
		},
		Find: completeSend,
		Run:  func(ctx context.Context, s *Shell, args lang.Text) error { return s.send(ctx, args) },
	}
}

func sendFlags() []Term {
	return []Term{
		{"--unframed", "send the bytes as they are, without what the framing puts around a message; for streams only"},
		{"--wait D", "show all that comes back for so long, such as 5s; 0: nothing"},
	}
}

// A sending is what .send was told.
type sending struct {
	statement lang.Statement // whose peers are meant
	unframed  lang.Text      // the flag; "": not given
	wait      time.Duration
	whole     bool // wait for all of wait
	raw       []byte
}

func readSend(args lang.Text) (*sending, error) {
	r := &sending{wait: sendWait}
	for {
		first, rest := word(args)
		switch {
		case strings.HasPrefix(first.Text, "@") && rest.Text != "" && r.statement.Peer == "":
			r.statement.Peer, r.statement.PeerColumn = first.Text[1:], first.Column
		case first.Text == "--unframed":
			r.unframed = first
		case first.Text == "--wait":
			var value lang.Text
			var err error
			value, rest = word(rest)
			if r.wait, err = ParseDuration(value.Text); err != nil {
				return nil, &lang.Error{Column: value.Column, Reason: err.Error()}
			}
			r.whole = true
		case strings.HasPrefix(first.Text, "--"):
			return nil, &lang.Error{Column: first.Column, Reason: "there is no " + first.Text + ": .send has --unframed and --wait; text that begins like this belongs into quotes"}
		default:
			var err error
			r.raw, err = parseRaw(args)
			return r, err
		}
		args = rest
	}
}

// send sends what args say, and shows what comes back.
func (s *Shell) send(ctx context.Context, args lang.Text) error {
	r, err := readSend(args)
	if err != nil {
		return err
	}
	peers, err := s.addressed(ctx, &r.statement)
	if err != nil {
		return err
	}
	came := make(chan *peer, len(peers))
	for _, p := range peers {
		link := p.link.Load()
		if r.wait > 0 {
			stop := link.Watch(func(frame []byte) {
				s.showRaw(p, frame)
				select {
				case came <- p:
				default:
				}
			})
			defer stop()
		}
		if err := s.sendTo(ctx, link, r); err != nil {
			return err
		}
	}
	return s.awaitRaw(ctx, peers, r, came)
}

func (s *Shell) sendTo(ctx context.Context, link *connection, r *sending) error {
	ctx, _, cancel := s.settings().limited(ctx)
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
		return &lang.Error{Column: r.unframed.Column, Reason: err.Error() + "; without --unframed, a message may say anything"}
	case context.Cause(ctx) != nil:
		return fmt.Errorf("sending %s: %w", size(len(r.raw)), context.Cause(ctx))
	}
	return &failure{ExitConnection, err}
}

// awaitRaw waits for what comes back: for all that does within the time that was said, else for the first message.
func (s *Shell) awaitRaw(ctx context.Context, peers []*peer, r *sending, came <-chan *peer) error {
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
			case <-p.link.Load().Done():
				waiting = false
			case <-timer.C:
				if !r.whole {
					s.report(fmt.Sprintf("no message came back within %s (--wait D waits longer)", r.wait))
				}
				return nil
			case <-ctx.Done():
				return context.Cause(ctx)
			}
		}
	}
	return nil
}

// showRaw shows a frame as it came.
func (s *Shell) showRaw(p *peer, frame []byte) {
	if !s.interactive() {
		text := rawText(frame)
		if s.severalPeers() {
			text = p.at() + " " + text
		}
		s.screen.printAll(s.stderr(), text)
		return
	}
	now := time.Now()
	s.screen.sample("messages shown raw", func() string {
		line := s.colors.dim(now.Format(clock)) + " " + s.colors.in("←") + " "
		if s.severalPeers() {
			line += s.colors.dim(p.at()) + " "
		}
		return line + s.colors.dim("raw") + " " + rawExcerpt(frame)
	})
}

// maxRaw is the most of a frame that is shown raw to a person, in bytes.
const maxRaw = 4 << 10

// rawExcerpt is rawText of a frame's beginning.
func rawExcerpt(frame []byte) string {
	if len(frame) <= maxRaw {
		return rawText(frame)
	}
	return rawText([]byte(prefix(string(frame[:maxRaw+1]), maxRaw))) + "… (" + size(len(frame)) + ")"
}

// completeSend completes peers, flags and files.
func completeSend(s *Shell, words []string, typed string) []completer.Candidate {
	if path, isFile := strings.CutPrefix(typed, "@"); isFile {
		var all []completer.Candidate
		if len(words) == 0 {
			for _, c := range completer.Find(path, completePeer(s, nil), maxSuggestions) {
				all = append(all, completer.Candidate{Text: "@" + c.Text, Description: c.Description})
			}
		}
		for _, c := range completeFiles(s, nil, path) {
			all = append(all, completer.Candidate{Text: "@" + c.Text, Description: c.Description})
		}
		return all
	}
	if typed != "" && !strings.HasPrefix(typed, "-") {
		return nil
	}
	var flags []completer.Candidate
	for _, t := range sendFlags() {
		name, _, _ := strings.Cut(t.Name, " ")
		flags = append(flags, completer.Candidate{Text: name, Description: t.Meaning})
	}
	return completer.Find(typed, flags, maxSuggestions)
}
