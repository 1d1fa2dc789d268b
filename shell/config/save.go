package config

import (
	"bytes"
	"fmt"
	"slices"
	"strings"

	"github.com/pelletier/go-toml/v2"

	"rpcsh/rpcconn/jsontext"
	"rpcsh/rpcconn/plain"
	"rpcsh/rpcconn/statefile"
)

// Save writes a target into the person's file, and puts it in force. The rest of the file stays as it is. A target of
// its name is replaced if force is set; else that is an error.
func (c *Config) Save(t *Target, force bool) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	if !isWord(t.Name) {
		return fmt.Errorf("%q is no name: it is letters, digits, -, _ and . and begins with a letter", t.Name)
	}
	var text []byte
	err := statefile.File{Path: c.user}.Update(func(old []byte) (_ []byte, err error) {
		text, err = saved(old, t, force)
		return text, err
	})
	if err != nil {
		return fmt.Errorf("%s: %w", c.user, plain.Reason(err))
	}
	own := *t
	own.Place = Place{File: c.user, Line: 1 + bytes.Count(text[:bytes.Index(text, []byte(heading(t)))], []byte("\n"))}
	c.targets[t.Name] = &own
	return nil
}

func heading(t *Target) string { return "[" + tableTarget + "." + spellKey(t.Name) + "]" }

// saved returns the text of a file with t in it.
func saved(text []byte, t *Target, force bool) ([]byte, error) {
	entries, mistake := readTOML(text)
	if mistake != nil {
		return nil, fmt.Errorf("line %d: %s: mend that first", mistake.Line, mistake.Reason)
	}
	there := slices.ContainsFunc(entries, func(e entry) bool { return isOf(e.keys, t.Name) })
	if there && !force {
		return nil, fmt.Errorf("there is a target %s already: --force replaces it", t.Name)
	}
	if there {
		text = without(text, entries, t.Name)
	}
	if text = bytes.TrimRight(text, "\n"); len(text) > 0 {
		text = append(text, "\n\n"...)
	}
	text = append(text, t.spell()...)
	var all map[string]any
	if err := toml.Unmarshal(text, &all); err != nil {
		return nil, fmt.Errorf("target %s is not written as %s: change it by hand", t.Name, heading(t))
	}
	return text, nil
}

func isOf(keys []string, target string) bool {
	return len(keys) >= 2 && keys[0] == tableTarget && keys[1] == target
}

// without returns text, whose entries are given, without the tables of a target. Comments and blank lines before the
// next table stay: they belong to that.
func without(text []byte, entries []entry, target string) []byte {
	lines := bytes.SplitAfter(text, []byte("\n"))
	heads := slices.DeleteFunc(slices.Clone(entries), func(e entry) bool { return !e.isHead })
	for i, head := range slices.Backward(heads) {
		if !isOf(head.keys, target) {
			continue
		}
		end := len(lines)
		if i+1 < len(heads) {
			end = heads[i+1].line - 1
		}
		for end > head.line && isRemark(lines[end-1]) {
			end--
		}
		lines = slices.Delete(lines, head.line-1, end)
	}
	return bytes.Join(lines, nil)
}

// isRemark reports whether a line is blank, or a comment.
func isRemark(line []byte) bool {
	line = bytes.TrimSpace(line)
	return len(line) == 0 || line[0] == '#'
}

// spell returns the target as it is written.
func (t *Target) spell() string {
	var b strings.Builder
	b.WriteString(heading(t) + "\n")
	for _, f := range fields() {
		switch {
		case f.text != nil && *f.text(t) != "":
			fmt.Fprintf(&b, "%s = %s\n", f.name, spellText(*f.text(t)))
		case f.list != nil && len(*f.list(t)) > 0:
			var texts []string
			for _, text := range *f.list(t) {
				texts = append(texts, spellText(text))
			}
			fmt.Fprintf(&b, "%s = [%s]\n", f.name, strings.Join(texts, ", "))
		}
	}
	return b.String()
}

// spellText returns a string of TOML, whose escapes are those of JSON (section "String").
func spellText(text string) string { return string(jsontext.AppendQuote(nil, text)) }

// spellKey returns a key, in quotes where it needs them.
func spellKey(key string) string {
	if key != "" && strings.Trim(strings.ReplaceAll(key, ".", "?"), wordBytes) == "" {
		return key
	}
	return spellText(key)
}
