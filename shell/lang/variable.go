package lang

import (
	"encoding/json"
	"strconv"
	"strings"

	"rpcsh/rpcconn/jsontext"
)

// atVariable reports whether a $name is here. Without variables, $name is text.
func (p *parser) atVariable() bool {
	return p.next() == '$' && p.env.Variable != nil && variableName(p.src[p.pos+1:]) > 0
}

// strayParameter returns the mistake that $1 … $9 or $@ is here, a parameter of scripts and aliases in whose place no
// argument has been put; nil: none is. Without variables it is text.
func strayParameter(p *parser) error {
	rest := p.rest()
	if p.env.Variable == nil || len(rest) < 2 || rest[0] != '$' || strings.IndexByte("123456789@", rest[1]) < 0 ||
		len(rest) > 2 && (isLetter(rest[2]) || isDigit(rest[2])) {
		return nil
	}
	const reason = " is an argument of a script or an alias, and there is none here; quote it where it is text"
	return p.errorf(rest[:2] + reason)
}

// variable reads $name and the path after it.
func (p *parser) variable() (json.RawMessage, error) {
	start := p.pos
	p.pos++
	n := variableName(p.rest())
	name := p.src[p.pos : p.pos+n]
	p.pos += n
	v, found := p.env.Variable(name)
	if !found {
		return nil, errorAt(start, Unknown(name)+", or quote it where it is text")
	}
	for {
		step := p.pos
		switch key, index, err := p.step(); {
		case err != nil:
			return nil, err
		case p.pos == step:
			return v, nil
		case p.env.later:
		case key != nil:
			v = member(v, *key)
		default:
			v = element(v, index)
		}
		if v == nil {
			return nil, errorAt(step, "$"+p.src[start+1:step]+" has no "+p.src[step:p.pos])
		}
	}
}

// IsVariable reports whether name can be that of a variable that lines set.
func IsVariable(name string) bool {
	return name != "" && identifier(name) == len(name) && !isReserved(name)
}

// isReserved reports whether a variable is one that lines cannot set: the environment, and results by number.
func isReserved(name string) bool {
	return name == "env" || isResult(name)
}

// isResult reports whether a variable is a result by number: _1.
func isResult(name string) bool {
	digits, found := strings.CutPrefix(name, "_")
	_, err := strconv.ParseUint(digits, 10, 64)
	return found && err == nil
}

// Unknown says that a variable has no value.
func Unknown(name string) string {
	if IsMessage(name) {
		return "message " + name[len(messageMark):] + " is not there: it is older than what is kept, or has not come " +
			"(.show lists what is there, .set keep says how much)"
	}
	if name == "_" {
		return "there is no result yet, which $_ would be"
	}
	if isResult(name) {
		return "there is no $" + name + " (.results lists the results that are kept)"
	}
	return "$" + name + " has no value yet: set it by " + name + " = CALL"
}

// step reads .key, ["key"] or [N]. If none of them is here, it reads nothing.
func (p *parser) step() (key *string, index int, err error) {
	rest := p.rest()
	switch {
	case strings.HasPrefix(rest, "."):
		n := identifier(rest[1:])
		if n == 0 {
			return nil, 0, p.errorf(`a name belongs after this dot; other keys are written ["key"], elements [0]`)
		}
		name := rest[1 : 1+n]
		p.pos += 1 + n
		return &name, 0, nil
	case strings.HasPrefix(rest, `["`):
		n := stringEnd(rest[1:])
		if !strings.HasPrefix(rest[1+n:], "]") || n == 0 {
			return nil, 0, p.errorf("this bracket is never closed")
		}
		name, err := jsontext.Unquote([]byte(rest[1 : 1+n]))
		if err != nil {
			return nil, 0, errorAt(p.pos+1, "this is not a JSON string")
		}
		p.pos += n + 2
		return &name, 0, nil
	case strings.HasPrefix(rest, "["):
		n := 1
		for n < len(rest) && (isDigit(rest[n]) || rest[n] == '-') {
			n++
		}
		index, err := strconv.Atoi(rest[1:n])
		if err != nil || !strings.HasPrefix(rest[n:], "]") {
			return nil, 0, p.errorf(`a number or a "name" belongs in these brackets`)
		}
		p.pos += n + 1
		return nil, index, nil
	}
	return nil, 0, nil
}

// member returns the member of v called name, the last one if there are several, or nil if there is none.
func member(v json.RawMessage, name string) (found json.RawMessage) {
	_, _ = jsontext.Object(v, func(key, value []byte) error {
		if jsontext.Key(key) == name {
			found = value
		}
		return nil
	})
	return found
}

// element returns the element of v at index, counted from the end if it is negative, or nil if there is none.
func element(v json.RawMessage, index int) json.RawMessage {
	var all []json.RawMessage
	if _, err := jsontext.Array(v, func(value []byte) error {
		all = append(all, value)
		return nil
	}); err != nil {
		return nil
	}
	if index < 0 {
		index += len(all)
	}
	if index < 0 || index >= len(all) {
		return nil
	}
	return all[index]
}
