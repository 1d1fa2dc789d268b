package shell

import (
	"encoding/json"
	"time"

	"rpcsh/rpcconn"
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
	s.showTraffic(p, traffic.Event{Out: true, Kind: kind, Method: req.Method}, func() string {
		if note == describedByScripts && s.interactive() { // nobody has to read it
			return s.outcomeText(r, "an OpenRPC document ("+size(len(r.Result))+")", note, d)
		}
		return s.responseText(r, note, d)
	})
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
	return s.outcomeText(r, compactResult(r), note, d)
}

// outcomeText is responseText for an answer of which text is shown.
func (s *Shell) outcomeText(r *rpcconn.Response, text, note string, d time.Duration) string {
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
