package recording

import (
	"cmp"
	"encoding/json"
	"strings"

	"rpcsh/rpcconn/rpcrec"
	"rpcsh/shell/event"
	"rpcsh/shell/human"
)

// Details are what is told of an event: the members of x, as docs/rpcrec.md has them.
type Details struct {
	Target   string `json:"target,omitempty"`
	Accepted bool   `json:"accepted,omitempty"`
	Late     bool   `json:"late,omitempty"`
	Name     string `json:"name,omitempty"`
	Title    string `json:"title,omitempty"`
	Protocol string `json:"protocol,omitempty"`
	Framing  string `json:"framing,omitempty"`
	Reason   string `json:"reason,omitempty"`
	Orderly  bool   `json:"orderly,omitempty"`
	Count    int    `json:"count,omitempty"`
	Kind     string `json:"kind,omitempty"`
	Text     string `json:"text,omitempty"`
}

// maxKept is how many bytes of a name are kept.
const maxKept = 4096

// short returns what is kept of a connection.
func (x Details) short() Details {
	x.Text, x.Reason = "", ""
	for _, name := range []*string{&x.Target, &x.Name, &x.Title, &x.Protocol, &x.Framing} {
		if len(*name) > maxKept {
			*name = strings.ToValidUTF8((*name)[:maxKept], "")
		}
	}
	return x
}

// tell adds the event of a record that is no message, none where it is of a kind that is not known.
func (d *Decoder) tell(r *rpcrec.Record, c *conn, e *event.Event) {
	var x Details
	if r.Details != nil {
		_ = json.Unmarshal(r.Details, &x) // a member of another type than it should have says nothing
	}
	switch r.Event {
	case rpcrec.Open:
		d.reset(c)
		c.opened = x.short()
		c.peer.Name, c.peer.Title = c.opened.Name, cmp.Or(c.opened.Title, c.opened.Target, c.peer.Title)
		d.Speaks(r.Conn, x.Protocol)
		e.Kind, e.Text = event.Connect, cmp.Or(x.Text, joined(" · ", connected(&x, c.peer.Title), spoken(&x)))
	case rpcrec.Detect:
		d.Speaks(r.Conn, x.Protocol)
		e.Kind, e.Text = event.Speaks, cmp.Or(x.Text, c.peer.Title+" speaks "+spoken(&x))
	case rpcrec.Close:
		e.Kind, e.Orderly = event.Close, x.Orderly
		e.Text = cmp.Or(x.Text, joined(": ", c.peer.Title, cmp.Or(x.Reason, "the connection has ended")))
	case rpcrec.Stderr:
		e.Kind, e.Text = event.Stderr, x.Text
	case rpcrec.Note:
		e.Kind, e.Text = event.Note, x.Text
		if kind := event.Kind(x.Kind); kind == event.Problem || kind == event.Deviation || kind == event.Unreadable {
			e.Kind = kind
		}
	case rpcrec.Lost:
		e.Kind, e.Text = event.Problem, joined(": ", human.Plural(x.Count, "message")+" missing here", x.Reason)
	default:
		return
	}
	e.Peer = c.peer
	d.events = append(d.events, *e)
}

// connected says that a peer is, which is called title in sentences: @2 and where it is, where there are several.
func connected(x *Details, title string) string {
	at, place, _ := strings.Cut(title, " ")
	if !strings.HasPrefix(at, "@") {
		at, place = "", title
	}
	how := "connected to"
	switch {
	case x.Target == "" && place == "": // as some programs' logs do not tell
		how = "connected"
	case x.Accepted:
		how = "connected from"
	}
	text := joined(" ", at, how, cmp.Or(x.Target, place))
	if x.Late {
		text += " before the recording"
	}
	return text
}

// spoken says what is spoken, "" where that is not known.
func spoken(x *Details) string { return joined(", ", x.Protocol, x.Framing) }

// joined joins texts, those that are empty left out.
func joined(by string, texts ...string) string {
	all := texts[:0:0]
	for _, text := range texts {
		if text != "" {
			all = append(all, text)
		}
	}
	return strings.Join(all, by)
}

func remarks(texts ...string) string { return joined("; ", texts...) }

// remark returns what there is to say about how a message came to be; "": it passed as it is.
func remark(r *rpcrec.Record) string {
	var cut, fault string
	if r.IsCut() {
		cut = "the first " + human.Size(len(r.Data)) + " of " + human.Size(int(r.Length))
	}
	if r.Fault != "" {
		fault = r.Fault + ", on purpose"
	}
	return remarks(cut, fault, r.Kind)
}
