package catalog

import (
	"bytes"
	"encoding/json"

	"rpcsh/rpcconn/jsontext"
)

// Called returns the method that was called where method was sent with params, and what it was given: a tool of MCP by
// its name. ok is false where that is the method which was sent.
func (c *Catalog) Called(method string, params json.RawMessage) (name string, given json.RawMessage, ok bool) {
	for _, m := range c.Methods() {
		if m.Via == nil || m.Via.Method != method {
			continue
		}
		if given, ok := m.Via.given(params); ok {
			return m.Name, given, true
		}
	}
	return "", nil, false
}

// given returns what was given to a method that was called with params; ok is false where it was another method, or
// params have more than that.
func (v *Via) given(params json.RawMessage) (given json.RawMessage, ok bool) {
	fixed := jsontext.Index(v.Fixed)
	given = json.RawMessage("{}")
	for _, member := range jsontext.Members(params) {
		switch value, is := fixed[member.Name]; {
		case is && bytes.Equal(value, member.Value):
			delete(fixed, member.Name)
		case is:
			return nil, false
		case v.Member == "":
			given, _ = jsontext.With(given, member.Name, member.Value)
		case member.Name == v.Member:
			given = member.Value
		default:
			return nil, false
		}
	}
	return given, len(fixed) == 0 && jsontext.FirstByte(given) == '{'
}
