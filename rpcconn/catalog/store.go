package catalog

import (
	"crypto/sha256"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"net/url"
	"os"
	"path/filepath"
)

// A Store remembers catalogs between runs, in a folder with a file for each target. The zero Store remembers nothing.
type Store struct{ Dir string }

// maxName is how long the name of a file may be, in bytes, without its ending and whatever the system.
const maxName = 200

func (s Store) path(target string) string {
	name := url.QueryEscape(target)
	if len(name) > maxName {
		name = fmt.Sprintf("%x", sha256.Sum256([]byte(target)))
	}
	return filepath.Join(s.Dir, name+".json")
}

// Load returns what is remembered of target: an empty catalog where nothing is, or with an error.
func (s Store) Load(target string) (*Catalog, error) {
	if s.Dir == "" {
		return New(), nil
	}
	data, err := os.ReadFile(s.path(target))
	if errors.Is(err, fs.ErrNotExist) {
		return New(), nil
	}
	if err != nil {
		return New(), fmt.Errorf("loading the methods known of %s: %w", target, err)
	}
	var methods []Method
	if err := json.Unmarshal(data, &methods); err != nil {
		return New(), fmt.Errorf("loading the methods known of %s from %s (delete it to start anew): %w", target, s.path(target), err)
	}
	return New(methods...), nil
}

// Save remembers c as what is known of target. Shells that save at the same time do not mix: the last one stays.
func (s Store) Save(target string, c *Catalog) error {
	if s.Dir == "" {
		return nil
	}
	data, err := json.Marshal(c.Methods())
	if err != nil {
		return fmt.Errorf("remembering the methods of %s: %w", target, err)
	}
	if err := s.write(s.path(target), data); err != nil {
		return fmt.Errorf("remembering the methods of %s: %w", target, err)
	}
	return nil
}

func (s Store) write(path string, data []byte) error {
	if err := os.MkdirAll(s.Dir, 0o700); err != nil {
		return err
	}
	f, err := os.CreateTemp(s.Dir, ".new-*") // made with mode 0600
	if err != nil {
		return err
	}
	defer os.Remove(f.Name())
	_, err = f.Write(data)
	if err = errors.Join(err, f.Close()); err != nil {
		return err
	}
	return os.Rename(f.Name(), path)
}
