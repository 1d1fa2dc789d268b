package view

import (
	"strings"

	"rpcsh/shell/human"
)

// maxDigest is how many lines of a digest are shown.
const maxDigest = 50

// digest renders the digest of a notification, whose lines are FILE:LINE:COLUMN: SEVERITY: TEXT behind the first; "":
// there is none.
func (s style) digest(lines []string) string {
	if len(lines) == 0 {
		return ""
	}
	text := Shorten(lines[0], len(lines[0]))
	for i, line := range lines[1:] {
		if i == maxDigest {
			return text + "\n" + s.colors.Dim("… "+human.Plural(len(lines)-1-i, "more line"))
		}
		place, rest, _ := strings.Cut(Shorten(line, len(line)), ": ")
		severity, message, _ := strings.Cut(rest, ": ")
		paint := s.colors.Bold
		if severity == "error" {
			paint = s.colors.Err
		}
		text += "\n" + place + ": " + paint(severity) + ": " + message
	}
	return text
}
