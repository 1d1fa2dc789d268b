package schema

import (
	"encoding/json"
	"math/big"
	"slices"
	"strconv"
	"strings"

	"rpcsh/rpcconn/jsontext"
)

// maxNamed is how many members or values one problem names.
const maxNamed = 10

// A mismatch is a part of a value that does not fit its schema.
type mismatch struct {
	at      []string // where
	got     string   // what it is
	want    string   // what is wanted instead; "": got says it all
	byType  bool     // it is of another type
	byValue bool     // the schema lists the allowed values

	inCircle bool // nothing is known: the schema leads in a circle, and is no alternative
}

func (m mismatch) reason() string {
	if m.want == "" {
		return m.got
	}
	return m.got + ", " + m.want + " is wanted"
}

// problemsOf returns what is wrong with v as those read it who have written it.
func problemsOf(list []mismatch, v any) (problems []Problem) {
	for _, m := range known(list) {
		p := Problem{Path: pathText(m.at, v), Reason: m.reason()}
		if !slices.Contains(problems, p) {
			problems = append(problems, p)
		}
	}
	return problems
}

// known returns the mismatches that say something.
func known(list []mismatch) []mismatch {
	return slices.DeleteFunc(slices.Clone(list), func(m mismatch) bool { return m.inCircle })
}

// ofType returns the mismatch of a value that is of another type than those wanted.
func (p part) ofType(want []string) []mismatch {
	m := mismatch{at: p.at, got: "is " + withArticle(typeOfValue(p.value)), byType: true}
	if _, ok := p.value.(json.Number); ok && slices.Contains(want, "integer") {
		m.got = "is " + valueText(p.value)
	}
	var names []string
	for _, name := range want {
		if name != "null" {
			names = append(names, withArticle(name))
		}
	}
	if len(names) < len(want) {
		names = append(names, "null")
	}
	m.want = either(names)
	return []mismatch{m}
}

// members returns the same mismatch for several members of the object at a place.
func members(at, names []string, what string) (list []mismatch) {
	slices.Sort(names)
	for _, name := range names[:min(len(names), maxNamed)] {
		list = append(list, mismatch{at: append(slices.Clone(at), name), got: what})
	}
	return list
}

// bestOf returns what is wrong with a value that fits no alternative: what they all want instead, or what is wrong with
// it for the alternative that was probably meant.
func bestOf(alternatives [][]mismatch, p part) []mismatch {
	var all [][]mismatch
	for _, list := range alternatives {
		if list = known(list); len(list) > 0 {
			all = append(all, list)
		}
	}
	here := func(m mismatch) bool { return len(m.at) == len(p.at) }
	likely := without(all, func(m mismatch) bool { return here(m) && m.byType })
	likely = without(
		likely, func(m mismatch) bool { return !here(m) && m.byValue },
	) // a member often shows which alternative is meant
	var one mismatch
	var wants []string
	for _, list := range likely {
		if len(list) > 1 || !here(list[0]) || list[0].want == "" {
			return slices.MinFunc(likely, func(a, b []mismatch) int { return len(a) - len(b) })
		}
		one = list[0]
		wants = append(wants, one.want)
	}
	if len(wants) == 0 {
		return []mismatch{{inCircle: true}}
	}
	one.want = either(distinct(wants))
	return []mismatch{one}
}

// without returns the alternatives without such a mismatch, or all of them if each has one.
func without(all [][]mismatch, such func(m mismatch) bool) [][]mismatch {
	var left [][]mismatch
	for _, list := range all {
		if !slices.ContainsFunc(list, such) {
			left = append(left, list)
		}
	}
	if len(left) == 0 {
		return all
	}
	return left
}

// at returns the part of v at a place.
func at(v any, place []string) any {
	for _, step := range place {
		switch container := v.(type) {
		case map[string]any:
			v = container[step]
		case []any:
			i, err := strconv.Atoi(step)
			if err != nil || i < 0 || i >= len(container) {
				return nil
			}
			v = container[i]
		}
	}
	return v
}

// pathText returns a place within v as people write it: .line, [2], ["a b"].
func pathText(place []string, v any) string {
	var b strings.Builder
	for i, step := range place {
		switch _, inArray := at(v, place[:i]).([]any); {
		case inArray:
			b.WriteString("[" + step + "]")
		case isName(step):
			b.WriteString("." + step)
		default:
			b.WriteString("[" + valueText(step) + "]")
		}
	}
	return b.String()
}

func isName(s string) bool {
	for _, c := range s {
		if c != '_' && c != '-' && (c < '0' || c > '9') && (c|0x20 < 'a' || c|0x20 > 'z') {
			return false
		}
	}
	return s != ""
}

// valueText returns a value as JSON text, clipped.
func valueText(v any) string { return string(appendValue(nil, jsontext.Encode(v))) }

// oneOf returns the text that one of values is wanted.
func oneOf(values []any) string {
	if len(values) == 1 {
		return valueText(values[0])
	}
	var list []string
	for _, v := range values {
		if len(list) == maxNamed {
			list = append(list, "…")
			break
		}
		list = append(list, valueText(v))
	}
	return "one of " + strings.Join(list, ", ")
}

// either lists alternatives.
func either(wants []string) string {
	if len(wants) > maxVariants {
		return strings.Join(wants[:maxVariants], ", ") + " or something else"
	}
	if last := len(wants) - 1; last > 0 {
		return strings.Join(wants[:last], ", ") + " or " + wants[last]
	}
	return strings.Join(wants, "")
}

func numberText(n *big.Rat) string {
	if n.IsInt() {
		return string(appendWord(nil, n.Num().String()))
	}
	f, _ := n.Float64()
	return strconv.FormatFloat(f, 'g', -1, 64)
}

func count(n int, what string) string {
	if n == 1 {
		return "1 " + what
	}
	return strconv.Itoa(n) + " " + what + "s"
}

// TypeName returns the JSON type of a value with its article: "a string", "an array".
func TypeName(value []byte) string { return withArticle(typeOf(value)) }

// withArticle returns the name of a JSON type with its article.
func withArticle(name string) string {
	switch name {
	case "null":
		return name
	case "integer", "object", "array":
		return "an " + name
	}
	return "a " + name
}
