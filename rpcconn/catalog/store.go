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
	"path/filepath"

	"rpcsh/rpcconn/jsontext"
	"rpcsh/rpcconn/plain"
	"rpcsh/rpcconn/schema"
	"rpcsh/rpcconn/statefile"
)

// A Store stores catalogs between runs, in a folder with a file for each target. The zero Store stores nothing.
type Store struct{ Dir string }

// maxName is the maximal length of a file name without its extension, in bytes, on any system.
const maxName = 200

// lockName is the name of a file that is held while one of the others is written.
const lockName = "lock"

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
	data, err := statefile.Read(s.path(target))
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
	var version int
	members := jsontext.Index(data)
	if err := json.Unmarshal(members["version"], &version); err != nil {
		return nil, errors.New("it has no version")
	}
	if version != storeVersion {
		return New(), nil
	}
	methods, err := readMethods(members["methods"])
	if err != nil {
		return nil, err
	}
	c := New(methods...)
	for name, to := range map[string]any{"peer": &c.peer, "asked": &c.asked} {
		if text := members[name]; text != nil {
			if err := json.Unmarshal(text, to); err != nil {
				return nil, err
			}
		}
	}
	definitions := make(schema.Definitions)
	for name, text := range jsontext.Index(members["definitions"]) {
		definitions[name] = text
	}
	c.define("", definitions) // they stay until any source replaces them
	return c, nil
}

// save returns the content of the file for c, and those of other methods that were learned from traffic.
func (c *Catalog) save(other []Method) ([]byte, error) {
	file := stored{Version: storeVersion, Methods: c.Methods()}
	for _, m := range other {
		if m.Source == SourceTraffic && c.lacks(m) {
			file.Methods = append(file.Methods, m)
		}
	}
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

// Save stores c as the catalog of target. What other shells have learned from traffic meanwhile stays; of all else,
// what was saved last is kept.
func (s Store) Save(target string, c *Catalog) error {
	if s.Dir == "" {
		return nil
	}
	file := statefile.File{Path: s.path(target), Lock: filepath.Join(s.Dir, lockName)}
	err := file.Update(func(text []byte) ([]byte, error) {
		var other []Method
		if there, err := load(text); err == nil {
			other = there.Methods()
		}
		return c.save(other)
	})
	if err != nil {
		return fmt.Errorf("remembering the methods of %s: %w", target, plain.Error(err))
	}
	return nil
}
