// Package glob matches method names with patterns: * stands for any characters, ? for one, [a-z] for one in a range,
// [^a-z] for one outside it, and \ makes the next character stand for itself. Unlike in paths, / is not special.
package glob

import (
	"errors"
	"path"
	"strings"
)

// Is reports whether pattern may match more than one name.
func Is(pattern string) bool { return strings.ContainsAny(pattern, `*?[`) }

// Match reports whether pattern matches name. A pattern that Check refuses matches only itself.
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

// Check returns what is wrong with pattern. One that looks like a flag is none that is known: who means a method puts a
// backslash before it.
func Check(pattern string) error {
	if strings.HasPrefix(pattern, "--") {
		return errors.New(pattern + ` is no flag here; a method of that name is \` + pattern)
	}
	if _, err := path.Match(pattern, ""); err != nil {
		return errors.New(
			pattern + ` is not a pattern: [ begins a range that ] ends, such as [a-z], ` +
				`and \ is followed by a character that stands for itself`,
		)
	}
	return nil
}

// hideSlashes replaces /, which is special to path.Match but not in method names.
func hideSlashes(s string) string { return strings.ReplaceAll(s, "/", "\x00") }
