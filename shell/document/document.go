// Package document reads what describes the methods of peers: OpenRPC documents, in files or at an http address, and
// the Python source of services. It reads other files, too, and tells when one has become another.
package document

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"maps"
	"net/http"
	"os"
	"path/filepath"
	"strings"

	"rpcsh/rpcconn/catalog"
	"rpcsh/rpcconn/dialect/openrpc"
	"rpcsh/rpcconn/dialect/python"
	"rpcsh/rpcconn/schema"
	"rpcsh/shell/human"
)

// maxSize is how many bytes a document that describes methods may have.
const maxSize = 64 << 20

// Merge returns what was learned, as one for each source: each forgets what the one before told.
func Merge(all []*catalog.Learned) []*catalog.Learned {
	var result []*catalog.Learned
	of := make(map[catalog.Source]*catalog.Learned)
	for _, l := range all {
		m := of[l.Source]
		if m == nil {
			m = &catalog.Learned{Source: l.Source, Definitions: make(schema.Definitions)}
			of[l.Source] = m
			result = append(result, m)
		}
		m.Methods = append(m.Methods, l.Methods...)
		maps.Copy(m.Definitions, l.Definitions)
		if l.Peer.String() != "" {
			m.Peer = l.Peer
		}
	}
	return result
}

// Read reads what a file, or what is at an http address, tells of a peer: an OpenRPC document, or the Python
// source of a service.
func Read(ctx context.Context, path string) (*catalog.Learned, error) {
	var data []byte
	var err error
	if IsAddress(path) {
		data, err = readAddress(ctx, path)
	} else {
		data, err = ReadFile(path, maxSize)
	}
	if err != nil {
		return nil, err
	}
	if filepath.Ext(path) == ".py" {
		return python.Read(path, data)
	}
	learned, err := openrpc.Read(data)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	learned.Source = catalog.SourceSchema
	return learned, nil
}

// IsAddress reports whether a path is an http address.
func IsAddress(path string) bool {
	return strings.HasPrefix(path, "http://") || strings.HasPrefix(path, "https://")
}

// ReadFile reads a file of at most so many bytes. What is no regular file may have no end, or never begin.
func ReadFile(path string, most int) ([]byte, error) {
	info, err := os.Stat(path)
	switch {
	case err != nil:
		return nil, err
	case !info.Mode().IsRegular():
		return nil, fmt.Errorf("%s is no regular file", path)
	case info.Size() > int64(most):
		return nil, fmt.Errorf("%s has %s, at most %s are taken", path, human.Size(int(info.Size())), human.Size(most))
	}
	return os.ReadFile(path)
}

// Reason returns why a file could not be read, without its path, which the person may have written otherwise.
func Reason(err error) error {
	var e *fs.PathError
	if errors.As(err, &e) {
		return e.Err
	}
	return err
}

// readAddress gets what is at an http address.
func readAddress(ctx context.Context, address string) ([]byte, error) {
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, address, nil)
	if err != nil {
		return nil, err
	}
	client := &http.Client{Transport: &http.Transport{DisableKeepAlives: true, Proxy: http.ProxyFromEnvironment}}
	response, err := client.Do(request)
	if err != nil {
		return nil, err
	}
	defer response.Body.Close()
	if response.StatusCode != http.StatusOK {
		return nil, fmt.Errorf("getting %s: the server answers %s", address, response.Status)
	}
	data, err := io.ReadAll(io.LimitReader(response.Body, maxSize+1))
	switch {
	case err != nil:
		return nil, fmt.Errorf("getting %s: %w", address, err)
	case len(data) > maxSize:
		return nil, fmt.Errorf("getting %s: it has more than %s", address, human.Size(maxSize))
	}
	return data, nil
}
