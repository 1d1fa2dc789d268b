package lang

import "strings"

// An opened is an object or array that is not closed before the cursor.
type opened struct {
	object bool
	step   Step     // to the member or element that is being read
	keys   []string // read before
}

// A wanted is what belongs next in JSON text.
type wanted int

const (
	wantValue wanted = iota
	wantKey
	wantColon
	wantMore // a comma or the closing bracket
)

// json reads the unclosed object or array that begins here.
func (r *cursorReader) json() bool {
	r.c.JSON = true
	var around []opened
	want := wantValue
	for {
		r.blank()
		start := r.pos
		c := r.next()
		var inner *opened
		if len(around) > 0 {
			inner = &around[len(around)-1]
		}
		switch {
		case r.atEnd() && want > wantKey:
			return r.inside(around, AtEnd, start, "")
		case r.atEnd():
			return r.inside(around, want.place(), start, "")
		case want == wantValue && (c == '{' || c == '['):
			r.pos++
			around = append(around, opened{object: c == '{', step: Step{Element: c == '['}})
			if want = wantValue; c == '{' {
				want = wantKey
			}
			continue
		case inner == nil:
			return r.nowhere()
		case (c == '}' || c == ']') && inner.object == (c == '}') && want != wantColon:
			r.pos++
			around = around[:len(around)-1]
			want = wantMore
			continue
		case c == ',' && want == wantMore:
			r.pos++
			inner.keys = append(inner.keys, inner.step.Key)
			inner.step.Key = ""
			inner.step.Index++
			if want = wantValue; inner.object {
				want = wantKey
			}
			continue
		case c == ':' && want == wantColon:
			r.pos++
			want = wantValue
			continue
		case want > wantKey:
			return r.nowhere()
		}

		depth := r.depth
		text, whole, done := r.part(want)
		switch {
		case done:
			if r.depth == depth && r.c.At != AtNothing {
				r.c.Path = path(around)
			}
			return true
		case !whole:
			return r.inside(around, want.place(), start, text)
		case r.atEnd():
			return r.inside(around, AtEnd, r.pos, "")
		case want == wantKey:
			inner.step.Key = text
			want = wantColon
		default:
			if c == '"' {
				inner.step.remember(text)
			}
			want = wantMore
		}
	}
}

// part reads a key or a value that is no object and no array. whole says that it has its end; done, that reading is
// over.
func (r *cursorReader) part(want wanted) (text string, whole, done bool) {
	switch {
	case r.next() == '"':
		text, whole = r.quote()
		return text, whole, false
	case want == wantValue && r.atCall():
		n := callEnd(r.rest())
		if n == 0 {
			return "", false, r.inner()
		}
		r.pos += n
		return "", true, false
	case want == wantValue && (r.atVariable() || r.beginsVariable()):
		return "", true, r.variable()
	}
	text = r.token()
	whole = !r.atEnd()
	return text, whole, (text == "" || want == wantKey && whole) && r.nowhere()
}

// remember notes the text of the current member, for the steps to later members.
func (s *Step) remember(text string) {
	if s.Element {
		return
	}
	if s.Beside == nil {
		s.Beside = make(map[string]string)
	}
	s.Beside[s.Key] = text
}

func (w wanted) place() Place {
	if w == wantKey {
		return AtKey
	}
	return AtValue
}

// inside sets what is being typed within the open objects and arrays.
func (r *cursorReader) inside(around []opened, place Place, start int, typed string) bool {
	if place == AtKey {
		inner := len(around) - 1
		r.c.Keys = around[inner].keys
		around = around[:inner]
	}
	r.c.Path = path(around)
	return r.at(place, start, typed)
}

// path returns the steps to what is being read.
func path(around []opened) []Step {
	var steps []Step
	for _, o := range around {
		steps = append(steps, o.step)
	}
	return steps
}

// token reads what is neither quoted nor in brackets: a number, a word, or a key whose quotes are still missing.
func (r *cursorReader) token() string {
	start := r.pos
	for !r.atEnd() && !isBlank(r.next()) && strings.IndexByte(`{}[]:,"`, r.next()) < 0 {
		r.pos++
	}
	return r.src[start:r.pos]
}
