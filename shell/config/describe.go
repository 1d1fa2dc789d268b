package config

import (
	"maps"
	"slices"
	"strings"
)

// A Row is something that is in force, and where it is written.
type Row struct{ Key, Value, From string }

// Rows returns all that is in force, as it is written: what ${NAME} stands for is not shown.
func (c *Config) Rows() []Row {
	var rows []Row
	for _, t := range c.Targets() {
		rows = append(rows, t.rows()...)
	}
	for _, a := range c.sortedAliases() {
		rows = append(rows, Row{tableAlias + "." + spellKey(a.Name), a.Line, a.Place.String()})
	}
	for _, s := range c.Settings() {
		rows = append(rows, Row{tableSet + "." + s.Name, s.Value, s.Place.String()})
	}
	for _, k := range c.Keys() {
		rows = append(rows, Row{tableKeys + "." + spellKey(k.Name), k.Value, k.Place.String()})
	}
	for _, t := range c.Themes() {
		for _, color := range t.Colors {
			key := tableTheme + "." + spellKey(t.Name) + "." + color.Name
			rows = append(rows, Row{key, color.Value, color.Place.String()})
		}
	}
	return rows
}

// Files returns the files that were looked at.
func (c *Config) Files() []File {
	c.mu.Lock()
	defer c.mu.Unlock()
	return slices.Clone(c.files)
}

func (c *Config) sortedAliases() []Alias {
	c.mu.Lock()
	defer c.mu.Unlock()
	return slices.SortedFunc(maps.Values(c.aliases), func(a, b Alias) int { return strings.Compare(a.Name, b.Name) })
}

func (t *Target) rows() []Row {
	var rows []Row
	row := func(field, value string) {
		place, is := t.fields[field]
		if !is {
			place = t.Place
		}
		rows = append(rows, Row{tableTarget + "." + spellKey(t.Name) + "." + field, value, place.String()})
	}
	for _, f := range fields() {
		switch {
		case f.text != nil && *f.text(t) != "":
			row(f.name, *f.text(t))
		case f.list != nil && len(*f.list(t)) > 0:
			row(f.name, strings.Join(*f.list(t), ", "))
		}
	}
	for _, h := range t.Headers {
		row(fieldHeaders+"."+h.Name, h.Value)
	}
	return rows
}
