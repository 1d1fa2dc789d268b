package jq

import (
	"errors"
	"regexp"
	"strings"

	"github.com/itchyny/gojq"

	"rpcsh/rpcconn/lazyregexp"
)

// An Error is a mistake in an expression.
type Error struct {
	Offset int // bytes of the expression before the mistake
	Reason string
}

func (e *Error) Error() string { return e.Reason }

func parseError(expression string, err error, spelled spelling) error {
	e := &Error{Reason: "jq: " + spelled.text(err.Error())}
	var parse *gojq.ParseError
	if errors.As(err, &parse) {
		e.Offset = min(max(0, parse.Offset-len(parse.Token)), len(expression))
	}
	if parameter().MatchString(expression[e.Offset:]) {
		name := expression[e.Offset : e.Offset+2]
		e.Reason = "jq: " + name + " is an argument of a script or an alias, and there is none here"
	}
	return e
}

// parameter is what scripts and aliases put an argument in place of.
var parameter = lazyregexp.New(`^\$[1-9@]`)

// compileError returns a mistake for which gojq gives no place: it is at the first occurrence of the name that gojq
// complains about.
func compileError(expression string, err error, spelled spelling) error {
	e := &Error{Reason: "jq: " + spelled.text(err.Error())}
	_, name, found := strings.Cut(err.Error(), " not defined: ")
	if !found {
		return e
	}
	name, _, _ = strings.Cut(name, "/")
	// as a word of its own; Go's expressions cannot look behind, so the match includes the character before it
	word := regexp.MustCompile(`(?:^|[^\w$.])(` + regexp.QuoteMeta(name) + `)(?:\W|$)`)
	if place := word.FindStringSubmatchIndex(expression); place != nil {
		e.Offset = place[2]
	}
	return e
}
