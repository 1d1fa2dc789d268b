package catalog

import "encoding/json"

// Arrange returns params in the structure that m takes: named ones put in order where it takes positions, and the other way round.
// Params that m's structure allows, or whose method is not known well enough, come back as they are. The error says what cannot be put
// in order: a name that m does not have, or more positions than it has.
func Arrange(m Method, params json.RawMessage) (json.RawMessage, error) { return params, nil }

// Call returns what is sent to call m with params, which have been arranged.
func (m Method) Call(params json.RawMessage) (method string, sent json.RawMessage, err error) {
	return m.Name, params, nil
}
