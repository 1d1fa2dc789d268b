package methods

import (
	"slices"
	"strings"

	"rpcsh/rpcconn/catalog"
	"rpcsh/shell/glob"
)

// Matching returns a function that reports whether a method matches a pattern of .methods. A pattern is a glob, a part
// of the name or the summary, or / and words, all of which are in the method's documentation.
func Matching(pattern string) func(m catalog.Method) bool {
	lower := strings.ToLower(pattern)
	contains := func(text, word string) bool { return strings.Contains(strings.ToLower(text), word) }
	if searched, ok := strings.CutPrefix(lower, "/"); ok {
		words := strings.Fields(searched)
		return func(m catalog.Method) bool {
			text := strings.ToLower(documentation(m))
			return !slices.ContainsFunc(words, func(w string) bool { return !strings.Contains(text, w) })
		}
	}
	if glob.Is(pattern) {
		return func(m catalog.Method) bool { return glob.Match(pattern, m.Name) }
	}
	return func(m catalog.Method) bool { return contains(m.Name, lower) || contains(m.Summary, lower) }
}

// documentation returns all texts about m, and its name.
func documentation(m catalog.Method) string {
	parts := append([]string{m.Name, m.Summary, m.Description}, m.Tags...)
	for _, p := range m.Params {
		parts = append(parts, p.Name, p.Summary)
	}
	if m.Result != nil {
		parts = append(parts, m.Result.Name, m.Result.Summary)
	}
	for _, e := range m.Errors {
		parts = append(parts, e.Message)
	}
	return strings.Join(parts, "\n")
}
