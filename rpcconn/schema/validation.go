package schema

import (
	"encoding/json"
	"slices"
	"strconv"
)

// A validation is the checking of one value.
type validation struct {
	checker *Checker
	left    int          // steps; below 0 nothing can be said of the value
	within  []circleMark // the references that are being followed
}

// A circleMark is a reference that is followed at a place. Where it is met there once more, it leads in a circle.
type circleMark struct {
	name  string
	depth int
}

// A part is the value, or something in it.
type part struct {
	value any
	at    []string // where that is: names and indices
	depth int      // how many parts it is a part of; a member's name is one of the member's
}

// in returns a member or an element of it.
func (p part) in(step string, value any) part {
	return part{value: value, at: append(slices.Clip(p.at), step), depth: p.depth + 1}
}

// element returns an element of it.
func (p part) element(i int, value any) part { return p.in(strconv.Itoa(i), value) }

// is returns a mismatch there: what the value is.
func (p part) is(got string) []mismatch { return []mismatch{{at: p.at, got: got}} }

// wants returns a mismatch there: what is wanted in place of the value.
func (p part) wants(want string) []mismatch {
	return []mismatch{{at: p.at, got: "is " + valueText(p.value), want: want}}
}

// node is a schema that is an object, as it is decoded.
type node = map[string]any

// fit returns what is wrong with a part of the value; nothing where it fits.
func (v *validation) fit(schema any, p part) []mismatch {
	if v.left -= 1 + p.depth/16; v.left < 0 { // what is wrong is told with its path
		return nil
	}
	s, ok := schema.(node)
	if !ok {
		if schema == false {
			return p.is("is not wanted there")
		}
		return nil
	}
	for _, check := range []func(node, part) []mismatch{v.types, v.constant, v.enum} {
		if wrong := check(s, p); wrong != nil {
			return wrong // the rest would say the same in more words
		}
	}
	wrong := v.reference(s, p)
	switch p.value.(type) {
	case node:
		wrong = append(wrong, v.object(s, p)...)
	case []any:
		wrong = append(wrong, v.array(s, p)...)
	case string:
		wrong = append(wrong, v.text(s, p)...)
	case json.Number:
		wrong = append(wrong, v.number(s, p)...)
	}
	wrong = append(wrong, v.combined(s, p)...)
	return append(wrong, v.unevaluated(s, p)...)
}

// fits reports whether a part of the value fits.
func (v *validation) fits(schema any, p part) bool { return len(v.fit(schema, p)) == 0 }

// reference checks what the schema refers to.
func (v *validation) reference(s node, p part) []mismatch {
	ref, _ := s["$ref"].(string)
	name, ok := definitionName(ref)
	mark := circleMark{name, p.depth}
	if !ok {
		return nil
	}
	if slices.Contains(v.within, mark) {
		return []mismatch{{inCircle: true}}
	}
	v.within = append(v.within, mark)
	defer func() { v.within = v.within[:len(v.within)-1] }()
	return v.fit(v.checker.definition(name), p)
}

// combined checks the keywords whose schemas are for the same value.
func (v *validation) combined(s node, p part) (wrong []mismatch) {
	if not, ok := s["not"]; ok && v.fits(not, p) {
		wrong = append(wrong, p.is("does not fit its schema")...)
	}
	for _, branch := range list(s["allOf"]) {
		wrong = append(wrong, v.fit(branch, p)...)
	}
	if alternatives := list(s["anyOf"]); len(alternatives) > 0 {
		wrong = append(wrong, v.anyOf(alternatives, p)...)
	}
	if alternatives := list(s["oneOf"]); len(alternatives) > 0 {
		wrong = append(wrong, v.oneOf(alternatives, p)...)
	}
	if condition, ok := s["if"]; ok {
		then := "else"
		if v.fits(condition, p) {
			then = "then"
		}
		wrong = append(wrong, v.fit(s[then], p)...)
	}
	return wrong
}

func (v *validation) anyOf(parts []any, p part) []mismatch {
	var all [][]mismatch
	for _, branch := range parts {
		wrong := v.fit(branch, p)
		if len(wrong) == 0 {
			return nil
		}
		all = append(all, wrong)
	}
	return bestOf(all, p)
}

func (v *validation) oneOf(parts []any, p part) []mismatch {
	var all [][]mismatch
	fitting := 0
	for _, branch := range parts {
		if wrong := v.fit(branch, p); len(wrong) > 0 {
			all = append(all, wrong)
		} else if fitting++; fitting > 1 {
			return p.is("fits more than one of what is wanted")
		}
	}
	if fitting == 1 {
		return nil
	}
	return bestOf(all, p)
}

// list returns the elements of a keyword that is an array.
func list(keyword any) []any {
	elements, _ := keyword.([]any)
	return elements
}

// texts returns the elements of a keyword that are strings.
func texts(keyword any) (texts []string) {
	for _, e := range list(keyword) {
		if s, ok := e.(string); ok {
			texts = append(texts, s)
		}
	}
	return texts
}

// size returns a keyword that is a length or a number of parts.
func size(keyword any) (n int, ok bool) {
	number, _ := keyword.(json.Number)
	r := rational(number)
	if r == nil || !r.IsInt() || !r.Num().IsInt64() {
		return 0, false
	}
	return int(r.Num().Int64()), true
}
