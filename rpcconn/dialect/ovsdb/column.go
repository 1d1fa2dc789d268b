package ovsdb

import (
	"encoding/json"
	"fmt"
	"strings"

	"rpcsh/rpcconn/jsontext"
)

// A columnType is the type of a column (RFC 7047 section 3.2, <type>).
type columnType struct {
	key, value baseType
	isMap      bool
	min        int
	single     bool // at most one
}

// A baseType is the type of what columns hold (<base-type>).
type baseType struct {
	Type       string
	Enum       json.RawMessage
	MinInteger *json.Number
	MaxInteger *json.Number
	RefTable   string
}

// columnSchema returns the JSON Schema of the values of a column (section 5.1, <value>), true if its type cannot be
// read.
func columnSchema(column json.RawMessage) string {
	t, ok := readType(column)
	if !ok {
		return "true"
	}
	key := t.key.schema()
	if t.isMap {
		pair := `{"type":"array","minItems":2,"maxItems":2,"prefixItems":[` + key + `,` + t.value.schema() + `]}`
		return `{"type":"array","description":` + jsontext.Quote("map of "+t.key.words()+" to "+t.value.words()) +
			`,"minItems":2,"maxItems":2,"prefixItems":[{"const":"map"},{"type":"array","items":` + pair + `}]}`
	}
	if t.single && t.min == 1 {
		return key
	}
	few := "set of "
	if t.single {
		few = "none or one "
	}
	// a set of one may be written as what is in it
	return `{"anyOf":[` + key + `,{"type":"array","minItems":2,"maxItems":2,"prefixItems":[{"const":"set"},` +
		`{"type":"array","items":` + key + `}]}],"description":` +
		jsontext.Quote(few+t.key.words()) + `}`
}

func readType(column json.RawMessage) (t columnType, ok bool) {
	var c struct{ Type json.RawMessage }
	if json.Unmarshal(column, &c) != nil {
		return t, false
	}
	t.min, t.single = 1, true
	var name string
	if json.Unmarshal(c.Type, &name) == nil {
		t.key.Type = name
		return t, name != ""
	}
	var long struct {
		Key, Value json.RawMessage
		Min        *int
		Max        json.RawMessage
	}
	if json.Unmarshal(c.Type, &long) != nil {
		return t, false
	}
	if t.key, ok = readBase(long.Key); !ok {
		return t, false
	}
	if long.Value != nil {
		t.isMap = true
		if t.value, ok = readBase(long.Value); !ok {
			return t, false
		}
	}
	if long.Min != nil {
		t.min = *long.Min
	}
	t.single = long.Max == nil || string(long.Max) == "1"
	return t, true
}

func readBase(raw json.RawMessage) (b baseType, ok bool) {
	if json.Unmarshal(raw, &b.Type) == nil {
		return b, b.Type != ""
	}
	b = baseType{}
	return b, json.Unmarshal(raw, &b) == nil && b.Type != ""
}

// schema returns the JSON Schema of an <atom>.
func (b baseType) schema() string {
	if values := b.values(); values != "" {
		return `{"enum":` + values + `}`
	}
	switch b.Type {
	case "integer":
		s := `{"type":"integer"`
		if b.MinInteger != nil {
			s += `,"minimum":` + b.MinInteger.String()
		}
		if b.MaxInteger != nil {
			s += `,"maximum":` + b.MaxInteger.String()
		}
		return s + "}"
	case "real":
		return `{"type":"number"}`
	case "boolean":
		return `{"type":"boolean"}`
	case "string":
		return `{"type":"string"}`
	case "uuid":
		s := `{"type":"array","minItems":2,"maxItems":2,"prefixItems":[{"enum":["uuid","named-uuid"]},` +
			`{"type":"string"}]`
		if b.RefTable != "" {
			s += `,"description":` + jsontext.Quote("a row of "+b.RefTable)
		}
		return s + "}"
	}
	return "true"
}

// values returns the JSON array of the values that b allows, "" where they are not listed: ["set",[…]], or one value.
func (b baseType) values() string {
	if b.Enum == nil {
		return ""
	}
	var set []json.RawMessage
	if json.Unmarshal(b.Enum, &set) != nil {
		return "[" + string(b.Enum) + "]"
	}
	var values []json.RawMessage
	if len(set) != 2 || json.Unmarshal(set[1], &values) != nil || len(values) == 0 {
		return ""
	}
	var texts []string
	for _, v := range values {
		texts = append(texts, string(v))
	}
	return "[" + strings.Join(texts, ",") + "]"
}

// words returns the type in a few words.
func (b baseType) words() string {
	if b.RefTable != "" {
		return fmt.Sprintf("%s of %s", b.Type, b.RefTable)
	}
	return b.Type
}
