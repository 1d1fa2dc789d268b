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
	c, err := load(data)
	if err != nil {
		return New(), fmt.Errorf(
			"loading the methods known of %s from %s (delete it to start anew): %w", target, s.path(target), err,
		)
	}
	return c, nil
}

// storeVersion is that of the files' form. What another version wrote is learned anew.
const storeVersion = 2

// A stored is what a file has.
type stored struct {
	Version     int             `json:"version"`
	Peer        Identity        `json:"peer"`
	Asked       map[string]bool `json:"asked,omitempty"`
	Methods     []Method        `json:"methods"`
	Definitions json.RawMessage `json:"definitions"` // they may be large, and are left as they are
}

// load returns the catalog that a file has.
func load(data []byte) (*Catalog, error) {
	if err := jsontext.Valid(data); err != nil {
		return nil, err
	}
	if jsontext.FirstByte(data) == '[' { // before there was a version
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
	c.define("", definitions) // whoever told them, they stay until they are told anew
	return c, nil
}

// save returns what a file has of c.
func (c *Catalog) save() ([]byte, error) {
	file := stored{Version: storeVersion, Methods: c.Methods()}
	c.mu.Lock()
	file.Peer, file.Asked = c.peer, maps.Clone(c.asked)
	c.mu.Unlock()
	file.Definitions = jsontext.Encode(c.Definitions())
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false) // texts stay what they are
	err := e.Encode(file)
	return b.Bytes(), err
}

// Save remembers c as what is known of target. Shells that save at the same time do not mix: the last one stays.
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
