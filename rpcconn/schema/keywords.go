package schema

import (
	"bytes"
	"encoding/json"
	"net/url"
	"strings"

	"rpcsh/rpcconn/jsontext"
)

// keywords are the members of a schema that are looked at, as JSON text; nil if it has no such member.
type keywords struct {
	ref, typ, nullable, enum, constant          []byte
	title, description, deprecated              []byte
	def, example, examples                      []byte
	properties, required, items, prefixItems    []byte
	allOf, anyOf, oneOf                         []byte
	minimum, exclusiveMinimum                   []byte
	minLength, minItems, minProperties, pattern []byte
}

// read returns the keywords of schema; none if it is not an object, and those before the mistake where its text is
// broken.
func read(schema []byte) (k keywords) {
	_, _ = jsontext.Object(schema, func(key, value []byte) error {
		switch string(key) {
		case "$ref":
			k.ref = value
		case "type":
			k.typ = value
		case "nullable": // OpenAPI 3.0
			k.nullable = value
		case "enum":
			k.enum = value
		case "const":
			k.constant = value
		case "title":
			k.title = value
		case "description":
			k.description = value
		case "deprecated":
			k.deprecated = value
		case "default":
			k.def = value
		case "example": // OpenAPI
			k.example = value
		case "examples":
			k.examples = value
		case "properties":
			k.properties = value
		case "required":
			k.required = value
		case "items":
			k.items = value
		case "prefixItems":
			k.prefixItems = value
		case "allOf":
			k.allOf = value
		case "anyOf":
			k.anyOf = value
		case "oneOf":
			k.oneOf = value
		case "minimum":
			k.minimum = value
		case "exclusiveMinimum":
			k.exclusiveMinimum = value
		case "minLength":
			k.minLength = value
		case "minItems":
			k.minItems = value
		case "minProperties":
			k.minProperties = value
		case "pattern":
			k.pattern = value
		}
		return nil
	})
	return k
}

// firstElement returns the first element of an array, nil if there is none.
func firstElement(array []byte) json.RawMessage {
	if list := jsontext.Elements(array); len(list) > 0 {
		return list[0]
	}
	return nil
}

// isTrue reports whether a keyword says so.
func isTrue(keyword []byte) bool { return string(keyword) == "true" }

// typeOf returns the JSON type of a value, "" where it is not JSON.
func typeOf(value []byte) string {
	switch c := jsontext.FirstByte(value); c {
	case '{':
		return "object"
	case '[':
		return "array"
	case '"':
		return "string"
	case 't', 'f':
		return "boolean"
	case 'n':
		return "null"
	case 0:
		return ""
	default:
		if c != '-' && (c < '0' || c > '9') {
			return ""
		}
		for _, c := range value {
			if c == '.' || c == 'e' || c == 'E' {
				return "number"
			}
		}
		return "integer"
	}
}

// definitionPath is the beginning of references to Definitions.
const PointerPrefix = "#/components/schemas/"

// Pointer returns the reference to the definition called name, an RFC 6901 pointer as a URL's fragment.
func Pointer(name string) string {
	return PointerPrefix + url.PathEscape(strings.NewReplacer("~", "~0", "/", "~1").Replace(name))
}

// Ref returns a schema that refers to the definition called name.
func Ref(name string) string { return `{"$ref":` + jsontext.Quote(Pointer(name)) + `}` }

// definitionName returns the name of the definition that ref refers to, and whether it does refer to one.
func definitionName(ref string) (string, bool) {
	name, ok := strings.CutPrefix(ref, PointerPrefix)
	if !ok || strings.Contains(name, "/") {
		return "", false
	}
	return pointerPart(name), true
}

// pointerPart decodes a part of an RFC 6901 pointer in a URL's fragment.
func pointerPart(part string) string {
	if !strings.ContainsAny(part, "%~") {
		return part
	}
	if s, err := url.PathUnescape(part); err == nil {
		part = s
	}
	return strings.NewReplacer("~1", "/", "~0", "~").Replace(part)
}

// References returns the names of the definitions to which a schema, or a part of it, refers. Names in values that only
// look like references may be included.
func References(schema []byte) (names []string) {
	for {
		_, after, found := bytes.Cut(schema, []byte(`"$ref"`))
		if !found {
			return names
		}
		schema = after
		if i := jsontext.Space(after, 0); i < len(after) && after[i] == ':' {
			if start, end, err := jsontext.Value(after[i+1:]); err == nil {
				if name, ok := definitionName(jsontext.Text(after[i+1:][start:end])); ok {
					names = append(names, name)
				}
			}
		}
	}
}
