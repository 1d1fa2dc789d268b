package replay

import (
	"bytes"
	"encoding/json"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"rpcsh/rpcconn/jsontext"
	"rpcsh/rpcconn/schema"
)

// An Equality says when what comes is the same as what came.
type Equality string

// The equalities.
const (
	Exact  Equality = "exact"  // the same values; neither order nor spelling count: {"a":1.0,"b":2} is {"b":2,"a":1}
	Shape  Equality = "shape"  // values of the same types, by the same names
	Schema Equality = "schema" // results fit the schema of all results that the recording has of the method
)

// Equalities returns all equalities, the default one first.
func Equalities() []string { return []string{string(Exact), string(Shape), string(Schema)} }

// A Pointer names places in messages: an RFC 6901 pointer, in which * stands for any name or index.
type Pointer []string

// ParsePointer reads a Pointer into a message, such as /result/items/*/time.
func ParsePointer(text string) (Pointer, error) {
	if !strings.HasPrefix(text, "/") {
		meant := "/result/time"
		if text != "" { // perhaps a path as a difference has it
			meant = "/" + strings.NewReplacer(".", "/", "[", "/", "]", "").Replace(text)
		}
		return nil, fmt.Errorf("%s is no JSON pointer, which begins with a slash: %s", text, meant)
	}
	names := strings.Split(text[1:], "/")
	for i, name := range names {
		names[i] = strings.NewReplacer("~1", "/", "~0", "~").Replace(name)
	}
	return names, nil
}

// covers reports whether path is at, or within, the places that p names.
func (p Pointer) covers(path []string) bool {
	if len(path) < len(p) {
		return false
	}
	for i, name := range p {
		if name != "*" && name != path[i] {
			return false
		}
	}
	return true
}

// at returns the value at p, nil if there is none. Of * it is the first one.
func (p Pointer) at(value json.RawMessage) json.RawMessage {
	for _, name := range p {
		members := jsontext.Index(value)
		if name == "*" {
			names := make([]string, 0, len(members))
			for n := range members {
				names = append(names, n)
			}
			if len(names) == 0 {
				return nil
			}
			name = slices.Min(names)
		}
		value = members[name]
	}
	return value
}

// maxTold is how many differences of a message are told one by one.
const maxTold = 20

// A comparison is one of two messages under way.
type comparison struct {
	equality Equality
	ignore   []Pointer
	same     func(then, now []byte) bool // of two values that are neither objects nor arrays

	path  []string
	spelt []string // path, as people write it
	found []*Difference
	more  int
}

// differ adds a difference at the place under way.
func (c *comparison) differ(then, now json.RawMessage, text string) {
	if len(c.found) == maxTold {
		c.more++
		return
	}
	c.found = append(c.found, &Difference{
		Path: strings.TrimPrefix(strings.Join(c.spelt, ""), "."), Then: then, Now: now, Text: text,
	})
}

// done returns what was found.
func (c *comparison) done() []*Difference {
	if c.more > 0 {
		c.found = append(c.found, &Difference{Text: fmt.Sprintf("differs in %d more places", c.more)})
	}
	return c.found
}

func (c *comparison) ignored() bool {
	return slices.ContainsFunc(c.ignore, func(p Pointer) bool { return p.covers(c.path) })
}

// within compares what is in the place called name, or at an index.
func (c *comparison) within(name string, isIndex bool, compare func()) {
	spelt := "." + name
	switch {
	case isIndex:
		spelt = "[" + name + "]"
	case !schema.IsIdentifier(name):
		spelt = "[" + jsontext.Quote(name) + "]"
	}
	c.path, c.spelt = append(c.path, name), append(c.spelt, spelt)
	if !c.ignored() {
		compare()
	}
	c.path, c.spelt = c.path[:len(c.path)-1], c.spelt[:len(c.spelt)-1]
}

func (c *comparison) values(then, now json.RawMessage) {
	switch a, b := jsontext.FirstByte(then), jsontext.FirstByte(now); {
	case a == '{' && b == '{':
		c.objects(then, now)
	case a == '[' && b == '[':
		c.arrays(then, now)
	case a == '{' || a == '[' || b == '{' || b == '[':
		c.differ(then, now, "")
	case c.equality == Shape && schema.TypeName(then) == schema.TypeName(now):
	case c.equality == Shape && isNumber(a) && isNumber(b): // an integer, and a number with a fraction
	case !c.same(then, now):
		c.differ(then, now, "")
	}
}

func isNumber(first byte) bool { return first == '-' || first >= '0' && first <= '9' }

func (c *comparison) objects(then, now json.RawMessage) {
	a, b := jsontext.Index(then), jsontext.Index(now)
	var names []string
	_, _ = jsontext.Object(then, func(key, _ []byte) error {
		names = append(names, jsontext.Key(key))
		return nil
	})
	_, _ = jsontext.Object(now, func(key, _ []byte) error {
		if name := jsontext.Key(key); a[name] == nil {
			names = append(names, name)
		}
		return nil
	})
	told := make(map[string]bool, len(names))
	for _, name := range names {
		if told[name] {
			continue
		}
		told[name] = true
		c.within(name, false, func() {
			if a[name] == nil || b[name] == nil {
				c.differ(a[name], b[name], "")
				return
			}
			c.values(a[name], b[name])
		})
	}
}

func (c *comparison) arrays(then, now json.RawMessage) {
	a, b := jsontext.Elements(then), jsontext.Elements(now)
	if c.equality == Shape {
		if len(a) == 0 {
			return // of what is in it, nothing is known
		}
		for i := range b {
			c.within(strconv.Itoa(i), true, func() { c.values(a[min(i, len(a)-1)], b[i]) })
		}
		return
	}
	for i := range max(len(a), len(b)) {
		c.within(strconv.Itoa(i), true, func() {
			switch {
			case i >= len(a):
				c.differ(nil, b[i], "")
			case i >= len(b):
				c.differ(a[i], nil, "")
			default:
				c.values(a[i], b[i])
			}
		})
	}
}

// sameScalar reports whether two values that are neither objects nor arrays are the same, however they are spelt.
func sameScalar(then, now []byte) bool {
	a, b := jsontext.FirstByte(then), jsontext.FirstByte(now)
	switch {
	case bytes.Equal(then, now):
		return true
	case a == '"' && b == '"':
		return jsontext.Text(then) == jsontext.Text(now)
	case isNumber(a) && isNumber(b):
		return normal(string(then)) == normal(string(now))
	}
	return false
}

// normal returns the one spelling of a number: all of its digits, without zeros at either end, and where the point is.
func normal(number string) string {
	sign := ""
	if strings.HasPrefix(number, "-") {
		sign, number = "-", number[1:]
	}
	mantissa, exponent, _ := strings.Cut(strings.ToLower(number), "e")
	e := 0
	if exponent != "" {
		var err error
		if e, err = strconv.Atoi(exponent); err != nil {
			return sign + number // one that nothing else is written as
		}
	}
	whole, fraction, _ := strings.Cut(mantissa, ".")
	e -= len(fraction)
	digits := strings.TrimLeft(whole+fraction, "0")
	short := strings.TrimRight(digits, "0")
	if short == "" {
		return "0"
	}
	return sign + short + "e" + strconv.Itoa(e+len(digits)-len(short))
}
