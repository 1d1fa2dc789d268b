package config

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
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
	all, err := t.read()
	if err != nil {
		return err
	}
	all[path] = sumOf(data)
	text, err := json.MarshalIndent(all, "", "  ")
	if err == nil {
		err = os.MkdirAll(filepath.Dir(t.File), 0o700)
	}
	if err == nil {
		err = replaceFile(t.File, append(text, '\n'))
	}
	if err != nil {
		return fmt.Errorf("remembering that it was confirmed: %w", err)
	}
	return nil
}

func (t Trust) read() (map[string]string, error) {
	all := make(map[string]string)
	text, err := os.ReadFile(t.File)
	if errors.Is(err, fs.ErrNotExist) {
		return all, nil
	}
	if err == nil {
		err = json.Unmarshal(text, &all)
	}
	if err != nil {
		return nil, fmt.Errorf("reading what was confirmed: %s: %w", t.File, err)
	}
	return all, nil
}

func sumOf(data []byte) string {
	sum := sha256.Sum256(data)
	return hex.EncodeToString(sum[:])
}

// replaceFile writes a file, readable for its owner alone, at once: nobody ever reads a half of it.
func replaceFile(path string, text []byte) error {
	f, err := os.CreateTemp(filepath.Dir(path), filepath.Base(path)+".*")
	if err != nil {
		return err
	}
	_, err = f.Write(text)
	err = errors.Join(err, f.Close())
	if err == nil {
		err = os.Rename(f.Name(), path)
	}
	if err != nil {
		_ = os.Remove(f.Name())
	}
	return err
}
