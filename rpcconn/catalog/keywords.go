package catalog

import (
	"encoding/json"
	"net/url"
	"strings"

	"rpcsh/rpcconn/jsontext"
)

// keywords are the members of a schema that are looked at, as JSON text; nil where it has no such member.
type keywords struct {
	ref, typ, nullable, enum, constant          []byte
	title, description, deprecated              []byte
	def, example, examples                      []byte
	properties, required, items, prefixItems    []byte
	allOf, anyOf, oneOf                         []byte
	minimum, exclusiveMinimum                   []byte
	minLength, minItems, minProperties, pattern []byte
}

// read returns the keywords of schema; none where it is no object, and those before the mistake where its text is broken.
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

// text returns the string that a keyword is; "" where it is none.
func text(keyword []byte) string {
	s, _ := jsontext.Unquote(keyword)
	return s
}

// texts returns the strings of a keyword that is a string or an array of them; what is neither is left out.
func texts(keyword []byte) (list []string) {
	if s, err := jsontext.Unquote(keyword); err == nil {
		return []string{s}
	}
	for _, element := range elements(keyword) {
		if s, err := jsontext.Unquote(element); err == nil {
			list = append(list, s)
		}
	}
	return list
}

// elements returns the elements of an array; none where it is no array, and those before the mistake where it is broken.
func elements(array []byte) (list []json.RawMessage) {
	if array == nil {
		return nil
	}
	_, _ = jsontext.Array(array, func(value []byte) error {
		list = append(list, value)
		return nil
	})
	return list
}

// firstElement returns the first element of an array, nil where there is none.
func firstElement(array []byte) json.RawMessage {
	if list := elements(array); len(list) > 0 {
		return list[0]
	}
	return nil
}

// isTrue reports whether a keyword says so.
func isTrue(keyword []byte) bool { return string(keyword) == "true" }

// firstByte returns what tells of which JSON type a value is, 0 where there is none.
func firstByte(value []byte) byte {
	if i := jsontext.Space(value, 0); i < len(value) {
		return value[i]
	}
	return 0
}

// typeOf returns the JSON type of a value, "" where it is no JSON.
func typeOf(value []byte) string {
	switch c := firstByte(value); c {
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

// definitionPath is what references to Definitions begin with.
const definitionPath = "#/components/schemas/"

// definitionRef returns the reference to the definition called name, an RFC 6901 pointer as a URL's fragment.
func definitionRef(name string) string {
	return definitionPath + url.PathEscape(strings.NewReplacer("~", "~0", "/", "~1").Replace(name))
}

// definitionName returns the name of the definition that ref refers to, and whether it does refer to one.
func definitionName(ref string) (string, bool) {
	name, ok := strings.CutPrefix(ref, definitionPath)
	if !ok || strings.Contains(name, "/") {
		return "", false
	}
	return pointerPart(name), true
}

// pointerPart returns what a part of a URL's fragment that is an RFC 6901 pointer stands for.
func pointerPart(part string) string {
	if !strings.ContainsAny(part, "%~") {
		return part
	}
	if s, err := url.PathUnescape(part); err == nil {
		part = s
	}
	return strings.NewReplacer("~1", "/", "~0", "~").Replace(part)
}
