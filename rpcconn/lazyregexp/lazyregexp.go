// Package lazyregexp compiles regular expressions when they are first used: compiled as the program starts, those of
// all packages would take longer than many a run.
package lazyregexp

import (
	"regexp"
	"sync"
)

// New returns a function that returns the compiled expression. It may be called by any number of goroutines, and panics
// where the expression is none.
func New(expression string) func() *regexp.Regexp {
	return sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(expression) })
}
