package complete

import (
	"slices"
	"strings"

	"rpcsh/completer"
	"rpcsh/rpcconn/catalog"
	"rpcsh/shell/command"
	"rpcsh/shell/lang"
	"rpcsh/shell/session"
)

// answerScope returns the scope of the answer that .reply gives at c, if it is known what answers the request. The
// members of an object are its params; another value is the only one.
func (s *Completer) answerScope(c lang.Cursor) (scope, bool) {
	w := command.Waiting(s.session, c.Command.Args.Text)
	if w == nil {
		return scope{}, false
	}
	x := session.Expects(w.Request)
	result := x.Result()
	if result == nil {
		return scope{}, false
	}
	m := catalog.Method{Name: "answer to " + w.Method, Summary: x.Method.Summary}
	m.Params = x.Definitions.Properties(result)
	switch {
	case len(m.Params) > 0:
		m.Structure = catalog.ByName
	case isParams(c) && len(c.Path) > 0 && c.Path[0].Element:
		one := catalog.Param{Schema: x.Definitions.Items(result)}
		m.Params = slices.Repeat([]catalog.Param{one}, max(0, min(c.Path[0].Index, maxElements))+1)
	default:
		m.Params = []catalog.Param{{Schema: result}}
	}
	return scope{method: m, definitions: x.Definitions, named: m.Structure == catalog.ByName}, true
}

// answers returns the whole answers that .reply may give at c, where nothing of one is typed yet.
func (s *Completer) answers(c lang.Cursor) []choice {
	if c.Command == nil || c.At != lang.AtArgument || len(c.Given) > 0 {
		return nil
	}
	found, err := s.commands.Find(c.Command.Name)
	if err != nil || found.Complete == nil {
		return nil
	}
	whole := found.Complete([]string{c.Command.Args.Text})
	return asTyped("", slices.DeleteFunc(whole, func(a completer.Candidate) bool {
		return !strings.HasPrefix(a.Text, c.Typed)
	}))
}
