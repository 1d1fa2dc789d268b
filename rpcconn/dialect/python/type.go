package python

import (
	"encoding/json"
	"strings"
)

// A pyType is what an annotation says of values: a set of alternatives, none of which means any value.
type pyType []string // members of a JSON Schema object, without its braces

// schema returns the JSON Schema, nil for any value.
func (t pyType) schema() json.RawMessage {
	if len(t) == 0 {
		return nil
	}
	if len(t) == 1 {
		return json.RawMessage("{" + t[0] + "}")
	}
	var types, parts []string
	for _, alternative := range t {
		parts = append(parts, "{"+alternative+"}")
		if name, ok := strings.CutPrefix(alternative, `"type":`); ok && !strings.Contains(name, ",") {
			types = append(types, name)
		}
	}
	if len(types) == len(t) {
		return json.RawMessage(`{"type":[` + strings.Join(types, ",") + `]}`)
	}
	return json.RawMessage(`{"anyOf":[` + strings.Join(parts, ",") + `]}`)
}

// pythonTypeName returns the type that a name says, whatever module it is from.
func pythonTypeName(name string) pyType {
	switch name {
	case "int":
		return pyType{`"type":"integer"`}
	case "float", "complex", "Decimal":
		return pyType{`"type":"number"`}
	case "str", "Text", "AnyStr":
		return pyType{`"type":"string"`}
	case "bool":
		return pyType{`"type":"boolean"`}
	case "None", "NoneType":
		return pyType{`"type":"null"`}
	case "list", "List", "tuple", "Tuple", "set", "Set", "frozenset", "FrozenSet", "Sequence", "MutableSequence",
		"Iterable", "Collection":
		return pyType{`"type":"array"`}
	case "dict", "Dict", "Mapping", "MutableMapping", "OrderedDict", "DefaultDict", "TypedDict":
		return pyType{`"type":"object"`}
	}
	return nil
}

// pythonType reads an annotation; depth bounds how deep types may be in one another.
func pythonType(t []pythonToken, depth int) pyType {
	if depth == 0 || len(t) == 0 {
		return nil
	}
	if i := atDepthZero(t, "|"); i >= 0 {
		return union(pythonType(t[:i], depth-1), pythonType(t[i+1:], depth-1))
	}
	if text, ok := pythonText(t); ok { // a forward reference
		lines := pythonLines(text)
		if len(lines) != 1 {
			return nil
		}
		return pythonType(lines[0].tokens, depth-1)
	}
	if t[0].text == "(" && closing(t) == len(t)-1 && len(t) > 2 {
		return pythonType(t[1:len(t)-1], depth-1)
	}
	name := ""
	for len(t) > 0 && (t[0].kind == pythonName || t[0].text == ".") {
		name = t[0].text
		t = t[1:]
	}
	if len(t) < 2 || t[0].text != "[" || closing(t) != len(t)-1 {
		if len(t) > 0 {
			return nil
		}
		return pythonTypeName(name)
	}
	return genericType(name, splitTokens(t[1:len(t)-1]), depth-1)
}

// genericType returns the type of NAME[ARGS].
func genericType(name string, args [][]pythonToken, depth int) pyType {
	if len(args) == 0 {
		return pythonTypeName(name)
	}
	switch name {
	case "Optional":
		return union(pythonType(args[0], depth), pythonTypeName("None"))
	case "Union":
		all := pythonType(args[0], depth)
		for _, a := range args[1:] {
			all = union(all, pythonType(a, depth))
		}
		return all
	case "Annotated", "Required", "NotRequired", "Final":
		return pythonType(args[0], depth)
	case "Literal":
		return literalType(args, depth)
	case "tuple", "Tuple":
		return pythonTypeName(name)
	}
	outer := pythonTypeName(name)
	inner := pythonType(args[len(args)-1], depth).schema()
	if outer == nil || inner == nil {
		return outer
	}
	if outer[0] == `"type":"object"` {
		return pyType{outer[0] + `,"additionalProperties":` + string(inner)}
	}
	return pyType{outer[0] + `,"items":` + string(inner)}
}

func literalType(args [][]pythonToken, depth int) pyType {
	var values []string
	for _, a := range args {
		value := pythonLiteral(a, depth)
		if value == nil {
			return nil
		}
		values = append(values, string(value))
	}
	return pyType{`"enum":[` + strings.Join(values, ",") + `]`}
}

// maxAlternatives bounds how many a union has.
const maxAlternatives = 20

// union returns what is of either type: any value where one of them is, or there are too many.
func union(a, b pyType) pyType {
	if a == nil || b == nil || len(a)+len(b) > maxAlternatives {
		return nil
	}
	return append(a[:len(a):len(a)], b...)
}
