package schema

import (
	"bytes"
	"encoding/json"
	"errors"
	"strings"
	"unicode/utf8"

	"rpcsh/rpcconn/jsontext"
)

const (
	maxVariants = 4  // in a type's text; "…" stands for more
	maxWord     = 32 // characters of a name or value in a type's text
	maxNesting  = 8  // of arrays and alternatives in a type's text
)

// TypeText returns the type that a schema describes in short: "integer", "string|null", "[integer]", `"a"|"b"`, the
// name of what it refers to; "" where it says none.
func TypeText(schema json.RawMessage) string {
	var buffer [128]byte
	return string(AppendTypeText(buffer[:0], schema))
}

// AppendTypeText appends the TypeText of a schema to dst.
func AppendTypeText(dst []byte, schema json.RawMessage) []byte {
	if jsontext.FirstByte(schema) != '{' {
		return dst
	}
	return appendType(dst, schema, maxNesting)
}

// appendType appends the type's text, nothing where schema says none or is nested deeper than depth.
func appendType(dst []byte, schema []byte, depth int) []byte {
	if depth == 0 {
		return dst
	}
	k := read(schema)
	start := len(dst)
	switch {
	case k.ref != nil:
		ref := jsontext.Text(k.ref)
		dst = appendWord(dst, pointerPart(ref[strings.LastIndexByte(ref, '/')+1:]))
	case k.constant != nil:
		dst = appendValue(dst, k.constant)
	case k.enum != nil:
		dst = appendEach(dst, k.enum, appendValue)
	case jsontext.FirstByte(k.typ) == '[':
		dst = appendEach(
			dst, k.typ, func(dst, name []byte) []byte { return appendNamed(dst, &k, jsontext.Text(name), depth) },
		)
	case k.typ != nil:
		dst = appendNamed(dst, &k, jsontext.Text(k.typ), depth)
	}
	for _, alternatives := range [][]byte{k.anyOf, k.oneOf} {
		if len(dst) == start && alternatives != nil {
			dst = appendEach(
				dst, alternatives, func(dst, schema []byte) []byte { return appendType(dst, schema, depth-1) },
			)
		}
	}
	for _, part := range jsontext.Elements(k.allOf) {
		if len(dst) == start {
			dst = appendType(dst, part, depth-1)
		}
	}
	switch {
	case len(dst) > start:
	case k.properties != nil:
		dst = appendNamed(dst, &k, "object", depth)
	case k.items != nil || k.prefixItems != nil:
		dst = appendNamed(dst, &k, "array", depth)
	}
	if isTrue(k.nullable) && len(dst) > start {
		dst = append(dst, "|null"...)
	}
	return dst
}

// appendNamed appends the type called name, of a schema with keywords k.
func appendNamed(dst []byte, k *keywords, name string, depth int) []byte {
	switch {
	case name == "object" && k.title != nil:
		return appendWord(dst, jsontext.Text(k.title))
	case name == "array" && jsontext.FirstByte(k.items) == '{':
		start := len(dst)
		dst = appendType(append(dst, '['), k.items, depth-1)
		if len(dst) == start+1 {
			return append(dst[:start], name...)
		}
		return append(dst, ']')
	}
	return appendWord(dst, name)
}

// errEnough ends a scan whose rest does not matter.
var errEnough = errors.New("enough")

// appendEach appends the elements of array by one, "|" between them, each text once. An element without a text leaves
// all of them without one: it may be anything.
func appendEach(dst, array []byte, one func(dst, element []byte) []byte) []byte {
	start, n := len(dst), 0
	_, _ = jsontext.Array(array, func(element []byte) error {
		end := len(dst)
		if n == maxVariants {
			dst = append(dst, "|…"...)
			return errEnough
		}
		if n > 0 {
			dst = append(dst, '|')
		}
		begin := len(dst)
		dst = one(dst, element)
		switch {
		case len(dst) == begin:
			dst = dst[:start]
			return errEnough
		case n > 0 && occurs(dst[start:end], dst[begin:]):
			dst = dst[:end]
		default:
			n++
		}
		return nil
	})
	return dst
}

// occurs reports whether variant is one of variants, which are separated by "|".
func occurs(variants, variant []byte) bool {
	for i := 0; ; {
		at := bytes.Index(variants[i:], variant)
		if at < 0 {
			return false
		}
		end := i + at + len(variant)
		if (i+at == 0 || variants[i+at-1] == '|') && (end == len(variants) || variants[end] == '|') {
			return true
		}
		i += at + 1
	}
}

// appendValue appends a value as JSON text, clipped.
func appendValue(dst, value []byte) []byte {
	if jsontext.FirstByte(value) == '"' && len(value) > maxWord {
		return append(appendWord(append(dst, '"'), jsontext.Text(value)), '"')
	}
	return appendWord(dst, string(value))
}

// appendWord appends s, clipped.
func appendWord(dst []byte, s string) []byte { return appendClipped(dst, s, maxWord) }

// appendClipped appends at most limit characters of s.
func appendClipped(dst []byte, s string, limit int) []byte {
	if len(s) <= limit || utf8.RuneCountInString(s) <= limit {
		return append(dst, s...)
	}
	n := 0
	for i := range s {
		if n == limit-1 {
			return append(append(dst, s[:i]...), "…"...)
		}
		n++
	}
	return dst
}
