package complete

import (
	"encoding/json"
	"fmt"
	"strings"

	"rpcsh/rpcconn/jsontext"
	"rpcsh/shell/command"
	"rpcsh/shell/human"
	"rpcsh/shell/lang"
	"rpcsh/shell/variables"
	"rpcsh/shell/view"
)

const (
	messageMark = "#"     // that the name of a message begins with
	maxWalked   = 1 << 20 // bytes of a variable whose members are completed: they are looked for at each key
	maxElements = 10      // of an array, that are suggested
)

// variableChoices returns the variables that begin with what is typed: messages by number where that is a #.
func (s *Completer) variableChoices(typed string) []choice {
	var all []choice
	if strings.HasPrefix(typed, messageMark) {
		for _, m := range s.commands.Messages().Candidates(command.IsMessage) {
			name := messageMark + m.Text
			all = append(all, choice{text: name, insert: "$" + name, description: m.Description})
		}
		return all
	}
	for name, value := range s.session.Variables().Named() {
		all = append(all, choice{text: name, insert: "$" + name, description: glance(value)})
	}
	const environment = variables.Environment
	return append(sorted(all), choice{text: environment, insert: "$" + environment, description: "the environment"})
}

// memberChoices returns the members, or the first elements, of what the path at c leads to.
func (s *Completer) memberChoices(c lang.Cursor) []choice {
	value, is := s.commands.Messages().Value(c.Variable)
	if !is {
		value, _ = s.session.Variables().Get(c.Variable)
	}
	if len(value) > maxWalked {
		return nil
	}
	value = lang.Follow(value, c.Steps)
	var all []choice
	_, _ = jsontext.Object(value, func(key, v []byte) error {
		name := jsontext.Key(key)
		member := choice{text: name, insert: lang.SpellMember(name)}
		if c.Variable != variables.Environment { // which has secrets
			member.description = glance(v)
		}
		all = append(all, member)
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
	return human.Clip(view.Readable(value[:min(len(value), 200)]), 40)
}
