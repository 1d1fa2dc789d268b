package complete

import (
	"path/filepath"
	"strings"

	"rpcsh/shell/command"
	"rpcsh/shell/lang"
)

// fileChoices returns the files, and folders on the way to them, that @typed may become.
func fileChoices(typed string) []choice {
	folder, base := filepath.Split(typed)
	choices := pick(base, asTyped("", command.Entries(folder, base)))
	for i, c := range choices {
		choices[i].insert = lang.SpellFile(folder + c.text)
		if c.text[len(c.text)-1] == filepath.Separator {
			choices[i].insert = strings.TrimSuffix(choices[i].insert, `"`) // there is more to come
		}
	}
	return choices
}
