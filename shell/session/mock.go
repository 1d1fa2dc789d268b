package session

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"rpcsh/rpcconn"
	"rpcsh/rpcconn/dial"
	"rpcsh/rpcconn/home"
	"rpcsh/rpcconn/plain"
	"rpcsh/rpcconn/rpcrec/foreign"
	"rpcsh/rpcconn/transport"
	"rpcsh/shell/answer"
	"rpcsh/shell/event"
	"rpcsh/shell/exit"
	"rpcsh/shell/human"
	"rpcsh/shell/reach"
	"rpcsh/shell/replay"
)

// A mockFile is a recording whose server is played.
type mockFile struct {
	name   string // as the person wrote it
	path   string // which it had then
	rule   *answer.Rule
	mock   *replay.Mock
	miss   answer.Answerer // answers what the recording does not have; nil: an error does
	misses string          // who that is
	relay  *replay.Relay   // is miss; nil: that is none
	served context.Context // ends with stop
	stop   context.CancelFunc
}

// ServeRecording answers as the server of a recording has, by a rule for each method that its client has used. The
// rules are otherwise like rule, which text says; a nil rule is one without flags. opts need neither Run nor Served.
// pass, if not "", is a target that answers what the recording does not have.
func (ss *Scripts) ServeRecording(
	name string, rule *answer.Rule, text string, opts replay.MockOptions, pass string,
) error {
	if rule == nil {
		rule = new(answer.Rule)
	}
	path, err := filepath.Abs(home.Path(name)) // the working directory may change
	if err != nil {
		return exit.Usagef("%s: %w", name, err)
	}
	file, err := os.Open(path)
	if err != nil {
		return exit.Usagef("%s: %w", name, plain.Reason(err))
	}
	defer file.Close()
	f := &mockFile{name: name, path: path, rule: rule}
	f.served, f.stop = context.WithCancel(ss.session.done)
	opts.Served = f.served
	opts.Run = ss.session.tasks.Go
	if pass != "" {
		if f.relay, err = relayTo(ss.session, pass); err != nil {
			f.stop()
			return exit.Usagef("%w", err)
		}
		opts.Miss, opts.Passes = f.relay, true
	}
	f.miss, f.misses = opts.Miss, cmp.Or(pass, "you")
	f.mock, err = replay.NewMock(foreign.NewReader(file), newCodec, opts)
	if err == nil && len(f.mock.Methods()) == 0 && !f.mock.Greets() {
		err = errors.New("there is nothing in it that a client was answered, or was sent")
	}
	if err != nil {
		f.stop()
		return exit.Usagef("%s: %w", name, err)
	}
	ss.putMock(f)
	var methods []string
	rules := f.rules(text)
	for _, m := range f.mock.Methods() {
		methods = append(methods, m.Name)
	}
	ss.session.rules.Renew(path, rules)
	served := fmt.Sprintf("%s: %s served: %s", name, human.Plural(len(methods), "method"),
		human.Clip(strings.Join(methods, ", "), 600))
	ss.session.bus.Publish(&event.Event{Kind: event.Note, Asked: true, Text: served})
	return nil
}

// relayTo returns what passes requests on to a target.
func relayTo(s *Session, target string) (*replay.Relay, error) {
	t, err := transport.ParseTarget(target)
	if err != nil {
		return nil, err
	}
	return replay.NewRelay(func(ctx context.Context, opts *rpcconn.Options) (*rpcconn.Conn, error) {
		got, err := s.dialler().Dial(ctx, reach.Contact{Target: t, Config: s.Wire(), Options: opts, Note: s.Note})
		if err != nil {
			return nil, err
		}
		return got.Link.Conn, nil
	}), nil
}

// newCodec returns the codec of a protocol that a recording names. What names none is JSON.
func newCodec(protocol string) (rpcconn.Codec, error) {
	p, err := dial.FindProtocol(protocol)
	if err != nil {
		return nil, err
	}
	return p.NewCodec(), nil
}

// putMock takes in f, in the place of one at the same path, and has it know the peers.
func (ss *Scripts) putMock(f *mockFile) {
	ss.removeMock(f.path)
	ss.mu.Lock() // until it knows them, none of them comes or goes
	defer ss.mu.Unlock()
	ss.mocks = append(ss.mocks, f)
	for _, p := range ss.session.peers.List() {
		f.tell(p, event.Connect)
	}
}

// removeMock forgets the recording at path, and reports whether there was one.
func (ss *Scripts) removeMock(path string) bool {
	ss.mu.Lock()
	defer ss.mu.Unlock()
	for i, f := range ss.mocks {
		if f.path == path {
			f.stop()
			ss.mocks = append(ss.mocks[:i:i], ss.mocks[i+1:]...)
			return true
		}
	}
	return false
}

// rules returns a rule for each method.
func (f *mockFile) rules(text string) []*answer.Rule {
	var rules []*answer.Rule
	for _, m := range f.mock.Methods() {
		rule := *f.rule
		rule.Pattern, rule.File, rule.Answerer, rule.Acts = exactly.Replace(m.Name), f.path, f.mock, true
		rule.Text = strings.TrimRight(fmt.Sprintf("as in %s, line %d %s", f.name, m.Line, text), " ")
		rules = append(rules, &rule)
	}
	if f.miss != nil {
		rule := *f.rule
		rule.Pattern, rule.File, rule.Answerer, rule.Acts = "*", f.path, f.miss, f.relay != nil
		rule.Text = "passed on to " + f.misses + ", by " + f.name
		rules = append(rules, &rule)
	}
	return rules
}

// exactly makes a glob of a name.
var exactly = strings.NewReplacer(`\`, `\\`, "*", `\*`, "?", `\?`, "[", `\[`)

// tell has f know that p has come, or gone, where it is served to p.
func (f *mockFile) tell(p *Peer, kind event.Kind) {
	switch {
	case f.rule.For != nil && !f.rule.For(p):
	case kind == event.Close:
		p.inbox.PutAlways(func() {
			f.mock.Closed(p)
			if f.relay != nil {
				f.relay.Forget(p.Number())
			}
		})
	case f.mock.Greets():
		p.inbox.PutAlways(func() { f.mock.Connected(p.inbox.Within(f.served), p) })
	}
}
