package shell

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"sync"

	"rpcsh/rpcconn"
	"rpcsh/rpcconn/jsontext"
	"rpcsh/shell/glob"
	"rpcsh/shell/lang"
)

// An event is what a line of .on is run at.
type event struct {
	kind   string // one of the constants
	method string // of a notification: its name, or a glob
}

// The kinds of events.
const (
	eventConnect      = "connect"
	eventClose        = "close"
	eventNotification = "notification"
)

// String returns e as it is written.
func (e event) String() string {
	if e.kind != eventNotification {
		return e.kind
	}
	if e.method == eventConnect || e.method == eventClose {
		return "'" + e.method + "'"
	}
	return lang.SpellMethod(e.method)
}

// parseEvent reads connect, close, or a METHOD, which quotes keep from being one of these.
func parseEvent(word lang.Text) (event, error) {
	switch word.Text {
	case "":
		return event{}, &lang.Error{Column: word.Column, Reason: "connect, close or a method belongs here"}
	case eventConnect, eventClose:
		return event{kind: word.Text}, nil
	}
	e := event{eventNotification, unquote(word.Text)}
	if err := glob.Check(e.method); err != nil {
		return e, &lang.Error{Column: word.Column, Reason: err.Error()}
	}
	return e, nil
}

// matches reports whether what has happened, a notification of method if it is one, is e.
func (e event) matches(kind, method string) bool {
	return e.kind == kind && (kind != eventNotification || glob.Match(e.method, method))
}

// A handler is one line of .on.
type handler struct {
	event
	line string
	ctx  context.Context // ends with the session, and when the handler is taken off
	stop context.CancelFunc

	mu   sync.Mutex // protects what follows
	runs int
	err  error // of the last run; nil: none, or there was no run
}

func (h *handler) ran(err error) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.runs++
	h.err = err
}

func (h *handler) state() (runs int, err error) {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.runs, h.err
}

// handlers is all that .on has set, in that order.
type handlers struct {
	mu  sync.Mutex // protects what follows
	all []*handler
}

func (hs *handlers) add(h *handler) {
	hs.mu.Lock()
	defer hs.mu.Unlock()
	hs.all = append(hs.all, h)
}

func (hs *handlers) list() []*handler {
	hs.mu.Lock()
	defer hs.mu.Unlock()
	return slices.Clone(hs.all)
}

// of returns the handlers of what has happened.
func (hs *handlers) of(kind, method string) []*handler {
	hs.mu.Lock()
	defer hs.mu.Unlock()
	var found []*handler
	for _, h := range hs.all {
		if h.matches(kind, method) {
			found = append(found, h)
		}
	}
	return found
}

// remove takes off those that off means, by their number from 1 and themselves, stops what they are doing, and returns how many that were.
func (hs *handlers) remove(off func(n int, h *handler) bool) int {
	hs.mu.Lock()
	defer hs.mu.Unlock()
	var kept []*handler
	for i, h := range hs.all {
		if off(i+1, h) {
			h.stop()
		} else {
			kept = append(kept, h)
		}
	}
	n := len(hs.all) - len(kept)
	hs.all = kept
	return n
}

// on runs .on EVENT LINE.
func (s *Shell) on(args lang.Text) error {
	first, line := quotedWord(args)
	e, err := parseEvent(first)
	if err != nil {
		return err
	}
	if line.Text == "" {
		return &lang.Error{Column: line.Column, Reason: "a line is missing, such as .close or log $params"}
	}
	if err := s.checkLine(line); err != nil {
		return err
	}
	h := &handler{event: e, line: line.Text}
	h.ctx, h.stop = context.WithCancel(s.done)
	s.handlers.add(h)
	if s.interactive() {
		s.say("%s is answered by %s", visible(e.title(), false), visible(line.Text, false))
	}
	return nil
}

// title says what e is.
func (e event) title() string {
	switch e.kind {
	case eventConnect:
		return "a peer that comes"
	case eventClose:
		return "a peer that goes"
	}
	return "the notification " + e.method
}

// checkLine finds what is wrong with a line that will be run later; what its variables will be is not known.
func (s *Shell) checkLine(line lang.Text) error {
	st, err := lang.Check(line.Text)
	if err == nil {
		err = s.checkStatement(st)
	}
	var mistake *lang.Error
	if errors.As(err, &mistake) {
		moved := *mistake
		moved.Column += line.Column
		return &moved
	}
	return err
}

var variableOfJQ = regexp.MustCompile(`\$([A-Za-z_][A-Za-z0-9_]*)`)

func (s *Shell) checkStatement(st *lang.Statement) error {
	if st.Command != nil {
		c, err := findCommand(st.Command.Name)
		switch {
		case err != nil:
			return &lang.Error{Column: st.Command.Column, Reason: err.Error()}
		case c.Typed:
			return &lang.Error{Column: st.Command.Column, Reason: "." + c.Name + " is for whoever sits at the keyboard"}
		}
	}
	if st.Peer != "" {
		if _, err := parseSelector(st.Peer); err != nil {
			return &lang.Error{Column: st.PeerColumn, Reason: err.Error()}
		}
	}
	if st.Filter == nil {
		return nil
	}
	var names []string
	for _, found := range variableOfJQ.FindAllStringSubmatch(st.Filter.Text, -1) {
		if !slices.Contains(names, found[1]) {
			names = append(names, found[1])
		}
	}
	_, err := compile(*st.Filter, names...)
	return err
}

// happened has the lines of .on run that are for what p did: in its inbox, after what it did before. It may be called by the goroutine that
// reads from p.
func (s *Shell) happened(p *peer, kind string, req *rpcconn.Request) {
	method := ""
	if req != nil {
		method = req.Method
	}
	found := s.handlers.of(kind, method)
	if len(found) == 0 {
		return
	}
	o := &occasion{peer: p, variables: map[string]json.RawMessage{
		"peer": json.RawMessage(strconv.Itoa(p.number)), "params": json.RawMessage("null"), "method": json.RawMessage("null"),
	}}
	ends := s.done // with which what the lines do does
	size := 0
	if req != nil {
		o.variables["method"] = jsontext.AppendQuote(nil, method)
		if req.Params != nil {
			o.variables["params"] = slices.Clone(req.Params)
		}
		size = len(req.Params)
	}
	run := func() {
		for _, h := range found {
			s.handle(ends, h, o)
		}
	}
	if req == nil {
		p.inbox.putAlways(s, p, run)
		return
	}
	ends = p.link.Load().Context()
	p.inbox.put(s, p, size, run)
}

// handle runs one line of .on.
func (s *Shell) handle(ctx context.Context, h *handler, o *occasion) {
	ctx, cancel := context.WithCancel(o.in(ctx))
	defer cancel()
	defer context.AfterFunc(h.ctx, cancel)()
	if h.ctx.Err() != nil {
		return
	}
	err := s.Eval(ctx, h.line)
	h.ran(err)
	if err == nil || h.ctx.Err() != nil {
		return
	}
	var shown *shownError
	if !errors.As(err, &shown) {
		s.complain(fmt.Sprintf("%s: .on %s %s: %s", o.peer.title(s), h.event, h.line, compactError(err)))
	}
}

// listHandlers lists what .on has set.
func (s *Shell) listHandlers() {
	all := s.handlers.list()
	if len(all) == 0 {
		s.remark("nothing is set: .on connect LINE runs a line for each peer that comes (.help on)")
		return
	}
	var t table
	t.row("", "EVENT", "RAN", "LINE", "LAST ERROR")
	for i, h := range all {
		runs, err := h.state()
		text := ""
		if err != nil {
			text = visible(clip(compactError(err), maxShown), false)
		}
		t.row(strconv.Itoa(i+1), visible(h.event.String(), false), grouped(runs), visible(h.line, false), text)
	}
	if s.interactive() {
		s.say("%s", t.within(s.width()))
	} else {
		s.say("%s", t.String())
	}
}

// off runs .off connect|close|METHOD|N.
func (s *Shell) off(args lang.Text) error {
	first, rest := quotedWord(args)
	if err := noArguments(rest); err != nil {
		return err
	}
	if first.Text == "" {
		return &lang.Error{Column: first.Column, Reason: "which? .on lists what is set"}
	}
	e, err := parseEvent(first)
	if err != nil {
		return err
	}
	if s.handlers.remove(func(_ int, h *handler) bool { return h.event == e }) > 0 {
		return nil
	}
	if n, err := strconv.Atoi(first.Text); err == nil && s.handlers.remove(func(i int, _ *handler) bool { return i == n }) > 0 {
		return nil
	}
	return &lang.Error{Column: first.Column, Reason: "nothing is set for " + e.String() + " (.on lists what is)"}
}
