package schema

import (
	"fmt"
	"maps"
	"slices"
)

// object checks the keywords for objects.
func (v *validation) object(s node, p part) (wrong []mismatch) {
	o := p.value.(node)
	has := count(len(o), "member")
	if n, ok := size(s["minProperties"]); ok && len(o) < n {
		wrong = append(wrong, p.is(fmt.Sprintf("has %s, at least %d are wanted", has, n))...)
	}
	if n, ok := size(s["maxProperties"]); ok && len(o) > n {
		wrong = append(wrong, p.is(fmt.Sprintf("has %s, at most %d are wanted", has, n))...)
	}
	if required, ok := s["required"]; ok {
		wrong = append(wrong, members(p.at, missing(o, required), "is missing")...)
	}
	wrong = append(wrong, v.dependent(s, p)...)
	var unknown []string
	for _, name := range slices.Sorted(maps.Keys(o)) {
		if v.left < 0 {
			return nil
		}
		member := p.in(name, o[name])
		schemas := v.schemasOf(s, name)
		for _, schema := range schemas {
			wrong = append(wrong, v.fit(schema, member)...)
		}
		if additional, ok := s["additionalProperties"]; ok && len(schemas) == 0 {
			if additional == false {
				unknown = append(unknown, name)
			}
			if schema, ok := additional.(node); ok {
				wrong = append(wrong, v.fit(schema, member)...)
			}
		}
		if names, ok := s["propertyNames"]; ok && !v.fits(names, part{value: name, at: p.at, depth: p.depth + 1}) {
			wrong = append(wrong, p.is("does not fit its schema")...)
		}
	}
	return append(wrong, members(p.at, unknown, "is not known there")...)
}

// schemasOf returns the schemas that a schema has for a member, but for additionalProperties.
func (v *validation) schemasOf(s node, name string) (schemas []any) {
	if properties, ok := s["properties"].(node); ok {
		if schema, ok := properties[name]; ok {
			schemas = append(schemas, schema)
		}
	}
	patterns, _ := s["patternProperties"].(node)
	for _, expression := range slices.Sorted(maps.Keys(patterns)) {
		v.left--
		if re := v.checker.pattern(expression); re == nil || re.MatchString(name) {
			schemas = append(schemas, patterns[expression])
		}
	}
	return schemas
}

// dependent checks what is wanted beside some members.
func (v *validation) dependent(s node, p part) (wrong []mismatch) {
	o := p.value.(node)
	for _, keyword := range []string{"dependencies", "dependentSchemas", "dependentRequired"} {
		dependencies, _ := s[keyword].(node)
		for _, name := range slices.Sorted(maps.Keys(dependencies)) {
			if _, ok := o[name]; !ok {
				continue
			}
			wanted := dependencies[name]
			wrong = append(wrong, members(p.at, missing(o, wanted), "is missing beside "+name)...)
			wrong = append(wrong, v.fit(wanted, p)...) // a list is no schema
		}
	}
	return wrong
}

// missing returns those names of a keyword that are no members of o.
func missing(o node, keyword any) []string {
	return slices.DeleteFunc(texts(keyword), func(name string) bool {
		_, ok := o[name]
		return ok
	})
}

// array checks the keywords for arrays.
func (v *validation) array(s node, p part) (wrong []mismatch) {
	elements := p.value.([]any)
	has := count(len(elements), "element")
	if n, ok := size(s["minItems"]); ok && len(elements) < n {
		wrong = append(wrong, p.is(fmt.Sprintf("has %s, at least %d are wanted", has, n))...)
	}
	if n, ok := size(s["maxItems"]); ok && len(elements) > n {
		wrong = append(wrong, p.is(fmt.Sprintf("has %s, at most %d are wanted", has, n))...)
	}
	if s["uniqueItems"] == true {
		if first, second, ok := equalElements(elements); ok {
			wrong = append(wrong, p.is(fmt.Sprintf("has equal elements, [%d] and [%d]", first, second))...)
		}
	}
	first, rest, known := itemSchemas(s)
	for i, e := range elements {
		switch {
		case v.left < 0:
			return nil
		case i < len(first):
			wrong = append(wrong, v.fit(first[i], p.element(i, e))...)
		case known:
			wrong = append(wrong, v.fit(rest, p.element(i, e))...)
		}
	}
	return append(wrong, v.contained(s, p)...)
}

// itemSchemas returns the schemas of the first elements, and that of the others, where there is one.
func itemSchemas(s node) (first []any, rest any, known bool) {
	if items, ok := s["items"].([]any); ok { // before draft 2020-12
		rest, known = s["additionalItems"]
		return items, rest, known
	}
	rest, known = s["items"]
	return list(s["prefixItems"]), rest, known
}

// equalElements returns the indices of two elements that are equal.
func equalElements(elements []any) (first, second int, ok bool) {
	seen := make(map[string]int, len(elements))
	for i, e := range elements {
		text := canonical(e)
		if first, ok := seen[text]; ok {
			return first, i, true
		}
		seen[text] = i
	}
	return 0, 0, false
}

// contained checks how many elements are of a kind.
func (v *validation) contained(s node, p part) []mismatch {
	schema, ok := s["contains"]
	if !ok {
		return nil
	}
	fitting := 0
	for i, e := range p.value.([]any) {
		if v.fits(schema, p.element(i, e)) {
			fitting++
		}
	}
	least, ok := size(s["minContains"])
	if !ok {
		least = 1
	}
	most, bounded := size(s["maxContains"])
	if fitting < least || bounded && fitting > most {
		return p.is("does not fit its schema")
	}
	return nil
}
