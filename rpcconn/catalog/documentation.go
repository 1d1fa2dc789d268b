package catalog

import "strings"

// splitDocumentation returns the first line of a text, and what follows it.
func splitDocumentation(text string) (summary, description string) {
	summary, description, _ = strings.Cut(strings.TrimSpace(text), "\n")
	return strings.TrimSpace(summary), strings.TrimSpace(description)
}
