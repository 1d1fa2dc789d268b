package schema

import (
	"encoding/json"

	"rpcsh/rpcconn/jsontext"
)

// Given returns what a schema adds for an object with these string members: the then of each part of its allOf whose if
// the members satisfy; or nil. Only the const of properties counts in an if; an if without one is never satisfied.
func (d Definitions) Given(schema json.RawMessage, members map[string]string) json.RawMessage {
	if len(members) == 0 {
		return nil
	}
	var given []json.RawMessage
	for _, part := range jsontext.Elements(read(d.Resolve(schema)).allOf) {
		var condition, then json.RawMessage
		for _, m := range jsontext.Members(part) {
			switch m.Name {
			case "if":
				condition = m.Value
			case "then":
				then = m.Value
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
	properties := jsontext.Members(read(condition).properties)
	for _, p := range properties {
		wanted := read(p.Value).constant
		if value, ok := members[p.Name]; !ok || wanted == nil || jsontext.Text(wanted) != value {
			return false
		}
	}
	return len(properties) > 0
}
