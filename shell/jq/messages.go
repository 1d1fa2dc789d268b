package jq

import (
	"slices"
	"strings"

	"rpcsh/rpcconn/lazyregexp"
)

// messageMark is what the name of a variable begins with that is a message by its number: $#17. In jq itself a # begins
// a comment.
const messageMark = "#"

// variable is the use of one in an expression.
var variable = lazyregexp.New(`\$([A-Za-z_][A-Za-z0-9_]*|#[0-9]+)`)

// Variables returns the names, without their $, of all variables that an expression may use.
func Variables(expression string) (names []string) {
	for _, found := range variable().FindAllStringSubmatch(expression, -1) {
		if !slices.Contains(names, found[1]) {
			names = append(names, found[1])
		}
	}
	return names
}

// A spelling is how gojq reads the names of messages: with a letter in place of the #, so that columns stay what they
// are. The zero spelling changes nothing.
type spelling struct{ letter string }

// spellingFor returns a spelling by which no message gets the name of another variable.
func spellingFor(expression string) spelling {
	if !strings.Contains(expression, "$"+messageMark) {
		return spelling{}
	}
	for letter := 'A'; letter <= 'Z'; letter++ {
		if !strings.Contains(expression, "$"+string(letter)) {
			return spelling{string(letter)}
		}
	}
	return spelling{}
}

// name returns the name of a variable as gojq knows it.
func (s spelling) name(variable string) string {
	if digits, is := strings.CutPrefix(variable, messageMark); is && s.letter != "" {
		return s.letter + digits
	}
	return variable
}

// expression returns an expression as gojq reads it.
func (s spelling) expression(text string) string {
	if s.letter == "" {
		return text
	}
	spelled := []byte(text)
	var around []byte // the quotes, and the parentheses in them, that are open
	comment := false
	for i := 0; i < len(text); i++ {
		inside := byte(0)
		if len(around) > 0 {
			inside = around[len(around)-1]
		}
		switch c := text[i]; {
		case comment:
			comment = c != '\n'
		case inside == '"' && c == '\\':
			if i++; i < len(text) && text[i] == '(' {
				around = append(around, '(')
			}
		case c == '"' && inside == '"', c == ')' && inside == '(':
			around = around[:len(around)-1]
		case inside == '"':
		case c == '"', c == '(' && inside == '(':
			around = append(around, c)
		case c == '$' && i+2 < len(text) && text[i+1] == messageMark[0] && text[i+2] >= '0' && text[i+2] <= '9':
			i++
			spelled[i] = s.letter[0]
		case c == messageMark[0]:
			comment = true
		}
	}
	return string(spelled)
}

// text returns what gojq says of an expression with the names that were typed.
func (s spelling) text(said string) string {
	if s.letter == "" {
		return said
	}
	return strings.ReplaceAll(said, "$"+s.letter, "$"+messageMark)
}
