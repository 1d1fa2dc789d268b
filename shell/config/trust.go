package config

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"

	"rpcsh/rpcconn/statefile"
)

// Trust remembers which project files were confirmed, and in which form. File is a JSON object: the SHA-256 of each by
// its path.
type Trust struct{ File string }

// knows reports whether a file was confirmed in any form, and in this one.
func (t Trust) knows(path string, data []byte) (known, same bool, err error) {
	all, err := t.read()
	sum, known := all[path]
	return known, known && sum == sumOf(data), err
}

// add remembers that a file was confirmed in this form.
func (t Trust) add(path string, data []byte) error {
	err := statefile.File{Path: t.File}.Update(func(text []byte) ([]byte, error) {
		all, err := t.confirmed(text)
		if err != nil {
			return nil, err
		}
		all[path] = sumOf(data)
		text, err = json.MarshalIndent(all, "", "  ")
		return append(text, '\n'), err
	})
	if err != nil {
		return fmt.Errorf("remembering that it was confirmed: %w", err)
	}
	return nil
}

func (t Trust) read() (map[string]string, error) {
	text, err := statefile.Read(t.File)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, fmt.Errorf("reading what was confirmed: %s: %w", t.File, err)
	}
	return t.confirmed(text)
}

// confirmed returns what the text of the file says; nil is that of no file.
func (t Trust) confirmed(text []byte) (map[string]string, error) {
	all := make(map[string]string)
	if text == nil {
		return all, nil
	}
	if err := json.Unmarshal(text, &all); err != nil {
		return nil, fmt.Errorf("reading what was confirmed: %s: %w", t.File, err)
	}
	return all, nil
}

func sumOf(data []byte) string {
	sum := sha256.Sum256(data)
	return hex.EncodeToString(sum[:])
}
