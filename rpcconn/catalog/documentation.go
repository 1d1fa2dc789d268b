package catalog

import "strings"

// SplitDocumentation returns the first line of a text, and what follows it.
func SplitDocumentation(text string) (summary, description string) {
	summary, description, _ = strings.Cut(strings.TrimSpace(text), "\n")
	return strings.TrimSpace(summary), strings.TrimSpace(description)
}

// Summarize returns one line, and the rest of summary and description; of what it has returned, the same once more.
func Summarize(summary, description string) (line, rest string) {
	summary, description = strings.TrimSpace(summary), strings.TrimSpace(description)
	if summary == "" {
		summary, description = description, ""
	}
	line, rest, _ = strings.Cut(summary, "\n")
	line = strings.TrimSpace(line)
	if next, _, _ := strings.Cut(rest, "\n"); strings.TrimSpace(next) != "" && !strings.HasSuffix(line, ".") {
		rest = summary // the first line ends within a sentence
	}
	if description == line {
		description = ""
	}
	if rest = strings.TrimSpace(strings.TrimSpace(rest) + "\n\n" + description); rest == line {
		rest = ""
	}
	return line, rest
}
