// Package glob matches method names with patterns: * any characters, ? one, [a-z] one of a range, [^a-z]
// one of no range, and \ makes the next character one that stands for itself. Unlike in paths, / is nothing special.
package glob

import (
	"errors"
	"path"
	"strings"
)

// Is reports whether pattern may match more than one name.
func Is(pattern string) bool { return strings.ContainsAny(pattern, `*?[`) }

// Match reports whether pattern matches name; one that Check refuses matches nothing but itself.
func Match(pattern, name string) bool {
	if pattern == name {
		return true
	}
	special := strings.IndexAny(pattern, `*?[\`)
	switch {
	case special < 0:
		return false
	case pattern[special] == '*' && special == len(pattern)-1: // the usual one, which must not cost much
		return strings.HasPrefix(name, pattern[:special])
	}
	ok, err := path.Match(hideSlashes(pattern), hideSlashes(name))
	return ok && err == nil
}

// Check returns what is wrong with pattern.
func Check(pattern string) error {
	if _, err := path.Match(pattern, ""); err != nil {
		return errors.New(pattern + ` is no pattern: [ begins a range that ] ends, such as [a-z], and \ is followed by a character that stands for itself`)
	}
	return nil
}

// hideSlashes puts another character for /, to which path.Match gives a meaning that it has not in method names.
func hideSlashes(s string) string { return strings.ReplaceAll(s, "/", "\x00") }
