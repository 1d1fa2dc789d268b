// Package home knows what ~ stands for in the name of a file that a person has typed where no system's shell reads it.
package home

import (
	"os"
	"strings"
)

// Path returns the file that is meant by what was typed: ~ and what begins with ~/ are in the person's home folder.
// ./~ is a file of that name.
func Path(typed string) string {
	rest, is := strings.CutPrefix(typed, "~")
	if !is || rest != "" && !os.IsPathSeparator(rest[0]) {
		return typed
	}
	folder, err := os.UserHomeDir()
	if err != nil {
		return typed
	}
	return strings.TrimRight(folder, string(os.PathSeparator)) + rest
}
