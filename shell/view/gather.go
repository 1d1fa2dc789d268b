package view

import (
	"encoding/json"
	"errors"
	"fmt"
	"strings"

	"rpcsh/rpcconn"
	"rpcsh/rpcconn/jsontext"
	"rpcsh/shell/columns"
	"rpcsh/shell/event"
	"rpcsh/shell/exit"
	"rpcsh/shell/human"
)

// fewPeers is the number of peers whose results can be taken in at a glance. If their results do not fit into a table,
// they are shown whole, below each other. Below a table of more peers stands which of them failed.
const fewPeers = 10

// Gathered shows what all of several peers answered to one call: as a table, or as an object for each with -o json. It
// releases the slots of their responses. It returns the first error, as an *exit.Shown.
func (v *View) Gathered(all []*Result) error {
	var first error
	for _, r := range all {
		if r.Event != 0 {
			v.Drop(r.Event)
		}
		if r.Err != nil && first == nil {
			first = &exit.Shown{Err: r.Err}
		}
	}
	if v.Output() == OutputJSON {
		for _, r := range all {
			v.sayObjects(r)
		}
		return first
	}
	table, cut := v.resultTable(all)
	v.Say("%s", v.audience.tableText(all, table, cut))
	return first
}

// resultTable returns a table with a row for each result, and whether one had to be cut off.
func (v *View) resultTable(all []*Result) (text string, cut bool) {
	var t columns.Table
	t.Row("PEER", "TIME", "RESULT")
	for _, r := range all {
		const others = 16 // columns of the time, and between columns
		text, long := r.oneLine(max(20, v.ListWidth()-len(r.Peer.At())-others))
		cut = cut || long
		if r.Err != nil {
			text = v.colors.Err(text)
		} else {
			text = v.paint(text)
		}
		t.Row(r.Peer.At(), human.Took(r.Took), text)
		for _, remark := range r.Remarks {
			t.Row("", "", v.colors.Dim(Visible(remark)))
		}
	}
	return t.String(), cut
}

// cutRemark says how to see what a table has cut off, or "" if nothing was.
func (s style) cutRemark(cut bool) string {
	if !cut {
		return ""
	}
	return s.colors.Dim("some are cut off: .print $_ shows all of them, .print $_[0] the first") + "\n"
}

// failures says how many of the results are errors, and of which peers.
func (s style) failures(all []*Result) string {
	var failed []string
	for _, r := range all {
		if r.Err != nil {
			failed = append(failed, r.Peer.At())
		}
	}
	text := human.Grouped(len(all)) + " peers, "
	if len(failed) == 0 {
		return s.colors.Dim(text + "no error")
	}
	text += human.Plural(len(failed), "error") + ": " + strings.Join(failed[:min(len(failed), fewPeers)], " ")
	if len(failed) > fewPeers {
		text += " …"
	}
	return s.colors.Err(text)
}

// belowEachOther returns whole results, one below the other.
func (v *View) belowEachOther(all []*Result) string {
	var b strings.Builder
	for _, r := range all {
		b.WriteString(v.colors.Bold(r.Peer.At()) + "  " + v.colors.Dim(human.Took(r.Took)) + "\n")
		if r.Err != nil {
			text, _ := r.oneLine(maxShown)
			b.WriteString(v.colors.Err(text) + "\n")
			continue
		}
		if text := (shaper{v}).text(r.Values, r.Shaping); text != "" {
			b.WriteString(withLineBreak(text))
		}
		for _, remark := range r.Remarks {
			b.WriteString(v.colors.Dim(Visible(remark)) + "\n")
		}
	}
	return b.String()
}

// oneLine returns the outcome of the call in at most room columns, and whether it had to be cut off.
func (r *Result) oneLine(room int) (text string, cut bool) {
	if r.Err != nil {
		text = causeText(r.Err)
	} else {
		var texts []string
		for _, value := range r.Values {
			if value == nil {
				continue
			}
			enough := min(len(value), 4*room) // bytes that may be needed for so many columns
			texts = append(texts, Readable(value[:enough]))
			cut = cut || enough < len(value)
		}
		text = strings.Join(texts, " ")
	}
	text = Visible(text)
	clipped := columns.Clip(text, room, "…")
	return clipped, cut || clipped != text
}

// sayObjects shows a result as objects that name the peer.
func (v *View) sayObjects(r *Result) {
	who := r.Peer.Members()
	if r.Err != nil {
		var e *rpcconn.Error
		if !errors.As(r.Err, &e) {
			e = &rpcconn.Error{Message: r.Err.Error()}
		}
		said := event.AppendError(nil, e)
		if hints := exit.Advice(r.Err); len(hints) > 0 { // as exit.JSON has them
			hint := jsontext.AppendQuote([]byte(`,"hint":`), strings.Join(hints, "; "))
			said = append(append(said[:len(said)-1], hint...), '}')
		}
		v.Say("%s", v.Safe(fmt.Sprintf(`{%s,"error":%s}`, who, said)))
		return
	}
	for _, value := range r.Values {
		if value == nil {
			value = json.RawMessage("null")
		}
		v.Say("%s", v.Safe(fmt.Sprintf(`{%s,"result":%s}`, who, Compact(value))))
	}
}
