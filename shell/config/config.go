// Package config reads what a person and a project have written down for rpcsh: named targets, aliases, and defaults of
// settings. A mistake in a file is told, and all else in it is in force.
package config

import (
	"fmt"
	"maps"
	"path/filepath"
	"slices"
	"strings"
	"sync"

	"rpcsh/shell/macro"
)

// The names of the files.
const (
	UserFile    = "config.toml"
	ProjectFile = ".rpcsh.toml"
)

// A Place is where something is written.
type Place struct {
	File string
	Line int
}

// String returns FILE:LINE.
func (p Place) String() string {
	if p.Line == 0 {
		return p.File
	}
	return fmt.Sprintf("%s:%d", p.File, p.Line)
}

// A Mistake is what is wrong with a file.
type Mistake struct {
	Place
	Key    string // "": it is none of a key
	Reason string
}

// Error returns FILE:LINE: KEY: REASON.
func (m *Mistake) Error() string {
	text := m.Place.String() + ": "
	if m.Key != "" {
		text += m.Key + ": "
	}
	return text + m.Reason
}

// An Alias is a line with a name.
type Alias struct {
	Name, Line string
	Place
}

// A Setting is a default of .set.
type Setting struct {
	Name, Value string
	Place
}

// A File is one that was looked at.
type File struct {
	Path   string
	Passed string // why it is not in force; "": it is
}

// A Config is what is in force. Its methods may be called by any number of goroutines.
type Config struct {
	mu       sync.Mutex // protects what follows
	user     string     // the path of the person's file
	files    []File
	targets  map[string]*Target
	aliases  map[string]Alias
	settings []Setting
	themes   []themeColor
	bindings []Setting // keys, and which others they do
	mistakes []*Mistake
}

// add takes what a file has. What stands there already stays: a project's file does not change what a name of the
// person's means.
func (c *Config) add(path string, data []byte, isProject bool) {
	entries, mistake := readTOML(data)
	if mistake != nil {
		mistake.File = path
		c.mistakes = append(c.mistakes, mistake)
		return
	}
	f := &file{path: path, isProject: isProject, targets: make(map[string]*Target)}
	for _, e := range entries {
		f.take(e)
	}
	f.check()
	for name, t := range f.targets {
		if c.targets[name] == nil {
			c.targets[name] = t
		}
	}
	for _, a := range f.aliases {
		if _, is := c.aliases[a.Name]; !is {
			c.aliases[a.Name] = a
		}
	}
	c.settings = append(c.settings, f.settings...)
	c.themes = append(c.themes, f.themes...)
	c.bindings = append(c.bindings, f.bindings...)
	slices.SortStableFunc(f.mistakes, func(a, b *Mistake) int { return a.Line - b.Line })
	c.mistakes = append(c.mistakes, f.mistakes...)
}

// A file is one that is being read.
type file struct {
	path      string
	isProject bool
	targets   map[string]*Target
	aliases   []Alias
	settings  []Setting
	themes    []themeColor
	bindings  []Setting
	mistakes  []*Mistake
}

// The tables of a file.
const (
	tableTarget = "target"
	tableAlias  = "alias"
	tableSet    = "set"
	tableTheme  = "theme"
	tableKeys   = "keys"
)

func (f *file) mistake(e entry, reason string) {
	f.mistakes = append(f.mistakes, &Mistake{Place{f.path, e.line}, e.key(), reason})
}

// take takes an entry of the file.
func (f *file) take(e entry) {
	place := Place{f.path, e.line}
	switch {
	case e.isHead && e.other:
		f.mistake(e, "write one table, [NAME] in place of [[NAME]]")
	case e.keys[0] == tableTarget:
		f.takeTarget(e)
	case e.keys[0] == tableTheme:
		f.takeTheme(e)
	case e.keys[0] == tableKeys:
		f.takeKey(e)
	case e.keys[0] != tableAlias && e.keys[0] != tableSet:
		f.mistake(e, "there is no such key; there are target.NAME, alias, set, keys and theme.NAME")
	case e.isHead && len(e.keys) == 1:
	case e.keys[0] == tableSet && f.isProject:
		f.mistake(e, "settings are for your own "+UserFile+": the file of a project has targets and aliases only")
	case len(e.keys) != 2 || e.isHead || e.isList || e.other:
		f.mistake(e, "a value is wanted: NAME = \"TEXT\"")
	case e.keys[0] == tableSet:
		f.settings = append(f.settings, Setting{e.keys[1], settingText(e), place})
	case !e.isText || strings.TrimSpace(e.text) == "":
		f.mistake(e, `a line is wanted: NAME = "LINE"`)
	case !isWord(e.keys[1]):
		f.mistake(e, "an alias is letters, digits, -, _ and . and begins with a letter")
	default:
		f.aliases = append(f.aliases, Alias{e.keys[1], e.text, place})
	}
}

// settingText returns the value of a setting as .set takes it.
func settingText(e entry) string {
	switch {
	case e.isText:
		return e.text
	case e.text == "true":
		return "on"
	case e.text == "false":
		return "off"
	}
	return e.text
}

// isWord reports whether text can stand for a line, or name a target.
func isWord(text string) bool {
	return text != "" && strings.IndexByte("-_.0123456789", text[0]) < 0 && strings.Trim(text, wordBytes) == ""
}

const wordBytes = "-_.0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"

// Target returns the target of that name.
func (c *Config) Target(name string) (*Target, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if t := c.targets[name]; t != nil {
		return t, nil
	}
	if len(c.targets) == 0 {
		return nil, fmt.Errorf("there is no target %s: write [target.%[1]s] with a url into %s", name, c.user)
	}
	return nil, fmt.Errorf("there is no target %s: there are %s", name,
		strings.Join(slices.Sorted(maps.Keys(c.targets)), ", "))
}

// Targets returns all targets, in order of name.
func (c *Config) Targets() []*Target {
	c.mu.Lock()
	defer c.mu.Unlock()
	return slices.SortedFunc(maps.Values(c.targets), func(a, b *Target) int { return strings.Compare(a.Name, b.Name) })
}

// Aliases returns the lines by the names that stand for them.
func (c *Config) Aliases() macro.Aliases {
	c.mu.Lock()
	defer c.mu.Unlock()
	lines := make(macro.Aliases, len(c.aliases))
	for name, a := range c.aliases {
		lines[name] = a.Line
	}
	return lines
}

// UserFile returns the path of the person's file.
func (c *Config) UserFile() string {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.user
}

// Settings returns the defaults of .set.
func (c *Config) Settings() []Setting {
	c.mu.Lock()
	defer c.mu.Unlock()
	return slices.Clone(c.settings)
}

// Reject takes a setting out of force, for it is wrong.
func (c *Config) Reject(set Setting, reason string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.settings = slices.DeleteFunc(c.settings, func(s Setting) bool { return s == set })
	c.mistakes = append(c.mistakes, &Mistake{set.Place, tableSet + "." + set.Name, reason})
}

// Remarks returns what there is to say at the beginning: mistakes, and files that are passed over.
func (c *Config) Remarks() []string {
	c.mu.Lock()
	defer c.mu.Unlock()
	var all []string
	for _, f := range c.files {
		if f.Passed != "" && filepath.Base(f.Path) == ProjectFile {
			all = append(all, f.Path+" is passed over: "+f.Passed)
		}
	}
	for _, m := range c.mistakes {
		all = append(all, m.Error())
	}
	return all
}
