package catalog

import (
	"bytes"
	"crypto/sha256"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"net/url"
	"os"
	"path/filepath"

	"rpcsh/rpcconn/jsontext"
	"rpcsh/rpcconn/schema"
)

// A Store stores catalogs between runs, in a folder with a file for each target. The zero Store stores nothing.
type Store struct{ Dir string }

// maxName is the maximal length of a file name without its extension, in bytes, on any system.
const maxName = 200

func (s Store) path(target string) string {
	name := url.QueryEscape(target)
	if len(name) > maxName {
		name = fmt.Sprintf("%x", sha256.Sum256([]byte(target)))
	}
	return filepath.Join(s.Dir, name+".json")
}

// Load returns the stored catalog of target, or an empty one if there is none, or with an error.
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
	c, err := load(data)
	if err != nil {
		return New(), fmt.Errorf(
			"loading the methods known of %s from %s (delete it to start anew): %w", target, s.path(target), err,
		)
	}
	return c, nil
}

// storeVersion is the version of the file format. Files of other versions are ignored; the methods are learned again.
const storeVersion = 2

// A stored is the content of a file.
type stored struct {
	Version     int             `json:"version"`
	Peer        Identity        `json:"peer"`
	Asked       map[string]bool `json:"asked,omitempty"`
	Methods     []Method        `json:"methods"`
	Definitions json.RawMessage `json:"definitions"` // they may be large, so they are not decoded
}

// load returns the catalog that a file has.
func load(data []byte) (*Catalog, error) {
	if err := jsontext.Valid(data); err != nil {
		return nil, err
	}
	if jsontext.FirstByte(data) == '[' { // from before there was a version
		var methods []Method
		err := json.Unmarshal(data, &methods)
		return New(methods...), err
	}
	var file stored
	if err := json.Unmarshal(jsontext.Index(data)["version"], &file.Version); err != nil {
		return nil, errors.New("it has no version")
	}
	if file.Version != storeVersion {
		return New(), nil
	}
	if err := json.Unmarshal(data, &file); err != nil {
		return nil, err
	}
	c := New(file.Methods...)
	c.peer, c.asked = file.Peer, file.Asked
	definitions := make(schema.Definitions)
	for name, text := range jsontext.Index(file.Definitions) {
		definitions[name] = text
	}
	c.define("", definitions) // they stay until any source replaces them
	return c, nil
}

// save returns the content of the file for c.
func (c *Catalog) save() ([]byte, error) {
	file := stored{Version: storeVersion, Methods: c.Methods()}
	c.mu.Lock()
	file.Peer, file.Asked = c.peer, maps.Clone(c.asked)
	c.mu.Unlock()
	file.Definitions = jsontext.Encode(c.Definitions())
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false) // keeps <, > and & readable
	err := e.Encode(file)
	return b.Bytes(), err
}

// Save stores c as the catalog of target. If several shells save at the same time, the last one wins.
func (s Store) Save(target string, c *Catalog) error {
	if s.Dir == "" {
		return nil
	}
	data, err := c.save()
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
