package complete

import (
	"encoding/json"
	"fmt"

	"rpcsh/rpcconn/jsontext"
	"rpcsh/shell/human"
	"rpcsh/shell/lang"
	"rpcsh/shell/view"
)

const (
	maxWalked   = 1 << 20 // bytes of a variable whose members are completed: they are looked for at each key
	maxElements = 10      // of an array, that are suggested
)

func (s *Completer) variableChoices() []choice {
	var all []choice
	for name, value := range s.session.Variables().All() {
		all = append(all, choice{text: name, insert: "$" + name, description: glance(value)})
	}
	return sorted(all)
}

// memberChoices returns the members, or the first elements, of what the path at c leads to.
func (s *Completer) memberChoices(c lang.Cursor) []choice {
	value, _ := s.session.Variables().Get(c.Variable)
	if len(value) > maxWalked {
		return nil
	}
	value = lang.Follow(value, c.Steps)
	var all []choice
	_, _ = jsontext.Object(value, func(key, v []byte) error {
		name := jsontext.Key(key)
		all = append(all, choice{text: name, insert: lang.SpellMember(name), description: glance(v)})
		return nil
	})
	_, _ = jsontext.Array(value, func(v []byte) error {
		if n := len(all); n < maxElements {
			all = append(all, choice{text: fmt.Sprint(n), insert: fmt.Sprintf("[%d]", n), description: glance(v)})
		}
		return nil
	})
	return all
}

// glance returns the beginning of a value.
func glance(value json.RawMessage) string {
	return human.Clip(view.Compact(value[:min(len(value), 200)]), 40)
}
