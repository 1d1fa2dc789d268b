package config

import "slices"

// takeKey takes an entry of [keys].
func (f *file) takeKey(e entry) {
	switch {
	case f.isProject:
		f.mistake(e, "keys are for your own "+UserFile+": the file of a project has targets and aliases only")
	case e.isHead && len(e.keys) == 1:
	case len(e.keys) != 2 || e.isHead || !e.isText:
		f.mistake(e, `a key is wanted: KEY = "KEY"`)
	default:
		f.bindings = append(f.bindings, Setting{e.keys[1], e.text, Place{f.path, e.line}})
	}
}

// Keys returns the keys that do what others do, and which ones.
func (c *Config) Keys() []Setting {
	c.mu.Lock()
	defer c.mu.Unlock()
	return slices.Clone(c.bindings)
}

// RejectKey takes a key out of force, for it is wrong.
func (c *Config) RejectKey(key Setting, reason string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.bindings = slices.DeleteFunc(c.bindings, func(s Setting) bool { return s == key })
	c.mistakes = append(c.mistakes, &Mistake{key.Place, tableKeys + "." + spellKey(key.Name), reason})
}
