package main

import (
	"io/fs"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// Every file of the repository can be on a disk of Windows and of macOS: its name is not that of a device, has no
// character that is not allowed there, and differs from others in more than case.
func TestNamesOfFiles(t *testing.T) {
	device := regexp.MustCompile(`(?i)^(con|prn|aux|nul|com\d|lpt\d)(\.|$)`)
	folded := make(map[string]string)
	err := filepath.WalkDir(".", func(name string, entry fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if entry.Name() == ".git" {
			return filepath.SkipDir
		}
		if base := entry.Name(); device.MatchString(base) || strings.ContainsAny(base, `<>:"|?*\`) ||
			base != "." && strings.TrimRight(base, ". ") != base {
			t.Errorf("%s is no name on Windows", name)
		}
		if other, ok := folded[strings.ToLower(name)]; ok {
			t.Errorf("%s and %s are one file on Windows", name, other)
		}
		folded[strings.ToLower(name)] = name
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}
