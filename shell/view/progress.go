package view

import (
	"fmt"
	"math"
	"strings"

	"rpcsh/shell/human"
)

// ProgressText returns how far something has come, for Working: "[████······] 40 % doing this". total is 0 if it is not
// known. text is the peer's; 60 characters of it are shown.
func ProgressText(done, total float64, text string) string {
	const width, longest = 20, 60
	text = Visible(human.Clip(text, longest))
	switch {
	case total > 0:
		share := math.Max(0, math.Min(1, done/total))
		full := int(share * width)
		bar := strings.Repeat("█", full) + strings.Repeat("·", width-full)
		return strings.TrimSpace(fmt.Sprintf("[%s] %3.0f %% %s", bar, 100*share, text))
	case done > 0:
		return strings.TrimSpace(fmt.Sprintf("%g %s", done, text))
	case text == "":
		return "…"
	}
	return text
}
