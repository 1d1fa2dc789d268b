package schema

import (
	"encoding/json"
	"strings"
)

// FirstLine returns the first line of the first text that is not empty.
func FirstLine(texts ...string) string {
	for _, t := range texts {
		if line, _, _ := strings.Cut(strings.TrimSpace(t), "\n"); line != "" {
			return strings.TrimSpace(line)
		}
	}
	return ""
}

// IsIdentifier reports whether s is an ASCII letter or underscore, followed by letters, underscores and digits, so that
// it can be part of a reference.
func IsIdentifier(s string) bool {
	for i, c := range []byte(s) {
		if c != '_' && (c|0x20 < 'a' || c|0x20 > 'z') && (i == 0 || c < '0' || c > '9') {
			return false
		}
	}
	return s != ""
}

// WithDefault returns an object schema with a default value. schema may be nil; a nil value adds nothing.
func WithDefault(schema, value json.RawMessage) json.RawMessage {
	if value == nil {
		return schema
	}
	member := `"default":` + string(value) + `}`
	if schema == nil {
		return json.RawMessage("{" + member)
	}
	return json.RawMessage(string(schema[:len(schema)-1]) + "," + member)
}
