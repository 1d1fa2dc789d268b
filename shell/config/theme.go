package config

import (
	"slices"
	"strings"
)

// A Theme is colours by the names of the parts that have them, in the order in which they are written.
type Theme struct {
	Name   string
	Colors []Setting
}

// takeTheme takes an entry of [theme.NAME].
func (f *file) takeTheme(e entry) {
	switch {
	case f.isProject:
		f.mistake(e, "themes are for your own "+UserFile+": the file of a project has targets and aliases only")
	case e.isHead && len(e.keys) <= 2:
	case len(e.keys) != 3 || e.isHead || e.isList || e.other:
		f.mistake(e, `a colour is wanted: [theme.NAME] with PART = "COLOUR"`)
	default:
		f.themes = append(f.themes, themeColor{e.keys[1], Setting{e.keys[2], e.text, Place{f.path, e.line}}})
	}
}

// A themeColor is one colour of a theme.
type themeColor struct {
	theme string
	color Setting
}

// Themes returns the themes, in order of name.
func (c *Config) Themes() []Theme {
	c.mu.Lock()
	defer c.mu.Unlock()
	var all []Theme
	for _, t := range c.themes {
		i := slices.IndexFunc(all, func(other Theme) bool { return other.Name == t.theme })
		if i < 0 {
			i = len(all)
			all = append(all, Theme{Name: t.theme})
		}
		all[i].Colors = append(all[i].Colors, t.color)
	}
	slices.SortFunc(all, func(a, b Theme) int { return strings.Compare(a.Name, b.Name) })
	return all
}

// RejectColor takes a colour of a theme out of force, for it is wrong.
func (c *Config) RejectColor(theme string, color Setting, reason string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.themes = slices.DeleteFunc(c.themes, func(t themeColor) bool { return t == themeColor{theme, color} })
	key := tableTheme + "." + spellKey(theme) + "." + color.Name
	c.mistakes = append(c.mistakes, &Mistake{color.Place, key, reason})
}
