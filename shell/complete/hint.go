package complete

import (
	"strings"

	"rpcsh/rpcconn/catalog"
	"rpcsh/shell/columns"
	"rpcsh/shell/human"
	"rpcsh/shell/lang"
	"rpcsh/shell/view"
)

// The param at the cursor is marked by these.
const (
	markBefore = "▸"
	markAfter  = "◂"
)

// Hint returns the signature of the method whose call is typed in line, with the cursor after line[:cursor], in a row
// of the terminal: with the param at the cursor marked, and what is known of that. It returns "" where there is nothing
// to say. Like Complete, it may be called at any time.
func (s *Completer) Hint(line string, cursor int) string {
	c := lang.ReadCursor(lang.LineAt(line[:cursor]).Text)
	if c.At == lang.AtMethod {
		c.Method = c.Typed
	}
	if c.Method == "" && c.Command == nil {
		return ""
	}
	sc, ok := s.scopeAt(c)
	if !ok || sc.method.Params == nil {
		return ""
	}
	width := s.width() - 1
	if c.At == lang.AtMethod {
		return view.Visible(signature(sc.method, -1, sc.method.Summary, width))
	}
	at := sc.index(c)
	return view.Visible(signature(sc.method, at, sc.note(c, at), width))
}

// note says of the param at c, or of the part of it that is typed, what the signature does not.
func (sc scope) note(c lang.Cursor, at int) string {
	if at < 0 {
		return sc.method.Summary
	}
	inside := c.Path
	if isParams(c) {
		inside = inside[1:]
	}
	p, ok := sc.param(c, c.Path)
	if ok && len(inside) > 0 {
		return lang.SpellSteps(inside) + " " + sc.paramHelp(p)
	}
	p = sc.method.Params[at]
	if preset := sc.definitions.Default(p.Schema); preset != nil {
		return strings.TrimSuffix("default "+human.Clip(view.Readable(preset), 20)+" · "+sc.summary(p), " · ")
	}
	return sc.summary(p)
}

// signature returns m's signature with the param at marked, -1 for none, and note behind it, in width columns: where it
// is longer, with as many of the params next to the marked one as fit. Of the others the note takes the room, up to
// half of it.
func signature(m catalog.Method, at int, note string, width int) string {
	head, params, tail := m.SignatureParts()
	if at >= 0 {
		params[at] = markBefore + params[at] + markAfter
	}
	if note = strings.TrimSpace(note); note != "" {
		note = " · " + note
	}
	room := max(width/2, width-columns.Width(note))
	from, to := max(0, at), min(max(0, at)+1, len(params))
	text := func(from, to int) string {
		shown := append([]string(nil), params[from:to]...)
		if from > 0 {
			shown = append([]string{"…"}, shown...)
		}
		if to < len(params) {
			shown = append(shown, "…")
		}
		return head + strings.Join(shown, ", ") + tail
	}
	if columns.Width(text(from, to)) > room {
		tail = ")"
	}
	if columns.Width(text(from, to)) > width {
		head = "…("
	}
	for grown := true; grown; {
		grown = false
		if to < len(params) && columns.Width(text(from, to+1)) <= room {
			to, grown = to+1, true
		}
		if from > 0 && columns.Width(text(from-1, to)) <= room {
			from, grown = from-1, true
		}
	}
	return columns.Clip(text(from, to)+note, width, "…")
}
