package schema

import (
	"encoding/json"
	"slices"
	"strings"

	"rpcsh/rpcconn/jsontext"
)

// TypeWord returns the JSON Schema of a type as peers and languages call it: a word, WORD[], or "A"|"B"; nil if the
// word says nothing, or more than one thing.
func TypeWord(word string) json.RawMessage {
	if values := strings.Split(word, "|"); !slices.ContainsFunc(values, func(v string) bool { return !isQuoted(v) }) {
		return json.RawMessage(`{"enum":[` + strings.Join(values, ",") + `]}`)
	}
	word = strings.ToLower(strings.TrimSpace(word))
	if element, ok := strings.CutSuffix(word, "[]"); ok {
		if items := TypeWord(element); items != nil {
			return json.RawMessage(`{"type":"array","items":` + string(items) + `}`)
		}
		return json.RawMessage(`{"type":"array"}`)
	}
	switch word {
	case "int",
		"integer",
		"i4",
		"i8",
		"i32",
		"i64",
		"u32",
		"u64",
		"int32",
		"int64",
		"uint32",
		"uint64",
		"long",
		"short",
		"uint":
		return json.RawMessage(`{"type":"integer"}`)
	case "number", "num", "numeric", "double", "float", "float32", "float64", "real", "decimal":
		return json.RawMessage(`{"type":"number"}`)
	case "string", "str", "text", "char", "datetime.iso8601", "base64", "hex":
		return json.RawMessage(`{"type":"string"}`)
	case "boolean", "bool", "bit":
		return json.RawMessage(`{"type":"boolean"}`)
	case "array", "arr", "list", "tuple":
		return json.RawMessage(`{"type":"array"}`)
	case "object", "obj", "struct", "map", "dict", "json", "hash":
		return json.RawMessage(`{"type":"object"}`)
	case "null", "nil", "void", "none":
		return json.RawMessage(`{"type":"null"}`)
	}
	return nil
}

// isQuoted reports whether s is a JSON string.
func isQuoted(s string) bool { return strings.HasPrefix(s, `"`) && jsontext.Valid([]byte(s)) == nil }
