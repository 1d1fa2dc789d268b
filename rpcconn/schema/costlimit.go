package schema

import (
	"encoding/json"
	"slices"

	"github.com/santhosh-tekuri/jsonschema/v6"
)

// maxSteps is how many steps checking a value may take. Schemas whose parts are schemas of parts can double them with
// each level.
const maxSteps = 1 << 16

// tooLong reports whether checking v takes too many steps. That is found out in fewer, as a schema is looked at once
// for each part of v.
func tooLong(s *jsonschema.Schema, v any) bool {
	e := costLimit{known: make(map[visit]int)}
	return e.steps(s, &node{value: v}) > maxSteps
}

// A costLimit counts the steps that checking a value takes, up to maxSteps.
type costLimit struct{ known map[visit]int }

type visit struct {
	schema *jsonschema.Schema
	at     *node
}

// A node is a part of a value.
type node struct {
	value    any
	depth    int
	elements []*node
	members  map[string]*node
}

// open makes the nodes of the parts.
func (n *node) open() {
	switch v := n.value.(type) {
	case []any:
		if n.elements == nil {
			for _, element := range v {
				n.elements = append(n.elements, &node{value: element, depth: n.depth + 1})
			}
		}
	case map[string]any:
		if n.members == nil {
			n.members = make(map[string]*node, len(v))
			for name, member := range v {
				n.members[name] = &node{value: member, depth: n.depth + 1}
			}
		}
	}
}

// steps returns how many steps checking n takes, or some number above maxSteps.
func (e *costLimit) steps(s *jsonschema.Schema, n *node) int {
	if s == nil {
		return 0
	}
	at := visit{s, n}
	if known, ok := e.known[at]; ok {
		return known
	}
	if len(e.known) > maxSteps {
		return maxSteps + 1
	}
	total := 1 + n.depth/16 // what is wrong is told with its path
	e.known[at] = total     // for circles
	if s.Types == nil || fits(s.Types.ToStrings(), n.value) {
		n.open()
		if s.Enum != nil {
			total += len(s.Enum.Values)
		}
		for _, part := range inPlace(s) {
			total = min(total+e.steps(part, n), maxSteps+1)
		}
		for name, member := range n.members {
			total = min(total+e.member(s, name, member), maxSteps+1)
		}
		for i, element := range n.elements {
			total = min(total+e.element(s, i, element), maxSteps+1)
		}
	}
	e.known[at] = total
	return total
}

// inPlace returns the schemas that a value is checked with beside s.
func inPlace(s *jsonschema.Schema) []*jsonschema.Schema {
	parts := slices.Concat([]*jsonschema.Schema{s.Ref, s.Not, s.If, s.Then, s.Else}, s.AllOf, s.AnyOf, s.OneOf)
	for _, part := range s.DependentSchemas {
		parts = append(parts, part)
	}
	for _, part := range s.Dependencies {
		if part, ok := part.(*jsonschema.Schema); ok {
			parts = append(parts, part)
		}
	}
	return parts
}

func (e *costLimit) member(s *jsonschema.Schema, name string, member *node) int {
	total := 1 + e.steps(s.Properties[name], member) + e.steps(s.UnevaluatedProperties, member)
	for _, part := range s.PatternProperties {
		total = min(total+1+e.steps(part, member), maxSteps+1)
	}
	if part, ok := s.AdditionalProperties.(*jsonschema.Schema); ok {
		total += e.steps(part, member)
	}
	if s.PropertyNames != nil {
		total += e.steps(s.PropertyNames, &node{value: name, depth: member.depth})
	}
	return total
}

func (e *costLimit) element(s *jsonschema.Schema, i int, element *node) int {
	total := 1 + e.steps(s.Items2020, element) + e.steps(s.Contains, element) + e.steps(s.UnevaluatedItems, element)
	if i < len(s.PrefixItems) {
		total += e.steps(s.PrefixItems[i], element)
	}
	switch items := s.Items.(type) { // before draft 2020-12
	case *jsonschema.Schema:
		total += e.steps(items, element)
	case []*jsonschema.Schema:
		if i < len(items) {
			total += e.steps(items[i], element)
		}
	}
	if part, ok := s.AdditionalItems.(*jsonschema.Schema); ok {
		total += e.steps(part, element)
	}
	return total
}

// fits reports whether a value may be of one of types.
func fits(types []string, v any) bool {
	name := typeOfValue(v)
	return slices.Contains(types, name) || name == "number" && slices.Contains(types, "integer")
}

// typeOfValue returns the JSON type of a decoded value.
func typeOfValue(v any) string {
	switch v.(type) {
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
