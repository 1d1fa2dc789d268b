package lang

import (
	"encoding/json"
	"strings"

	"rpcsh/rpcconn/jsontext"
)

// What stands for a value inside of "text", up to the closing brace; \$ is a dollar sign as such.
const (
	beginsValue = "${"
	endsValue   = "}"
	plainDollar = `\$`
)

// text reads "text" as quoted does, where ${NAME.PATH} stands for the value of a variable in it.
func (p *parser) text() (json.RawMessage, error) {
	n := stringEnd(p.rest())
	raw := p.rest()[:n]
	if n == 0 || !strings.Contains(raw, beginsValue) && !strings.Contains(raw, plainDollar) {
		return p.quoted()
	}
	start, end := p.pos, p.pos+n
	s := substitution{done: start}
	for p.pos < end {
		switch rest := p.src[p.pos:end]; {
		case strings.HasPrefix(rest, plainDollar):
			s.put(p.src, p.pos, p.pos+len(plainDollar), []byte("$"))
			p.pos += len(plainDollar)
		case rest[0] == '\\':
			p.pos += 2
		case strings.HasPrefix(rest, beginsValue):
			if err := p.valueInText(&s, end-1); err != nil {
				return nil, err
			}
		default:
			s.escape(p.src, p.pos, p.pos+1)
			p.pos++
		}
	}
	return s.jsonString(p.src, start, end)
}

// valueInText puts the value of ${NAME.PATH} into the text, which ends at end: of a string its text, of all else JSON.
func (p *parser) valueInText(s *substitution, end int) error {
	start := p.pos
	within := parser{scanner: scanner{src: p.src[:end], pos: start + len(beginsValue) - 1}, env: p.env}
	// the brace stands where the dollar of $NAME would, so that the parser reads on behind it
	first := within.pos + 1
	name := within.src[first : first+variableName(within.src[first:])]
	if name == "" {
		return errorAt(start, `a variable belongs here, as in "${name.path}"; \$ is a dollar sign as such`)
	}
	if _, found := p.env.Variable(name); !found {
		return errorAt(start, Unknown(name)+"; \\$ is a dollar sign as such")
	}
	value, err := within.variable()
	if err != nil {
		return err
	}
	if !strings.HasPrefix(within.rest(), endsValue) {
		return errorAt(within.pos, "} belongs after the variable; \\$ is a dollar sign as such")
	}
	p.pos = within.pos + len(endsValue)
	if len(value) == 0 || value[0] != '"' {
		value = jsontext.AppendQuote(nil, string(value))
	}
	s.put(p.src, start, p.pos, value[1:len(value)-1])
	return nil
}
