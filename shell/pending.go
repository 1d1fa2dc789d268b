package shell

import (
	"strconv"
	"time"

	"rpcsh/rpcconn"
)

// maxListed is how many of the requests that are being answered .pending lists of each peer.
const maxListed = 20

// listPending lists what both sides wait for: .pending.
func (s *Shell) listPending() {
	calls, asked := s.callTable(), s.askedTable()
	if len(calls.rows) == 1 && len(asked.rows) == 1 {
		s.remark("nothing is waiting for an answer")
		return
	}
	for _, t := range []*table{calls, asked} {
		if len(t.rows) > 1 {
			s.say("%s", t.within(s.listWidth()))
		}
	}
}

// callTable lists our calls, below a head.
func (s *Shell) callTable() *table {
	t := new(table)
	t.row("PEER", "ID", "METHOD", "AGE")
	for _, p := range s.peers.list() {
		for _, c := range p.outstanding() {
			t.row(p.at(), "#"+c.id.String(), visible(c.method, false), age(time.Since(c.since)))
		}
	}
	return t
}

// askedTable lists what the peers have asked, below a head: what waits for the person, in the order in which it is to be answered, and
// then what rules are answering.
func (s *Shell) askedTable() *table {
	t := new(table)
	t.row("ASKS", "PEER", "ID", "AGE", "REQUEST")
	parked := make(map[*rpcconn.Request]bool)
	for _, r := range s.waitingForPerson() {
		req := r.Request.Request
		parked[req] = true
		t.row(strconv.Itoa(r.Number), at(r.Peer), "#"+visible(r.ID.String(), false), age(time.Since(r.Since)), askedText(req))
	}
	for _, p := range s.peers.list() {
		listed := 0
		for _, req := range p.link.Load().open.list() {
			if parked[req] {
				continue
			}
			if listed++; listed <= maxListed {
				t.row("–", p.at(), "#"+visible(req.ID.String(), false), age(time.Since(req.Time)), askedText(req))
			}
		}
		if listed > maxListed {
			t.row("–", p.at(), "", "", "… "+grouped(listed-maxListed)+" more that are being answered")
		}
	}
	return t
}
