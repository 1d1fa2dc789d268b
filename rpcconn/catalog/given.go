package catalog

import "encoding/json"

// Given returns what a schema says besides of an object some of whose members are these strings: the then of each part of its allOf whose
// if they fulfil. It is nil where that is nothing. Of an if the const of properties is looked at, and one without is never fulfilled.
func (d Definitions) Given(schema json.RawMessage, members map[string]string) json.RawMessage {
	if len(members) == 0 {
		return nil
	}
	var given []json.RawMessage
	for _, part := range elements(read(d.Resolve(schema)).allOf) {
		var condition, then json.RawMessage
		for _, m := range objectMembers(part) {
			switch m.name {
			case "if":
				condition = m.value
			case "then":
				then = m.value
			}
		}
		if then != nil && fulfils(condition, members) {
			given = append(given, then)
		}
	}
	if given == nil {
		return nil
	}
	return combine("allOf", given)
}

// fulfils reports whether members have the values that a condition's properties must have.
func fulfils(condition json.RawMessage, members map[string]string) bool {
	properties := objectMembers(read(condition).properties)
	for _, p := range properties {
		wanted := read(p.value).constant
		if value, ok := members[p.name]; !ok || wanted == nil || text(wanted) != value {
			return false
		}
	}
	return len(properties) > 0
}
