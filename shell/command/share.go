package command

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"

	"rpcsh/completer"
	"rpcsh/shell/arguments"
	"rpcsh/shell/call"
	"rpcsh/shell/event"
	"rpcsh/shell/human"
	"rpcsh/shell/lang"
	"rpcsh/shell/paste"
	"rpcsh/shell/session"
	"rpcsh/shell/variables"
	"rpcsh/shell/view"
)

// shareCommands write calls so that others can make them.
func (m *Messages) shareCommands() []Command {
	const secrets = " What may be a secret (headers, passwords, tokens) is left out: ${NAME} stands for it, which " +
		"the shell takes from its environment."
	complete := func(words []string) []completer.Candidate {
		if len(words) > 0 {
			return nil
		}
		return m.Candidates(isCall)
	}
	return []Command{
		{
			Name: "copy", Group: groupCalls, Usage: "[N]",
			Summary: "copy the last result, or message N, to the clipboard",
			Help: "The result is copied as it is printed, the message as JSON. It is done by pbcopy, wl-copy, xclip " +
				"or clip.exe; where there is none, and over SSH, the terminal is asked to do it (OSC 52).",
			Examples: []string{".copy", ".copy 17"},
			Complete: func(words []string) []completer.Candidate {
				if len(words) > 0 {
					return nil
				}
				return m.Candidates(IsMessage)
			},
			Run: m.copy,
		},
		{
			Name: "line", Group: groupCalls, Usage: "[N]",
			Summary:  "write the call just made, or message N, as a line of rpcsh for a system's shell",
			Help:     "It can be pasted into a bug report. N is the number of a call, or of its answer." + secrets,
			Examples: []string{".line", ".line 17"},
			Complete: complete,
			Run: func(_ context.Context, args lang.Text) error {
				return m.share(args, (*paste.Call).RPCSH)
			},
		},
		{
			Name: "curl", Group: groupCalls, Usage: "[N]",
			Summary: "write the call just made, or message N, as a line of curl or websocat",
			Help: "N is as for .line, which is for what is neither HTTP nor WebSocket, or begins with a handshake." +
				secrets,
			Examples: []string{".curl", ".curl 17"},
			Complete: complete,
			Run: func(_ context.Context, args lang.Text) error {
				overWebSocket := false
				err := m.share(args, func(c *paste.Call) (string, []string, error) {
					overWebSocket = c.Target.IsWebSocket()
					return c.Curl()
				})
				if err == nil && overWebSocket {
					m.view.Remark(m.view.Colors().Dim("curl is for calls over HTTP: .connect to an http:// URL first"))
				}
				return err
			},
		},
	}
}

// share writes a call by write.
func (m *Messages) share(args lang.Text, write func(*paste.Call) (line string, left []string, err error)) error {
	e, err := m.called(args)
	if err != nil {
		return err
	}
	call, err := m.pasted(e)
	if err != nil {
		return arguments.Mistake(args, err.Error())
	}
	line, left, err := write(call)
	if err != nil {
		return arguments.Mistake(args, err.Error())
	}
	m.view.Say("%s", view.Visible(line))
	switch len(left) {
	case 0:
	case 1:
		m.view.Remark(m.view.Colors().Dim(left[0] + " stands for what is not shown: set it before"))
	default:
		m.view.Remark(m.view.Colors().Dim(strings.Join(left, ", ") + " stand for what is not shown: set them before"))
	}
	return nil
}

// copy runs .copy [N].
func (m *Messages) copy(ctx context.Context, args lang.Text) error {
	var value json.RawMessage
	if args.Text == "" {
		last, is := m.session.VariableFor(ctx, variables.Last)
		if !is {
			return errors.New("there is no result yet")
		}
		value = last
	} else {
		number, is := messageNumber(args)
		if !is {
			return arguments.Mistake(args, "the number of a message belongs here; .show lists them")
		}
		e, err := m.Find(number)
		if err != nil {
			return arguments.Mistake(args, err.Error())
		}
		value = e.AppendJSON(nil)
	}
	text := m.view.Plain(value, true)
	by, err := m.lines.Copy(ctx, text)
	if err != nil {
		return fmt.Errorf("nothing was copied: %w", err)
	}
	m.view.Report(human.Size(len(text)) + " copied by " + by)
	return nil
}

// isCall reports whether e is a request or notification of ours.
func isCall(e *event.Event) bool {
	return e.Out && (e.Kind == event.Request || e.Kind == event.Notification) && e.Origin != event.FromSession
}

// called returns the call that args name, by its number or that of its answer; the last one of a line where they name
// none.
func (m *Messages) called(args lang.Text) (*event.Event, error) {
	if args.Text == "" {
		m.ring.Sync()
		last := m.ring.Last(1, func(e *event.Event) bool {
			return isCall(e) && (e.Origin == event.FromLine || e.Origin == event.FromBackground)
		})
		if len(last) == 0 {
			return nil, errors.New("no call that was made is kept")
		}
		return last[0], nil
	}
	number, is := messageNumber(args)
	if !is {
		return nil, arguments.Mistake(args, "the number of a call belongs here; .show lists them")
	}
	e, err := m.Find(number)
	if err != nil {
		return nil, arguments.Mistake(args, err.Error())
	}
	if (e.Kind == event.Response || e.Kind == event.Error) && !e.Out {
		asked := m.ring.Last(1, func(other *event.Event) bool {
			return isCall(other) && other.Number < e.Number && other.Peer.Number == e.Peer.Number && other.ID == e.ID
		})
		if len(asked) > 0 {
			return asked[0], nil
		}
	}
	if !isCall(e) {
		return nil, arguments.Mistake(args, fmt.Sprintf("%d is no call of ours: %s", number, view.Summary(e)))
	}
	return e, nil
}

// batch returns the calls of the batch that e is one of, in order, as far as they are kept.
func (m *Messages) batch(e *event.Event) []*event.Event {
	all := m.ring.Last(maxParts, func(other *event.Event) bool {
		return isCall(other) && other.Peer.Number == e.Peer.Number && other.Batch == e.Batch
	})
	slices.SortFunc(all, func(a, b *event.Event) int { return cmp.Compare(a.Part, b.Part) })
	return all
}

// maxParts is how many calls of a batch are written into a line.
const maxParts = 1000

// typed returns how a line makes a call: a tool by its name, where a line that names the protocol learns of it, and any
// call without what asks for its progress.
func typed(p *session.Peer, protocol string, e *event.Event) (name string, given json.RawMessage) {
	given = call.Untracked(p.Dialect(), e.Method, e.Params)
	if d := p.Dialect(); d != nil && d.Name == protocol && !e.ID.IsNone() {
		if tool, args, is := p.Known().Called(e.Method, given); is {
			if string(args) == "{}" {
				args = nil
			}
			return tool, args
		}
	}
	return e.Method, given
}

// pasted returns a call with how it reached its peer.
func (m *Messages) pasted(e *event.Event) (*paste.Call, error) {
	peers := m.session.Peers()
	for _, p := range append(peers.List(), peers.Gone()...) {
		if p.Number() != e.Peer.Number {
			continue
		}
		wire, known := p.Link().Wire()
		if !known {
			return nil, errors.New("it is not known yet what " + p.Title() + " speaks")
		}
		c := &paste.Call{
			Target: p.Link().Target, Wire: wire, Config: session.WireOf(p),
			Method: e.Method, Params: e.Params, Extra: e.Extra, ID: e.ID,
		}
		if p.Accepted() {
			c.Target = p.Target()
		}
		if e.Batch > 0 {
			for _, part := range m.batch(e) {
				c.Batch = append(c.Batch, paste.Part{
					Method: part.Method, Params: part.Params, Extra: part.Extra, ID: part.ID,
				})
			}
		}
		d := p.Dialect()
		c.Begins = d != nil && d.Handshake != nil
		if e.Batch == 0 && e.Extra == nil {
			c.Name, c.Given = typed(p, wire.Protocol.Name, e)
		}
		return c, nil
	}
	return nil, errors.New(view.Visible(e.Peer.Title) + " has gone, and is not known any more")
}
