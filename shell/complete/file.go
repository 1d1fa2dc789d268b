package complete

import (
	"os"
	"path/filepath"
	"strings"

	"rpcsh/shell/command"
)

// fileChoices returns the files, and folders on the way to them, that typed may become; spell spells them.
func fileChoices(typed string, spell func(path string) string) []choice {
	folder, base := filepath.Split(typed)
	choices := pick(base, asTyped("", command.Entries(folder, base)))
	for i, c := range choices {
		choices[i].insert = spell(folder + c.text)
		if os.IsPathSeparator(c.text[len(c.text)-1]) {
			choices[i].insert = strings.TrimSuffix(choices[i].insert, `"`) // there is more to come
		}
	}
	return choices
}
