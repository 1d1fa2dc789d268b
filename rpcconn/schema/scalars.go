package schema

import (
	"encoding/json"
	"maps"
	"math/big"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"
)

// typeNames are the types that values can have.
var typeNames = []string{"null", "boolean", "integer", "number", "string", "array", "object"}

// types checks of which type the value is.
func (v *validation) types(s node, p part) []mismatch {
	want := texts(s["type"])
	if one, ok := s["type"].(string); ok {
		want = []string{one}
	}
	known := func(name string) bool { return slices.Contains(typeNames, name) }
	if len(want) == 0 || !slices.ContainsFunc(want, known) {
		return nil
	}
	if slices.ContainsFunc(want, func(name string) bool { return !known(name) || hasType(p.value, name) }) {
		return nil
	}
	if p.value == nil && s["nullable"] == true { // OpenAPI 3.0
		return nil
	}
	return p.ofType(want)
}

// hasType reports whether a value is of a type. A number without a fraction is an integer, however it is written.
func hasType(value any, name string) bool {
	if n, ok := value.(json.Number); ok && name == "integer" {
		return rational(n).IsInt()
	}
	return typeOfValue(value) == name
}

// typeOfValue returns the JSON type of a decoded value.
func typeOfValue(value any) string {
	switch value.(type) {
	case nil:
		return "null"
	case bool:
		return "boolean"
	case json.Number:
		return "number"
	case string:
		return "string"
	case []any:
		return "array"
	}
	return "object"
}

func (v *validation) constant(s node, p part) []mismatch {
	want, ok := s["const"]
	if !ok || !reasonable(want) || canonical(p.value) == canonical(want) {
		return nil
	}
	return []mismatch{{at: p.at, got: "is " + valueText(p.value), want: valueText(want), byValue: true}}
}

func (v *validation) enum(s node, p part) []mismatch {
	allowed, ok := s["enum"].([]any)
	if !ok || !reasonable(allowed) {
		return nil
	}
	v.left -= len(allowed)
	value, sameType := canonical(p.value), typeOfValue(p.value)
	for _, a := range allowed {
		if typeOfValue(a) == sameType && canonical(a) == value {
			return nil
		}
	}
	return []mismatch{{at: p.at, got: "is " + valueText(p.value), want: oneOf(allowed), byValue: true}}
}

// text checks the keywords for strings.
func (v *validation) text(s node, p part) (wrong []mismatch) {
	value := p.value.(string)
	length := utf8.RuneCountInString(value)
	if n, ok := size(s["minLength"]); ok && length < n {
		wrong = append(wrong, p.wants("a text of at least "+count(n, "character"))...)
	}
	if n, ok := size(s["maxLength"]); ok && length > n {
		wrong = append(wrong, p.wants("a text of at most "+count(n, "character"))...)
	}
	if expression, ok := s["pattern"].(string); ok {
		if re := v.checker.pattern(expression); re != nil && !re.MatchString(value) {
			wrong = append(wrong, p.wants("what matches "+string(appendClipped(nil, expression, maxRemarked)))...)
		}
	}
	return wrong
}

// number checks the keywords for numbers.
func (v *validation) number(s node, p part) (wrong []mismatch) {
	value := rational(p.value.(json.Number))
	bound := func(keyword string) *big.Rat {
		n, _ := s[keyword].(json.Number)
		return rational(n)
	}
	least, most := bound("minimum"), bound("maximum")
	above, below := bound("exclusiveMinimum"), bound("exclusiveMaximum")
	if s["exclusiveMinimum"] == true { // draft 4
		least, above = nil, least
	}
	if s["exclusiveMaximum"] == true {
		most, below = nil, most
	}
	for _, limit := range []struct {
		of    *big.Rat
		wrong func(compared int) bool
		want  string
	}{
		{least, func(compared int) bool { return compared < 0 }, "at least "},
		{most, func(compared int) bool { return compared > 0 }, "at most "},
		{above, func(compared int) bool { return compared <= 0 }, "more than "},
		{below, func(compared int) bool { return compared >= 0 }, "less than "},
	} {
		if limit.of != nil && limit.wrong(value.Cmp(limit.of)) {
			wrong = append(wrong, p.wants(limit.want+numberText(limit.of))...)
		}
	}
	if step := bound("multipleOf"); step != nil && step.Sign() > 0 && !new(big.Rat).Quo(value, step).IsInt() {
		wrong = append(wrong, p.wants("a multiple of "+numberText(step))...)
	}
	return wrong
}

// maxDigits is how many characters a number may have, and how large its exponent may be: it is calculated with exactly.
const maxDigits = 400

// rational returns a number exactly; nil for what is no number, or has too many digits.
func rational(n json.Number) *big.Rat {
	if n == "" || !reasonable(n) {
		return nil
	}
	r, _ := new(big.Rat).SetString(string(n))
	return r
}

// reasonable reports whether calculating with the numbers in v is cheap.
func reasonable(v any) bool {
	switch v := v.(type) {
	case json.Number:
		_, exponent, _ := strings.Cut(strings.ToLower(string(v)), "e")
		n, err := strconv.Atoi(strings.TrimPrefix(exponent, "+"))
		return len(v) <= maxDigits && (exponent == "" || err == nil && -maxDigits <= n && n <= maxDigits)
	case []any:
		return !slices.ContainsFunc(v, func(element any) bool { return !reasonable(element) })
	case node:
		for _, member := range v {
			if !reasonable(member) {
				return false
			}
		}
	}
	return true
}

// canonical returns a text that values have in common which are equal: numbers by what they are worth, and objects in
// whichever order.
func canonical(value any) string { return string(appendCanonical(nil, value)) }

func appendCanonical(text []byte, value any) []byte {
	switch value := value.(type) {
	case nil:
		return append(text, "null"...)
	case bool:
		return strconv.AppendBool(text, value)
	case json.Number:
		return append(text, rational(value).RatString()...)
	case string:
		return strconv.AppendQuote(text, value)
	case []any:
		text = append(text, '[')
		for _, element := range value {
			text = append(appendCanonical(text, element), ',')
		}
		return append(text, ']')
	case node:
		text = append(text, '{')
		for _, name := range slices.Sorted(maps.Keys(value)) {
			text = append(appendCanonical(append(strconv.AppendQuote(text, name), ':'), value[name]), ',')
		}
		return append(text, '}')
	}
	return text
}
