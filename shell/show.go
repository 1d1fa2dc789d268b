package shell

// The rules of the screen
//
// All output goes through the screen, which keeps it in order: what a peer sends is put there by the goroutine that reads from
// the peer, in the order of arrival; the answer to a call reserves its place in the same way, and whoever waits for it fills it.
//
// A line of traffic is: time, arrow (← in, → out), peer where there are several, id, method, params as one would type them; an
// answer has how long it took behind it. Results stand alone. What the shell itself has to say begins with a time and · where
// it comes unasked, and with nothing where it was asked for. Times are dim, arrows green in and blue out, errors red.
//
// What a peer sent passes through visible before it is printed, without exception.
//
// Without a person, results alone go to stdout, one JSON value a line, and all else to stderr; with Config.Incoming, what comes
// in goes to stdout too, one JSON object a line. With Config.Log each message, in and out, is a line on stderr, and none is left out.

import (
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/mattn/go-runewidth"

	"rpcsh/rpcconn"
	"rpcsh/rpcconn/jsonscan"
	"rpcsh/shell/lang"
	"rpcsh/shell/traffic"
)

const clock = "15:04:05.000"

// shown reports whether the person wants to see e.
func (s *Shell) shown(e traffic.Event) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, m := range s.mute {
		if m.Match(e) {
			return false
		}
	}
	return s.watch.Match(e)
}

// showTraffic puts out a line of traffic, if it is wanted; text is made only then.
func (s *Shell) showTraffic(p *peer, e traffic.Event, text func() string) {
	e.Peer = p.number
	if !s.shown(e) {
		return
	}
	now := time.Now()
	name := e.Method
	if name == "" {
		name = e.Kind
	}
	line := func() string {
		arrow := s.colors.in("←")
		if e.Out {
			arrow = s.colors.out("→")
		}
		line := s.colors.dim(now.Format(clock)) + " " + arrow + " "
		if s.severalPeers() {
			line += s.colors.dim(p.at()) + " "
		}
		return line + text()
	}
	if s.cfg.Log {
		s.screen.printAll(s.stderr(), line()) // nothing is left out of a log
		return
	}
	s.screen.sample(visible(name, false), line)
}

func (s *Shell) severalPeers() bool { return s.cfg.Log || s.listening() || s.peers.connected() > 1 }

// showRequest shows what the peer asks for or tells us.
func (s *Shell) showRequest(p *peer, req *rpcconn.Request) {
	kind := traffic.Request
	if req.IsNotification() {
		kind = traffic.Notification
	}
	m := logged{kind: kind, id: req.ID, method: req.Method, member: "params", value: req.Params}
	if s.cfg.Incoming {
		s.screen.printAll(s.stdout(), s.messageJSON(p, m))
		return
	}
	if s.logJSON(p, m) {
		return
	}
	s.showTraffic(p, traffic.Event{Kind: kind, Method: req.Method}, func() string { return s.requestText(req.ID, req.Method, req.Params, req.Extra) })
}

func (s *Shell) requestText(id rpcconn.ID, method string, params, extra json.RawMessage) string {
	text := ""
	if !id.IsNone() {
		text = s.colors.dim("#"+visible(id.String(), false)) + " "
	}
	text += s.colors.bold(visible(method, false))
	if extra != nil {
		text += " " + s.colors.dim(shorten(compact(extra), len(extra)))
	}
	if args := arguments(params); args != "" {
		text += " " + shorten(args, len(params))
	}
	return text
}

// showOutgoing shows a request that is sent in the background.
func (s *Shell) showOutgoing(p *peer, id rpcconn.ID, c lang.Call) {
	if s.logJSON(p, logged{out: true, kind: traffic.Request, id: id, method: c.Method, member: "params", value: c.Params}) {
		return
	}
	s.showTraffic(p, traffic.Event{Out: true, Kind: traffic.Request, Method: c.Method}, func() string { return s.requestText(id, c.Method, c.Params, c.Extra) })
}

// showNotification shows a notification that is sent.
func (s *Shell) showNotification(p *peer, method string, params json.RawMessage) {
	if s.logJSON(p, logged{out: true, kind: traffic.Notification, method: method, member: "params", value: params}) {
		return
	}
	s.showTraffic(p, traffic.Event{Out: true, Kind: traffic.Notification, Method: method}, func() string {
		return s.requestText(rpcconn.ID{}, method, params, nil)
	})
}

// showReply shows what a peer answers to a request that was shown.
func (s *Shell) showReply(p *peer, method string, r *rpcconn.Response, d time.Duration) {
	kind, member, value := outcomeOf(r)
	if s.logJSON(p, logged{kind: kind, id: r.ID, method: method, member: member, value: value, took: d, text: besideError(r)}) {
		return
	}
	s.showTraffic(p, traffic.Event{Kind: kind, Method: method}, func() string { return s.responseText(r, "", d) })
}

// showAnswer shows what is answered to the peer's request.
func (s *Shell) showAnswer(p *peer, req *rpcconn.Request, r *rpcconn.Response, note string) {
	if s.cfg.Incoming {
		return // what comes in is asked for, not what goes out
	}
	kind, member, value := outcomeOf(r)
	d := time.Since(req.Time)
	if s.logJSON(p, logged{out: true, kind: kind, id: r.ID, method: req.Method, member: member, value: value, took: d, text: note}) {
		return
	}
	s.showTraffic(p, traffic.Event{Out: true, Kind: kind, Method: req.Method}, func() string { return s.responseText(r, note, d) })
}

// showNoAnswer shows why the peer's request gets no answer.
func (s *Shell) showNoAnswer(p *peer, req *rpcconn.Request, why string) {
	if s.logJSON(p, logged{out: true, kind: traffic.Response, id: req.ID, method: req.Method, text: why}) {
		return
	}
	s.showTraffic(p, traffic.Event{Out: true, Kind: traffic.Response, Method: req.Method}, func() string {
		return s.colors.dim("#" + visible(req.ID.String(), false) + " " + why)
	})
}

// showOther shows what the peer sent and what is no RPC.
func (s *Shell) showOther(p *peer, text json.RawMessage) {
	m := logged{kind: traffic.Other, member: "value", value: text}
	if s.cfg.Incoming {
		s.screen.printAll(s.stdout(), s.messageJSON(p, m))
		return
	}
	if s.logJSON(p, m) {
		return
	}
	s.showTraffic(p, traffic.Event{Kind: traffic.Other}, func() string { return shorten(compact(text), len(text)) })
}

// responseText shows an answer; note, if not "", is what there is to say about it.
func (s *Shell) responseText(r *rpcconn.Response, note string, d time.Duration) string {
	text := compactResult(r)
	if r.Err != nil {
		text = s.colors.err(text)
	}
	if !r.ID.IsNone() {
		text = s.colors.dim("#"+visible(r.ID.String(), false)) + " " + text
	}
	if d > 0 {
		text += "  " + s.colors.dim(took(d))
	}
	if r.Extra != nil {
		text += "  " + s.colors.dim(shorten(compact(r.Extra), len(r.Extra)))
	}
	for _, remark := range []string{besideError(r), note} {
		if remark != "" {
			text += "  " + s.colors.dim(remark)
		}
	}
	return text
}

// besideError says that r, wrongly, has a result too, "" where it has not.
func besideError(r *rpcconn.Response) string {
	if r.Err == nil || r.Result == nil {
		return ""
	}
	return "with a result beside it: " + visible(shorten(compact(r.Result), len(r.Result)), false)
}

// showStderr shows a line that a child process wrote to its stderr; ready is closed once p has its number.
func (s *Shell) showStderr(p *peer, ready <-chan struct{}, line string) {
	mark := "│ "
	select {
	case <-ready:
		if s.severalPeers() {
			mark = p.at() + " │ "
		}
	default: // it has no number yet
	}
	s.screen.sample("lines of "+p.name, func() string { return s.colors.dim(mark + visible(line, false)) })
}

// showStray shows an answer that nobody waits for.
func (s *Shell) showStray(p *peer, r *rpcconn.Response) {
	kind, member, value := outcomeOf(r)
	method := p.late(r.ID)
	note := "answers nothing that was asked"
	if method != "" {
		note = "late: " + visible(method, false) + " was given up"
	}
	if s.cfg.Incoming {
		s.screen.printAll(s.stdout(), s.messageJSON(p, logged{kind: traffic.Response, id: r.ID, method: method, member: member, value: value}))
		return
	}
	if s.logJSON(p, logged{kind: kind, id: r.ID, method: method, member: member, value: value, text: note}) {
		return
	}
	s.showTraffic(p, traffic.Event{Kind: kind, Method: method}, func() string { return s.responseText(r, note, 0) })
}

// showPeerError shows that what came is no message, or that an answer could not be sent.
func (s *Shell) showPeerError(p *peer, err error) {
	if s.cfg.Log {
		s.logNote(p, noteProblem, shorten(err.Error(), len(err.Error())))
		return
	}
	s.showTraffic(p, traffic.Event{Kind: traffic.Error}, func() string { return s.colors.err(shorten(err.Error(), len(err.Error()))) })
}

// note shows what the shell has to say unasked.
func (s *Shell) note(text string) {
	switch {
	case s.interactive():
		s.screen.print(s.stderr(), s.colors.dim(time.Now().Format(clock)+" · "+text))
	case s.cfg.Log:
		s.logNote(nil, noteInfo, text)
	case s.cfg.Verbose:
		s.screen.print(s.stderr(), "rpcsh: "+text)
	}
}

// noteOnce is note for what may be said of many at a time: of those for the same reason the first is shown, and the others are counted
// under name.
func (s *Shell) noteOnce(name, reason, text string) {
	if !s.interactive() {
		s.note(text)
		return
	}
	s.screen.once(name, reason, func() string { return s.noteLine(text) })
}

// notePeer is note for what is said about a peer: kind is what has happened to it.
func (s *Shell) notePeer(p *peer, kind, text string) {
	if s.cfg.Log {
		s.logNote(p, kind, text)
		return
	}
	s.note(text)
}

// problem shows, where there is no person, a mistake for which nobody waits.
func (s *Shell) problem(text string) {
	if s.cfg.Log {
		s.logNote(nil, noteProblem, text)
		return
	}
	s.screen.print(s.stderr(), "rpcsh: "+text)
}

// report shows what became of what was asked for; without a person, only if all is to be told.
func (s *Shell) report(text string) {
	if s.interactive() {
		s.say("%s", text)
	} else {
		s.note(text)
	}
}

// remark shows that there is nothing of what was asked for, where only results belong on stdout.
func (s *Shell) remark(text string) {
	if s.cfg.Log {
		s.logNote(nil, noteInfo, text)
		return
	}
	s.screen.print(s.stderr(), text)
}

// say shows what was asked for.
func (s *Shell) say(format string, args ...any) {
	s.screen.print(s.stdout(), fmt.Sprintf(format, args...))
}

// Forms of output, for -o and .set output.
const (
	OutputPretty = "pretty"
	OutputJSON   = "json"
	OutputRaw    = "raw"
)

// Outputs returns the forms of output.
func Outputs() []string { return []string{OutputPretty, OutputJSON, OutputRaw} }

// maxPretty is the largest result, in bytes, that is shown whole to a person.
const maxPretty = 256 << 10

// resultText returns a result in the form that is asked for.
func (s *Shell) resultText(v json.RawMessage) string {
	switch s.settings().output {
	case OutputJSON:
		return s.safe(compact(v))
	case OutputRaw:
		if text, err := jsonscan.Unquote(v); err == nil {
			return s.safe(text)
		}
		return s.safe(compact(v))
	}
	if len(v) > maxPretty && s.interactive() {
		return shorten(string(v[:maxShown+1]), len(v)) + "\n" + s.colors.dim("too long for the screen: .print $_ | JQ shows a part of it")
	}
	return pretty(v, s.width()-10, s.colors) // room for the time
}

// safe makes text fit for a terminal, if that is where it goes. A pipe gets what the peer sent.
func (s *Shell) safe(text string) string {
	if s.interactive() || s.cfg.Status != nil {
		return visible(text, true)
	}
	return text
}

func (s *Shell) width() int {
	if s.interactive() {
		return s.cfg.Terminal.Width()
	}
	return 80
}

// showResults shows what came of a call in its slot.
func (s *Shell) showResults(o *outcome, j *job, values []json.RawMessage) {
	var texts []string
	for _, v := range values {
		if v != nil {
			texts = append(texts, s.resultText(v))
		}
	}
	if len(texts) == 0 {
		return
	}
	text := strings.Join(texts, "\n")
	if s.interactive() && j.several {
		text = s.colors.bold(o.peer.at()) + " " + text
	}
	if s.interactive() && o.peer != nil {
		text = s.withTime(text, o.took)
	}
	for _, r := range o.remarks {
		s.screen.print(s.stderr(), s.colors.dim(visible(r, false)))
	}
	o.slot.print(s.stdout(), text)
}

// withTime puts how long a call took at the right border, behind the text where there is room.
func (s *Shell) withTime(text string, d time.Duration) string {
	text = strings.TrimSuffix(text, "\n")
	last := text[strings.LastIndexByte(text, '\n')+1:]
	t := took(d)
	gap := s.width() - 1 - displayWidth(last) - displayWidth(t)
	if gap < 2 {
		text, gap = text+"\n", s.width()-1-displayWidth(t)
	}
	return text + strings.Repeat(" ", max(0, gap)) + s.colors.dim(t)
}

// displayWidth returns how many columns text takes, its colours left out.
func displayWidth(text string) int {
	n := 0
	for {
		before, after, found := strings.Cut(text, "\x1b[")
		n += runewidth.StringWidth(before)
		if !found {
			return n
		}
		_, text, _ = strings.Cut(after, "m")
	}
}

// A shownError is one that the person has seen already.
type shownError struct{ error }

func (e *shownError) Unwrap() error { return e.error }

// showCallError shows in the outcome's slot why it has no result.
func (s *Shell) showCallError(o *outcome, j *job) error {
	text := visible(o.err.Error(), false)
	if !s.interactive() {
		o.slot.print(s.stderr(), "rpcsh: "+o.peer.at()+": "+text)
		return &shownError{o.err}
	}
	var e *rpcconn.Error
	if errors.As(o.err, &e) {
		text = visible(errorText(e), false)
	}
	text = s.colors.err(text)
	if j.several {
		text = s.colors.bold(o.peer.at()) + " " + text
	}
	for _, r := range o.remarks {
		text += "  " + s.colors.dim(visible(r, false))
	}
	if o.answered || o.took >= time.Second {
		text = s.withTime(text, o.took)
	}
	o.slot.print(s.stderr(), text)
	return &shownError{o.err}
}

// showBackground shows the answer to a call that nobody waited for.
func (s *Shell) showBackground(o *outcome, j *job) {
	r := &rpcconn.Response{ID: o.id, Result: o.result}
	kind := traffic.Response
	if o.err != nil {
		kind = traffic.Error
		if !errors.As(o.err, &r.Err) {
			switch {
			case s.interactive():
				o.slot.print(s.stderr(), s.colors.err(visible(o.err.Error(), false)))
			case s.cfg.Log:
				o.slot.print(s.stderr(), s.noteText(o.peer, noteProblem, o.err.Error()))
			default:
				o.slot.print(s.stderr(), "rpcsh: "+visible(o.err.Error(), false))
			}
			return
		}
	}
	if !s.interactive() && o.err == nil && j.Background {
		o.slot.print(s.stdout(), s.resultText(o.result))
		return
	}
	if s.cfg.Log {
		return // ask has logged it
	}
	if !s.shown(traffic.Event{Peer: o.peer.number, Kind: kind, Method: j.Calls[0].Method}) {
		return
	}
	line := s.colors.dim(time.Now().Format(clock)) + " " + s.colors.in("←") + " "
	if s.severalPeers() {
		line += s.colors.dim(o.peer.at()) + " "
	}
	if j.Batch {
		r.ID = rpcconn.ID{}
	}
	notes := o.remarks
	if j.left.Load() { // its request is not shown above
		notes = append(notes, j.title())
	}
	o.slot.print(s.stderr(), line+s.responseText(r, visible(strings.Join(notes, ", "), false), o.took))
}

// showError shows what is wrong with line, below the column where it is wrong.
func (s *Shell) showError(line string, err error) {
	var shown *shownError
	if errors.As(err, &shown) {
		return
	}
	text := visible(err.Error(), false)
	var syntax *lang.Error
	if !errors.As(err, &syntax) {
		s.screen.print(s.stderr(), s.colors.err(text))
		return
	}
	before := visible(line[:min(syntax.Column, len(line))], false)
	column := s.column + displayWidth(before)
	mark := "^ " + text
	if column+2 >= s.width() {
		// the line as it was typed is wrapped: show the part that matters once more
		const context = 20
		runes := []rune(before)
		start := string(runes[max(0, len(runes)-context):])
		rest := []rune(visible(line[min(syntax.Column, len(line)):], false))
		s.screen.print(s.stderr(), "  "+start+string(rest[:min(len(rest), context)]))
		column = 2 + displayWidth(start)
	}
	if w := displayWidth(text) + 1; column+1+w >= s.width() && w <= column {
		mark, column = text+" ^", column-w // to the left of it there is room
	}
	s.screen.print(s.stderr(), strings.Repeat(" ", column)+s.colors.err(mark))
}

// showWaiting shows text, from the first second on, with how long it has been; the function that it returns ends that.
func (s *Shell) showWaiting(text string) (stop func()) {
	_, stop = s.showWork(text)
	return stop
}

// showWork is showWaiting for what can tell how far it has come: update, which is nil where nobody looks, shows that in place of text.
func (s *Shell) showWork(text string) (update func(text string), stop func()) {
	status := s.cfg.Status
	if s.interactive() {
		status = s.cfg.Terminal.SetStatus
	}
	if status == nil {
		return nil, func() {}
	}
	start := time.Now()
	done := make(chan struct{})
	news := make(chan string, 1)
	s.tasks.Go(func() {
		tick := time.NewTicker(time.Second)
		defer tick.Stop()
		used := false
		show := func() {
			used = true
			status(text + " " + age(time.Since(start)) + ", Ctrl-C gives it up")
		}
		for {
			select {
			case <-tick.C:
				show()
			case text = <-news:
				show()
			case <-done:
				if used {
					status("")
				}
				return
			}
		}
	})
	update = func(text string) {
		for {
			select {
			case news <- text:
				return
			default: // the one before is not shown yet, and has become old
			}
			select {
			case <-news:
			default:
			}
		}
	}
	return update, func() { close(done) }
}
