package dialect

import (
	"encoding/json"
	"net/url"
	"path/filepath"
	"strings"
)

// RootURI returns the root as a file URI (RFC 8089), "" if there is none.
func (s Self) RootURI() string {
	if s.Root == "" {
		return ""
	}
	return FileURI(s.Root)
}

// FileURI returns the URI of the file at an absolute path (RFC 8089).
func FileURI(path string) string {
	slashed := filepath.ToSlash(path)
	if !strings.HasPrefix(slashed, "/") {
		slashed = "/" + slashed // a drive of Windows
	}
	return (&url.URL{Scheme: "file", Path: slashed}).String()
}

// Folders returns the root as LSP and MCP name folders: an array of objects with uri and name, empty if there is none.
func (s Self) Folders() json.RawMessage {
	type folder struct {
		URI  string `json:"uri"`
		Name string `json:"name"`
	}
	folders := []folder{}
	if s.Root != "" {
		folders = append(folders, folder{s.RootURI(), filepath.Base(s.Root)})
	}
	text, _ := json.Marshal(folders) // strings always marshal
	return text
}

// ClientInfo returns who we are, as LSP's and MCP's clientInfo.
func (s Self) ClientInfo() json.RawMessage {
	text, _ := json.Marshal(struct {
		Name    string `json:"name"`
		Version string `json:"version"`
	}{s.Name, s.Version})
	return text
}
