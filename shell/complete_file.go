package shell

import (
	"os"
	"path/filepath"
	"strings"
	"unicode/utf8"

	"rpcsh/completer"
	"rpcsh/shell/lang"
)

// maxEntries is how many entries of a folder are read for completion.
const maxEntries = 2000

// completeFiles completes a file, or a folder on the way to it, as a word of a command's arguments. It is a Command's Find. What a
// command would take for two words is left out.
func completeFiles(_ *Shell, _ []string, typed string) []completer.Candidate {
	var found []completer.Candidate
	folder, base := filepath.Split(typed)
	for _, c := range pick(base, entries(folder, base)) {
		if strings.ContainsAny(c.text, " \t'\"") {
			continue
		}
		found = append(found, completer.Candidate{Text: folder + c.text, Description: c.description})
	}
	return found
}

// fileChoices returns the files, and folders on the way to them, that @typed may become.
func fileChoices(typed string) []choice {
	folder, base := filepath.Split(typed)
	choices := pick(base, entries(folder, base))
	for i, c := range choices {
		choices[i].insert = lang.SpellFile(folder + c.text)
		if c.text[len(c.text)-1] == filepath.Separator {
			choices[i].insert = strings.TrimSuffix(choices[i].insert, `"`) // there is more to come
		}
	}
	return choices
}

// entries returns what is in a folder, folders with a separator at their end. It is the only thing that completion reads, while a key
// waits: the beginning of one folder, without asking for more than names, and of no folder that looks like one of another host.
func entries(folder, base string) []choice {
	if strings.HasPrefix(folder, "//") || strings.HasPrefix(folder, `\\`) || strings.Contains(folder, ":/") && filepath.VolumeName(folder) == "" {
		return nil
	}
	if folder == "" {
		folder = "." + string(filepath.Separator) // which no file is, and so nothing that opening waits for
	}
	f, err := os.Open(folder)
	if err != nil {
		return nil
	}
	defer f.Close()
	list, _ := f.ReadDir(maxEntries) // what could be read before an error is as good as anything
	var all []choice
	for _, e := range list {
		name := e.Name()
		switch hidden := strings.HasPrefix(name, "."); {
		case hidden && !strings.HasPrefix(base, "."), !utf8.ValidString(name):
		case e.IsDir():
			all = append(all, choice{text: name + string(filepath.Separator), description: "folder"})
		default:
			all = append(all, choice{text: name})
		}
	}
	return sorted(all)
}
