package config

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"rpcsh/rpcconn/plain"
	"rpcsh/rpcconn/statefile"
	"rpcsh/shell/human"
)

// A Loader says which files there are, and who confirms that of a project.
type Loader struct {
	User    string // the path of the person's file
	Project string // that of the project's; "": there is none
	Trust   Trust  // of what was confirmed earlier
	All     bool   // the project's file is taken as it is
	// Confirm asks the person whether the project's file is to be used. changed says that an earlier form of it was
	// confirmed. nil: nobody is there.
	Confirm func(path string, data []byte, summary string, changed bool) (yes bool)
}

// FindProject returns the path of the nearest project's file, in dir or above it; "" where there is none.
func FindProject(dir string) string {
	for dir != "" {
		path := filepath.Join(dir, ProjectFile)
		if info, err := os.Stat(path); err == nil && info.Mode().IsRegular() {
			return path
		}
		parent := filepath.Dir(dir)
		if parent == dir {
			break
		}
		dir = parent
	}
	return ""
}

// Load reads the files. Whatever is wrong with them is a remark of the Config.
func (l Loader) Load() *Config {
	c := &Config{user: l.User, targets: make(map[string]*Target), aliases: make(map[string]Alias)}
	if data, ok := c.read(l.User); ok {
		c.add(l.User, data, false)
	}
	if l.Project == "" {
		return c
	}
	data, ok := c.read(l.Project)
	if !ok {
		return c
	}
	if passed := l.pass(data); passed != "" {
		c.files[len(c.files)-1].Passed = passed
		return c
	}
	c.add(l.Project, data, true)
	return c
}

// maxFile is the largest file that is taken, in bytes: one that is larger is no configuration.
const maxFile = 1 << 20

// read reads a file. One that is not there is no mistake.
func (c *Config) read(path string) (data []byte, ok bool) {
	info, err := os.Stat(path)
	if err == nil && info.Size() > maxFile {
		err = fmt.Errorf("it has more than %s", human.Size(maxFile))
	}
	if err == nil {
		data, err = statefile.Read(path)
	}
	f := File{Path: path}
	switch {
	case errors.Is(err, fs.ErrNotExist):
		f.Passed = "there is none"
	case err != nil:
		f.Passed = "it cannot be read"
		c.mistakes = append(c.mistakes, &Mistake{Place: Place{File: path}, Reason: plain.Reason(err).Error()})
	}
	c.files = append(c.files, f)
	return data, err == nil
}

// pass returns why the project's file is not to be used, "" if it is.
func (l Loader) pass(data []byte) string {
	known, same, err := l.Trust.knows(l.Project, data)
	switch {
	case l.All || same:
		return ""
	case err != nil:
		return plain.Error(err).Error()
	case l.Confirm == nil && known:
		return "it has changed since it was confirmed (a shell at a terminal asks; --trust-project takes it)"
	case l.Confirm == nil:
		return "nobody has confirmed it (a shell at a terminal asks; --trust-project takes it)"
	case !l.Confirm(l.Project, data, summary(l.Project, data), known):
		return "it was not confirmed"
	}
	if err := l.Trust.add(l.Project, data); err != nil {
		return err.Error()
	}
	return ""
}

// summary says what a project's file has.
func summary(path string, data []byte) string {
	c := &Config{targets: make(map[string]*Target), aliases: make(map[string]Alias)}
	c.add(path, data, true)
	var targets, aliases []string
	for _, t := range c.Targets() {
		targets = append(targets, t.Name)
	}
	for _, a := range c.sortedAliases() {
		aliases = append(aliases, a.Name)
	}
	var parts []string
	for _, p := range []struct {
		names     []string
		one, some string
	}{{targets, "target", "targets"}, {aliases, "alias", "aliases"}} {
		things := p.some
		if len(p.names) == 1 {
			things = p.one
		}
		if len(p.names) > 0 {
			parts = append(parts, fmt.Sprintf("%d %s (%s)", len(p.names), things, strings.Join(p.names, ", ")))
		}
	}
	if len(parts) == 0 {
		return "nothing that can be used"
	}
	return strings.Join(parts, ", ")
}
