package complete

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"rpcsh/rpcconn/dialect"
	"rpcsh/rpcconn/home"
	"rpcsh/rpcconn/jsontext"
	"rpcsh/rpcconn/lazyregexp"
	"rpcsh/shell/command"
	"rpcsh/shell/human"
	"rpcsh/shell/lang"
)

// documentChoices returns the files, and the places in them, that may be typed in short at c, as language servers have
// it: nothing where no file belongs.
func (s *Completer) documentChoices(c lang.Cursor) []choice {
	p := s.peerAt(c)
	if p == nil || c.JSON {
		return nil
	}
	d := p.Dialect()
	m, known := p.Known().Find(c.Method)
	if d == nil || d.Takes == nil || !known {
		return nil
	}
	part := dialect.NoFile
	switch {
	case c.At == lang.AtArgument && len(c.Given) == 0:
		part = d.Takes(m, "")
	case c.At == lang.AtValue && (c.Name != "" || len(c.Given) == 0) && len(c.Path) == 0:
		part = d.Takes(m, c.Name)
	}
	spell := func(text string) string {
		if c.Quote != 0 {
			return lang.SpellQuoted(text, c.Quote)
		}
		return lang.SpellValue([]byte(jsontext.Quote(text)))
	}
	files := func() []choice {
		found := fileChoices(c.Typed, spell)
		if docs := p.Documents(); docs != nil {
			found = openFirst(c.Typed, docs.Paths(), found, spell)
		}
		return found
	}
	switch part {
	case dialect.AFile:
		return files()
	case dialect.FilePlace:
		drive := filepath.VolumeName(c.Typed) // whose colon begins no place
		if path, place, found := strings.Cut(c.Typed[len(drive):], ":"); found {
			return placeChoices(drive+path, place, spell)
		}
		return withColons(files())
	}
	return nil
}

// openFirst puts the open files that typed may become before the others: they are what is most likely meant.
func openFirst(typed string, open []string, files []choice, spell func(path string) string) []choice {
	var first []choice
	for _, path := range open {
		if name := human.Path(path); strings.HasPrefix(name, typed) {
			first = append(first, choice{text: name, insert: spell(name), description: "open"})
		}
	}
	isFirst := func(c choice) bool {
		return slices.ContainsFunc(first, func(o choice) bool { return o.insert == c.insert })
	}
	return append(first, slices.DeleteFunc(files, isFirst)...)
}

// withColons has the files among choices go on with a place in them.
func withColons(choices []choice) []choice {
	for i, c := range choices {
		isFolder := os.IsPathSeparator(c.text[len(c.text)-1])
		isQuoted := strings.HasSuffix(c.insert, `"`) || strings.HasSuffix(c.insert, `'`)
		if !isFolder && !isQuoted {
			choices[i].insert += ":"
		}
	}
	return choices
}

// maxLooked is the largest file in which places are looked for, in bytes.
const maxLooked = 1 << 20

// words are what a column may begin.
var words = lazyregexp.New(`[\pL_$][\pL\pN_]*|\pN+`)

// placeChoices returns the places in a file that typed, LINE or LINE:COLUMN, may become: the lines, at their first
// word, or the words of a line.
func placeChoices(path, typed string, spell func(string) string) []choice {
	path = home.Path(path)
	info, err := os.Stat(path)
	if err != nil || !info.Mode().IsRegular() || info.Size() > maxLooked {
		return nil
	}
	data, err := os.ReadFile(path)
	if err != nil || !utf8.Valid(data) {
		return nil
	}
	line, column, inLine := strings.Cut(typed, ":")
	var choices []choice
	for i, row := range strings.Split(string(data), "\n") {
		number := strconv.Itoa(i + 1)
		if inLine && number != line || !strings.HasPrefix(number, line) {
			continue
		}
		for _, at := range words().FindAllStringIndex(row, -1) {
			place := fmt.Sprintf("%s:%d", number, utf8.RuneCountInString(row[:at[0]])+1)
			shown := row[at[0]:]
			if inLine {
				shown = row[at[0]:at[1]]
			}
			if !inLine || strings.HasPrefix(place[len(number)+1:], column) {
				choices = append(choices, choice{
					text: place, insert: spell(path + ":" + place), description: human.Clip(shown, 60),
				})
			}
			if !inLine {
				break // the first word stands for the line
			}
		}
		if len(choices) >= command.MaxCandidates {
			break
		}
	}
	return choices
}
