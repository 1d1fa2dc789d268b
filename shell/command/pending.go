package command

import (
	"strconv"
	"strings"
	"time"

	"rpcsh/rpcconn"
	"rpcsh/shell/columns"
	"rpcsh/shell/human"
	"rpcsh/shell/session"
	"rpcsh/shell/view"
)

// maxListed is how many of the requests that are being answered .pending lists of each peer.
const maxListed = 20

// listPending runs .pending: it lists what both sides wait for.
func listPending(s *session.Session, v *view.View) {
	calls, requests := callTable(s.Peers().List()), requestTable(s)
	if calls.Len() == 1 && requests.Len() == 1 {
		v.Remark("nothing is waiting for an answer")
		return
	}
	if calls.Len() > 1 {
		v.Say("%s", calls.Within(v.ListWidth()))
	}
	if requests.Len() > 1 {
		text, cut := requests.OneLined(v.ListWidth())
		if cut {
			text += v.Colors().Dim(".show N shows all of a request")
		}
		v.Say("%s", text)
	}
}

// callTable lists our calls, below a head.
func callTable(peers []*session.Peer) *columns.Table {
	t := new(columns.Table)
	t.Row("N", "PEER", "ID", "METHOD", "AGE")
	for _, p := range peers {
		for _, c := range p.Pending() {
			age := human.Age(time.Since(c.Since))
			method := strings.TrimSuffix(c.Method+" "+c.About, " ")
			t.Row(numberText(c.Number), p.At(), "#"+c.ID.String(), view.Visible(method), age)
		}
	}
	return t
}

// requestTable lists what the peers have asked, below a head: what waits for the person, in the order in which it
// is to be answered, and then what rules are answering.
func requestTable(s *session.Session) *columns.Table {
	t := new(columns.Table)
	t.Row("N", "PEER", "ID", "AGE", "ASKS", "REQUEST")
	parked := make(map[*rpcconn.Request]bool)
	for _, r := range s.WaitingForPerson() {
		req := r.Request.Request
		parked[req] = true
		age := human.Age(time.Since(r.Since))
		id := ""
		if !req.IsNotification() {
			id = idText(req.ID)
		}
		asks := "you"
		if r.Held {
			asks = "held"
		}
		t.Row(numberText(r.Number), at(r.Peer), id, age, asks, requestText(req))
	}
	for _, p := range s.Peers().List() {
		listed := 0
		for _, req := range p.Open() {
			if parked[req.Request] {
				continue
			}
			if listed++; listed <= maxListed {
				t.Row(numberText(req.Number), p.At(), idText(req.ID), human.Age(time.Since(req.Time)), "a rule",
					requestText(req.Request))
			}
		}
		if listed > maxListed {
			t.Row("", p.At(), "", "", "a rule", "… "+human.Grouped(listed-maxListed)+" more that are being answered")
		}
	}
	return t
}

// numberText returns the running number of a message.
func numberText(number uint64) string { return strconv.FormatUint(number, 10) }

func idText(id rpcconn.ID) string { return "#" + view.Visible(id.String()) }

// requestText shows a peer's request as one would type it.
func requestText(r *rpcconn.Request) string {
	text := view.Visible(r.Method)
	if args := view.Arguments(r.Params); args != "" {
		text += " " + view.Shorten(args, len(r.Params))
	}
	return text
}
