package schema

import (
	"encoding/json"
	"regexp/syntax"
	"slices"
	"strconv"
	"strings"

	"rpcsh/rpcconn/jsontext"
)

const (
	maxSampleDepth = 8    // of nested values; deeper ones are null
	maxSampleItems = 4    // of an array, if the schema wants as many or more
	maxSampleSize  = 2048 // bytes of a sample; the rest is null
)

// Sample returns a value that fits a schema: its example, default or first enum value if it has one, else the simplest
// value, with only the required members. The sample is always valid JSON. If the schema is circular or the sample gets
// too large, null stands for the rest.
func (d Definitions) Sample(schema json.RawMessage) json.RawMessage {
	return d.appendSample(nil, schema, 0)
}

func (d Definitions) appendSample(dst, schema []byte, depth int) []byte {
	if depth == maxSampleDepth || len(dst) > maxSampleSize {
		return append(dst, "null"...)
	}
	if given := d.given(schema); given != nil {
		return append(dst, given...)
	}
	if part := d.alternative(schema); part != nil {
		return d.appendSample(dst, part, depth+1)
	}
	for _, name := range d.Types(schema) {
		switch name {
		case "object":
			return d.appendObject(dst, schema, depth)
		case "array":
			return d.appendArray(dst, schema, depth)
		case "string":
			return jsontext.AppendQuote(dst, d.sampleText(schema))
		case "integer", "number":
			return append(dst, d.sampleNumber(schema)...)
		case "boolean":
			return append(dst, "false"...)
		}
	}
	return append(dst, "null"...)
}

// given returns a value that the schema itself has, or nil.
func (d Definitions) given(schema json.RawMessage) []byte {
	return d.first(schema, func(k *keywords) []byte {
		for _, value := range [][]byte{k.example, firstElement(k.examples), k.def, k.constant, firstElement(k.enum)} {
			if value != nil && len(value) <= maxSampleSize {
				return value
			}
		}
		return nil
	})
}

// alternative returns the first alternative other than null; nil if the schema has members of its own.
func (d Definitions) alternative(schema json.RawMessage) json.RawMessage {
	k := read(d.Resolve(schema))
	if k.properties != nil || k.typ != nil {
		return nil
	}
	for _, parts := range [][]byte{k.anyOf, k.oneOf} {
		for _, part := range jsontext.Elements(parts) {
			if !slices.Equal(d.Types(part), []string{"null"}) {
				return part
			}
		}
	}
	return nil
}

func (d Definitions) appendObject(dst, schema []byte, depth int) []byte {
	dst = append(dst, '{')
	first := true
	for _, p := range d.Properties(schema) {
		if !p.Required {
			continue
		}
		if !first {
			dst = append(dst, ',')
		}
		first = false
		dst = append(jsontext.AppendQuote(dst, p.Name), ':')
		dst = d.appendSample(dst, p.Schema, depth+1)
	}
	return append(dst, '}')
}

func (d Definitions) appendArray(dst, schema []byte, depth int) []byte {
	n := d.number(schema, func(k *keywords) []byte { return k.minItems }, maxSampleItems)
	each := jsontext.Elements(d.first(schema, func(k *keywords) []byte { return k.prefixItems }))
	dst = append(dst, '[')
	for i := range max(n, len(each)) {
		if i > 0 {
			dst = append(dst, ',')
		}
		element := d.Items(schema)
		if i < len(each) {
			element = each[i]
		}
		dst = d.appendSample(dst, element, depth+1)
	}
	return append(dst, ']')
}

// number returns a keyword that is a count, at most limit; 0 if there is none.
func (d Definitions) number(schema json.RawMessage, pick func(k *keywords) []byte, limit int) int {
	n, err := strconv.Atoi(string(d.first(schema, pick)))
	if err != nil {
		return 0
	}
	return min(max(n, 0), limit)
}

// sampleNumber returns 0, or the minimum if that is greater.
func (d Definitions) sampleNumber(schema json.RawMessage) string {
	if least := d.first(schema, func(k *keywords) []byte { return k.minimum }); positive(least) {
		return string(least)
	}
	if below := d.first(schema, func(k *keywords) []byte { return k.exclusiveMinimum }); below != nil &&
		jsontext.FirstByte(below) != '-' {
		if n, err := strconv.ParseInt(string(below), 10, 32); err == nil {
			return strconv.FormatInt(n+1, 10)
		}
	}
	return "0"
}

func positive(number []byte) bool {
	f, err := strconv.ParseFloat(string(number), 64)
	return err == nil && f > 0
}

// sampleText returns the shortest string that has the minimal length and matches the pattern.
func (d Definitions) sampleText(schema json.RawMessage) string {
	var s strings.Builder
	if pattern := jsontext.Text(d.first(schema, func(k *keywords) []byte { return k.pattern })); pattern != "" {
		if re, err := syntax.Parse(pattern, syntax.Perl); err == nil {
			writeMatch(&s, re)
		}
	}
	for length := d.number(schema, func(k *keywords) []byte { return k.minLength }, maxSampleSize); s.Len() < length; {
		s.WriteByte('x')
	}
	return s.String()
}

// writeMatch writes a short text that re matches, cut at the size of a sample.
func writeMatch(s *strings.Builder, re *syntax.Regexp) {
	if s.Len() > maxSampleSize {
		return
	}
	switch re.Op {
	case syntax.OpLiteral:
		for _, r := range re.Rune {
			s.WriteRune(r)
		}
	case syntax.OpCharClass:
		if len(re.Rune) > 0 {
			s.WriteRune(pickRune(re.Rune))
		}
	case syntax.OpAnyChar, syntax.OpAnyCharNotNL:
		s.WriteByte('x')
	case syntax.OpCapture, syntax.OpPlus, syntax.OpAlternate:
		writeMatch(s, re.Sub[0])
	case syntax.OpRepeat:
		for range re.Min {
			writeMatch(s, re.Sub[0])
		}
	case syntax.OpConcat:
		for _, sub := range re.Sub {
			writeMatch(s, sub)
		}
	}
}

// pickRune returns a character of a class, given as pairs of first and last one: a readable one where there is one.
func pickRune(class []rune) rune {
	for _, r := range "0ax" {
		for pair := range slices.Chunk(class, 2) {
			if pair[0] <= r && r <= pair[1] {
				return r
			}
		}
	}
	return class[0]
}
