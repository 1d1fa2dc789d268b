package lang

import (
	"encoding/json"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"rpcsh/rpcconn/jsontext"
)

// maxIndex is the largest N of NAME[N]: who has more elements writes JSON.
const maxIndex = 9999

// A nameStep leads from a name into what it names: .KEY, [KEY], [N], or [], the element after the last.
type nameStep struct {
	Step
	next bool
	end  int // of the step, in bytes of the name
}

// nested splits a name, of which cutName has found the end, into that of the argument and the steps behind it. The
// column of a mistake is that in the name.
func nested(text string) (name string, steps []nameStep, mistake *Error) {
	n := strings.IndexAny(text, ".[")
	if n < 0 {
		return text, nil, nil
	}
	for i := n; i < len(text); {
		end := len(text)
		inside := ""
		switch rest := text[i+1:]; text[i] {
		case '.':
			if after := strings.IndexAny(rest, ".[]"); after >= 0 {
				end = i + 1 + after
			}
			if inside = text[i+1 : end]; inside == "" {
				return "", nil, errorAt(i, "a name belongs after this dot")
			}
			steps = append(steps, nameStep{Step: Step{Key: inside}, end: end})
		case '[':
			closing := strings.IndexByte(rest, ']')
			if closing < 0 {
				return "", nil, errorAt(i, "this bracket is never closed")
			}
			end = i + closing + 2
			step, mistake := bracketStep(text[i+1:end-1], end)
			if mistake != nil {
				mistake.Column += i + 1
				return "", nil, mistake
			}
			steps = append(steps, step)
		default:
			return "", nil, errorAt(i, "a dot or a bracket belongs here: a.b=…, a[0].b=… or a[]=…")
		}
		i = end
	}
	return text[:n], steps, nil
}

// bracketStep returns the step in brackets, as httpie has it. What looks like a number is one: a name that does is
// written behind a dot.
func bracketStep(inside string, end int) (nameStep, *Error) {
	digits := strings.TrimPrefix(inside, "-")
	index, err := strconv.Atoi(inside)
	switch {
	case inside == "":
		return nameStep{Step: Step{Element: true}, next: true, end: end}, nil
	case digits == "" || strings.Trim(digits, "0123456789.") != "":
		return nameStep{Step: Step{Key: inside}, end: end}, nil
	case err != nil || index < 0 || index > maxIndex:
		const text = "an element has a number from 0 to %d here; JSON has more, and .%s is a name"
		return nameStep{}, errorAt(0, fmt.Sprintf(text, maxIndex, inside))
	}
	return nameStep{Step: Step{Element: true, Index: index}, end: end}, nil
}

// plain returns steps as a Cursor has them.
func plain(steps []nameStep) []Step {
	var all []Step
	for _, s := range steps {
		all = append(all, s.Step)
	}
	return all
}

// CutMember cuts the beginning of a nested name, NAME.KEY.TYPED, before what is typed of its last member. ok is false
// where there is none.
func CutMember(typed string) (name string, steps []Step, before string, ok bool) {
	i := strings.LastIndexByte(typed, '.')
	if i <= 0 || !beginsName(typed[0]) {
		return "", nil, "", false
	}
	name, read, mistake := nested(typed[:i])
	return name, plain(read), typed[:i+1], mistake == nil
}

// A node is an argument: a value, or an object or array that is made by several NAME.KEY=VALUE. The zero node is
// nothing yet.
type node struct {
	value    json.RawMessage
	members  map[string]*node // of an object
	keys     []string         // of members, in their order
	elements []*node          // of an array; nil ones have not been given
	array    bool
}

// put gives what steps lead to a value. name is all of the name, for mistakes, whose columns are those in it.
func (n *node) put(name string, steps []nameStep, value json.RawMessage) *Error {
	end := strings.IndexAny(name, ".[") // of what n is called
	for _, step := range steps {
		switch {
		case n.value != nil:
			return errorAt(end, name[:end]+" has a value already")
		case !n.isEmpty() && n.array && !step.Element:
			return errorAt(end, name[:end]+" is an array: its elements are written "+name[:end]+"[0] and "+
				name[:end]+"[]")
		case !n.isEmpty() && !n.array && step.Element:
			return errorAt(end, name[:end]+" is an object: its members are written "+name[:end]+".NAME")
		}
		n, end = n.part(step), step.end
	}
	if n.value != nil || !n.isEmpty() {
		return errorAt(0, name+" is given twice")
	}
	n.value = value
	return nil
}

func (n *node) isEmpty() bool { return len(n.members) == 0 && len(n.elements) == 0 }

// part returns the member or element that step leads to, which is made where it is not there.
func (n *node) part(step nameStep) *node {
	if !step.Element {
		if n.members[step.Key] == nil {
			if n.members == nil {
				n.members = make(map[string]*node)
			}
			n.members[step.Key] = new(node)
			n.keys = append(n.keys, step.Key)
		}
		return n.members[step.Key]
	}
	n.array = true
	index := step.Index
	if step.next {
		index = len(n.elements)
	}
	for len(n.elements) <= index {
		n.elements = append(n.elements, nil)
	}
	if n.elements[index] == nil {
		n.elements[index] = new(node)
	}
	return n.elements[index]
}

// gap says which elements of an array in n, whose name is given, have been left out; "": none.
func (n *node) gap(name string) string {
	for _, key := range n.keys {
		if text := n.members[key].gap(name + "." + key); text != "" {
			return text
		}
	}
	first := slices.Index(n.elements, nil)
	if first < 0 {
		for i, e := range n.elements {
			if text := e.gap(fmt.Sprintf("%s[%d]", name, i)); text != "" {
				return text
			}
		}
		return ""
	}
	last := first
	for n.elements[last+1] == nil { // the last one never is
		last++
	}
	missing := fmt.Sprintf("%s[%d]", name, first)
	if last == first {
		return missing + " is missing: write " + missing + ":=null where it is null"
	}
	return fmt.Sprintf("%s to %s[%d] are missing: write %[1]s:=null and so on where they are null", missing, name, last)
}

// append adds the JSON text of n to b.
func (n *node) append(b []byte) []byte {
	switch {
	case n.value != nil:
		return append(b, n.value...)
	case n.array:
		return appendList(b, n.elements)
	}
	return appendObject(b, n.keys, func(i int) *node { return n.members[n.keys[i]] })
}

// appendList adds nodes to b as an array.
func appendList(b []byte, nodes []*node) []byte {
	b = append(b, '[')
	for i, n := range nodes {
		if i > 0 {
			b = append(b, ',')
		}
		b = n.append(b)
	}
	return append(b, ']')
}

// appendObject adds an object with keys to b, whose values at returns.
func appendObject(b []byte, keys []string, at func(i int) *node) []byte {
	b = append(b, '{')
	for i, key := range keys {
		if i > 0 {
			b = append(b, ',')
		}
		b = at(i).append(append(jsontext.AppendQuote(b, key), ':'))
	}
	return append(b, '}')
}
