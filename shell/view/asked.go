package view

import (
	"encoding/json"
	"fmt"
	"strings"

	"rpcsh/rpcconn"
	"rpcsh/shell/columns"
	"rpcsh/shell/event"
)

// Asked is what is known of a request that waits for a person, beside what it says.
type Asked struct {
	Fields []Field // its params, where their names or types are known
	Result bool    // it is known what answers it
}

// A Field is a param of a request, as a form has it.
type Field struct {
	Name, Type string
	Value      json.RawMessage
}

// maxInline is the longest request, in columns, that stands in one line with how it is answered.
const maxInline = 60

// asks renders a request that waits for the person: whole, however long it is, unless nobody could read that, and as a
// form where its params are known.
func (p person) asks(e *event.Event) string {
	var known Asked
	if p.opts.Asked != nil {
		known = p.opts.Asked(e)
	}
	text, below := brief(e.Method), ""
	args := arguments(e.Params, p.json)
	switch inline := text + " " + args; {
	case args == "":
	case len(e.Params) > maxPretty:
		below = "  " + p.short(e.Params) + "  " + p.colors.Dim(fmt.Sprintf(".show %d", e.Pending))
	case len(known.Fields) > 0:
		below = p.fields(known.Fields)
	case columns.Width(inline) <= maxInline:
		text += " " + p.kept(args)
	default:
		below = p.indented(e.Params, 2)
	}
	value := "VALUE"
	if e.Value != nil && len(e.Value) <= maxShown {
		value = p.json(e.Value)
	}
	hint := fmt.Sprintf(" · .reply %d %s, .fail %d CODE MESSAGE", e.Pending, p.kept(value), e.Pending)
	verb := "asks"
	if e.Held {
		verb = "held"
		hint = fmt.Sprintf(" · .pass %d, .edit %[1]d, .drop %[1]d", e.Pending)
		if e.ID != (rpcconn.ID{}) {
			hint += fmt.Sprintf(", .reply %d VALUE", e.Pending)
		}
	}
	if known.Result && !e.Held {
		hint += fmt.Sprintf(", .reply %d ? tells what fits", e.Pending)
	}
	text = p.wrapped(p.colors.Dim(e.Time.Format(clock)+" · ") + fmt.Sprintf("%s %d: %s", verb, e.Pending, text) +
		p.colors.Dim(hint))
	if below != "" {
		text += "\n" + below
	}
	return text
}

// fields renders params in rows: name, type, value.
func (p person) fields(all []Field) string {
	const gap, widest = 2, 20 // columns; of a type
	name, kind := 0, 0
	types := make([]string, len(all))
	for i, f := range all {
		types[i] = columns.Clip(Visible(f.Type), widest, "…")
		name, kind = max(name, columns.Width(Visible(f.Name))), max(kind, columns.Width(types[i]))
	}
	rows := make([]string, len(all))
	for i, f := range all {
		before := pad("  "+Visible(f.Name), 2+name+gap) + pad(types[i], kind+gap)
		indent := columns.Width(before)
		if value := p.indented(f.Value, indent); f.Value == nil {
			rows[i] = strings.TrimRight(before, " ")
		} else {
			rows[i] = p.colors.Dim(before) + strings.TrimLeft(value, " ")
		}
	}
	return strings.Join(rows, "\n")
}

// pad returns text with blanks behind it up to so many columns, and two at least.
func pad(text string, width int) string {
	return text + strings.Repeat(" ", max(2, width-columns.Width(text)))
}

// indented renders a value whole, some columns to the right.
func (p person) indented(value json.RawMessage, indent int) string {
	before := strings.Repeat(" ", indent)
	text := Pretty(json.RawMessage(p.json(value)), max(20, p.terminal.Width()-1-indent), p.colors)
	return before + strings.ReplaceAll(strings.TrimRight(text, "\n"), "\n", "\n"+before)
}
