package schema

import (
	"maps"
	"slices"
	"strconv"
)

// unevaluated checks the parts of the value that no other keyword has looked at (JSON Schema 2020-12 Core, section 11).
func (v *validation) unevaluated(s node, p part) (wrong []mismatch) {
	if schema, ok := s["unevaluatedProperties"]; ok {
		o, _ := p.value.(node)
		for _, name := range slices.Sorted(maps.Keys(o)) {
			if !v.evaluates(s, p, name, -1) {
				wrong = append(wrong, v.fit(schema, p.in(name, o[name]))...)
			}
		}
	}
	if schema, ok := s["unevaluatedItems"]; ok {
		for i, e := range list(p.value) {
			if !v.evaluates(s, p, "", i) {
				wrong = append(wrong, v.fit(schema, p.element(i, e))...)
			}
		}
	}
	return wrong
}

// evaluates reports whether a schema looks at a part of a value that fits it: at the member of that name or, where
// index is not negative, at the element there. The keywords for what is not evaluated do not count.
func (v *validation) evaluates(s node, p part, name string, index int) bool {
	if v.left--; v.left < 0 {
		return true
	}
	if index < 0 && v.evaluatesMember(s, name) || index >= 0 && v.evaluatesElement(s, p, index) {
		return true
	}
	return slices.ContainsFunc(v.inPlace(s, p), func(branch any) bool {
		inner, ok := branch.(node)
		if !ok || !v.fits(inner, p) {
			return false
		}
		_, all := inner[map[bool]string{true: "unevaluatedProperties", false: "unevaluatedItems"}[index < 0]]
		return all || v.evaluates(inner, p, name, index)
	})
}

func (v *validation) evaluatesMember(s node, name string) bool {
	_, all := s["additionalProperties"]
	return all || len(v.schemasOf(s, name)) > 0
}

func (v *validation) evaluatesElement(s node, p part, index int) bool {
	first, _, all := itemSchemas(s)
	if all || index < len(first) {
		return true
	}
	schema, ok := s["contains"]
	return ok && v.fits(schema, p.in(strconv.Itoa(index), p.value.([]any)[index]))
}

// inPlace returns the schemas that a schema has for the same value, where they hold if the value fits them.
func (v *validation) inPlace(s node, p part) []any {
	parts := slices.Concat(list(s["allOf"]), list(s["anyOf"]), list(s["oneOf"]))
	if ref, ok := s["$ref"].(string); ok {
		if name, ok := definitionName(ref); ok {
			parts = append(parts, v.checker.definition(name))
		}
	}
	if condition, ok := s["if"]; ok {
		if v.fits(condition, p) {
			parts = append(parts, condition, s["then"])
		} else {
			parts = append(parts, s["else"])
		}
	}
	o, _ := p.value.(node)
	for _, keyword := range []string{"dependencies", "dependentSchemas"} {
		dependent, _ := s[keyword].(node)
		for _, name := range slices.Sorted(maps.Keys(dependent)) {
			if _, ok := o[name]; ok {
				parts = append(parts, dependent[name])
			}
		}
	}
	return parts
}
