package jq

import (
	"errors"
	"regexp"
	"strings"

	"github.com/itchyny/gojq"
)

// An Error is a mistake in an expression.
type Error struct {
	Offset int // bytes of the expression before the mistake
	Reason string
}

func (e *Error) Error() string { return e.Reason }

func parseError(expression string, err error) error {
	e := &Error{Reason: "jq: " + err.Error()}
	var parse *gojq.ParseError
	if errors.As(err, &parse) {
		e.Offset = min(max(0, parse.Offset-len(parse.Token)), len(expression))
	}
	return e
}

// compileError returns a mistake that gojq knows no place of: the first one at which the name stands that it complains
// of.
func compileError(expression string, err error) error {
	e := &Error{Reason: "jq: " + err.Error()}
	_, name, found := strings.Cut(err.Error(), " not defined: ")
	if !found {
		return e
	}
	name, _, _ = strings.Cut(name, "/")
	// as a word of its own; Go's expressions cannot look behind, so that what is before it is in the match
	word := regexp.MustCompile(`(?:^|[^\w$.])(` + regexp.QuoteMeta(name) + `)(?:\W|$)`)
	if place := word.FindStringSubmatchIndex(expression); place != nil {
		e.Offset = place[2]
	}
	return e
}
