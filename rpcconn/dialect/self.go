package dialect

import (
	"encoding/json"
	"net/url"
	"path/filepath"
	"runtime"
	"strings"
)

// RootURI returns the root as a file URI (RFC 8089), "" if there is none.
func (s Self) RootURI() string {
	if s.Root == "" {
		return ""
	}
	return FileURI(s.Root)
}

// FileURI returns the URI of the file at an absolute path (RFC 8089). On Windows, that may begin with a drive or, as
// those of appendix E.3.1, with a server.
func FileURI(path string) string {
	u := url.URL{Scheme: "file", Path: filepath.ToSlash(path)}
	switch volume := filepath.VolumeName(path); {
	case len(volume) > 2:
		u.Host, u.Path, _ = strings.Cut(u.Path[2:], "/")
		u.Path = "/" + u.Path
	case !strings.HasPrefix(u.Path, "/"):
		u.Path = "/" + u.Path
	}
	return u.String()
}

// FilePath returns the path that a URI of a file names, the inverse of FileURI; false for another URI.
func FilePath(uri string) (path string, is bool) {
	u, err := url.Parse(uri)
	if err != nil || u.Scheme != "file" {
		return "", false
	}
	path = u.Path
	switch {
	case len(path) > 2 && path[2] == ':':
		path = path[1:] // a drive of Windows
	case u.Host != "" && u.Host != "localhost" && runtime.GOOS == "windows":
		path = "//" + u.Host + path
	}
	return filepath.FromSlash(path), true
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
