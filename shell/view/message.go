package view

import (
	"encoding/json"
	"fmt"
	"strings"

	"rpcsh/shell/event"
	"rpcsh/shell/human"
)

// Summary returns e on one line, shortened and visible, as lists have it: "← #1 my_double 3", "→ #1 (my_double) 6".
func Summary(e *event.Event) string {
	l := row{style: style{look: &look{colors: NewPalette(false)}, form: new(form)}}
	switch {
	case !e.Kind.IsMessage():
		return "· " + l.note(e)
	case e.Out:
		l.add("→ ")
	default:
		l.add("← ")
	}
	if e.Result == nil && e.Err == nil || e.Method == "" {
		l.message(e, "")
	} else {
		l.id(e.ID)
		l.add("(" + brief(e.Method) + ") ")
		l.answer(e, "")
	}
	return string(l.text)
}

// Message returns all that e says, for a person: what it is in a line, and below that what it carries.
func (v *View) Message(e *event.Event) string {
	head := fmt.Sprintf("%d · %s ", e.Number, e.Time.Format(clock))
	switch {
	case !e.Kind.IsMessage():
		head += "· " + string(e.Kind)
	case e.Out:
		head += "→ " + string(e.Kind)
	default:
		head += "← " + string(e.Kind)
	}
	if e.Peer.Number > 0 {
		head += " · " + Visible(e.Peer.Title)
	}
	if !e.ID.IsNone() {
		head += " · " + idText(e.ID)
	}
	if e.Method != "" {
		head += " · " + brief(e.Method)
	}
	if e.Took > 0 {
		head += " · " + human.Took(e.Took)
	}
	parts := []string{v.wrapped(v.colors.Dim(head))}
	carried := carried(e)
	for _, p := range carried {
		text := v.short(p.value) + "  " + v.colors.Dim(fmt.Sprintf(".show %d > FILE writes all of it", e.Number))
		if len(p.value) <= maxPaged {
			text = Pretty(json.RawMessage(v.json(p.value)), v.Width(), v.colors)
		}
		if len(carried) > 1 || p.name != "params" && p.name != "result" {
			text = v.colors.Bold(p.name) + " " + text
		}
		parts = append(parts, text)
	}
	if e.Text != "" {
		parts = append(parts, v.wrapped(VisibleLines(e.Text)))
	}
	return strings.Join(parts, "\n")
}

// A carriedPart is a member of a message that holds JSON.
type carriedPart struct {
	name  string
	value json.RawMessage
}

// carried returns what e carries.
func carried(e *event.Event) (all []carriedPart) {
	parts := []carriedPart{{"params", e.Params}, {"result", e.Result}, {"value", e.Value}, {"extra", e.Extra}}
	if e.Err != nil {
		parts = append(parts, carriedPart{"error", event.AppendError(nil, e.Err)})
	}
	for _, p := range parts {
		if p.value != nil {
			all = append(all, p)
		}
	}
	return all
}
