package lang

import (
	"encoding/json"
	"errors"
	"strings"
)

// Beginning and end of a call whose result is an argument.
const beginsCall = "$("

// atCall reports whether $(CALL) is here. Without variables it is text.
func (p *parser) atCall() bool {
	return p.env.Variable != nil && strings.HasPrefix(p.rest(), beginsCall)
}

// HasCalls reports whether line may make calls while it is read: they are arguments in it.
func HasCalls(line string) bool { return strings.Contains(line, beginsCall) }

// callEnd returns the length of the $(…) at the beginning of s, or 0 if it is never closed.
func callEnd(s string) int {
	depth := 0
	start := false // of a word; only there does ' open text
	for i := 1; i < len(s); i++ {
		switch c := s[i]; {
		case c == '"':
			n := stringEnd(s[i:])
			if n == 0 {
				return 0
			}
			i += n - 1
		case c == '\'' && start:
			n := strings.IndexByte(s[i+1:], '\'')
			if n < 0 {
				return 0
			}
			i += n + 1
		case c == '(' || c == '[' || c == '{':
			depth++
		case c == ')' || c == ']' || c == '}':
			if depth--; depth == 0 {
				return i + 1
			}
		}
		start = isBlank(s[i]) || strings.IndexByte("(=", s[i]) >= 0
	}
	return 0
}

// result reads $(CALL) and makes the call. Its mistakes, and why it has no result, know their column.
func (p *parser) result() (json.RawMessage, error) {
	start := p.pos
	n := callEnd(p.rest())
	if n == 0 {
		return nil, &Error{Column: start, Reason: "$( is never closed", Open: true}
	}
	end := start + n
	p.pos = end
	within := parser{scanner: scanner{src: p.src[:end-1], pos: start + len(beginsCall)}, env: p.env}
	st := new(Statement)
	var mistake *Error
	if err := within.statement(st); err != nil {
		if errors.As(err, &mistake) {
			mistake.Open = false // the call ends here, whatever is open in it
		}
		return nil, err
	}
	switch {
	case len(st.Calls) == 0 || st.Assign != "" || st.Background || st.Outlet != nil:
		return nil, errorAt(start+len(beginsCall), "a call belongs into $(…), perhaps with a filter, such as "+
			"$(my_add 1 2 | .x)")
	case p.env.later:
		return json.RawMessage("null"), nil
	case p.env.Call == nil:
		return nil, errorAt(start, "no call can be made here")
	}
	value, err := p.env.Call(st)
	if err != nil && !errors.As(err, &mistake) {
		err = &Error{Column: start, Reason: err.Error(), Err: err}
	}
	return value, err
}
