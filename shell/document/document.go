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
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"rpcsh/rpcconn/catalog"
	"rpcsh/rpcconn/dialect/openrpc"
	"rpcsh/rpcconn/dialect/python"
	"rpcsh/rpcconn/home"
	"rpcsh/rpcconn/plain"
	"rpcsh/rpcconn/schema"
	"rpcsh/shell/human"
)

// maxSize is how many bytes a document that describes methods may have.
const maxSize = 64 << 20

// Merge returns what was learned, as one for each source: each forgets what the one before told. The elements of all
// stay as they are.
func Merge(all []*catalog.Learned) []*catalog.Learned {
	var result []*catalog.Learned
	of := make(map[catalog.Source]int) // in result
	for _, l := range all {
		at, more := of[l.Source]
		if !more {
			of[l.Source] = len(result)
			result = append(result, l)
			continue
		}
		m := *result[at]
		m.Methods = slices.Concat(m.Methods, l.Methods)
		m.Definitions = make(schema.Definitions)
		maps.Copy(m.Definitions, result[at].Definitions)
		maps.Copy(m.Definitions, l.Definitions)
		if l.Peer.String() != "" {
			m.Peer = l.Peer
		}
		result[at] = &m
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
	for i := range learned.Methods {
		if m := &learned.Methods[i]; !m.Source.Inferred() {
			m.Source = catalog.SourceSchema
		}
	}
	return learned, nil
}

// IsAddress reports whether a path is an http address.
func IsAddress(path string) bool {
	return strings.HasPrefix(path, "http://") || strings.HasPrefix(path, "https://")
}

var errNotRegular = errors.New("it is no regular file")

// ReadFile reads a file of at most so many bytes. What is no regular file may have no end, or never begin.
func ReadFile(path string, most int) ([]byte, error) {
	path = home.Path(path)
	info, err := os.Stat(path)
	switch {
	case err != nil:
		return nil, plain.Error(err)
	case !info.Mode().IsRegular():
		return nil, plain.Error(&fs.PathError{Op: "read", Path: path, Err: errNotRegular})
	case info.Size() > int64(most):
		return nil, fmt.Errorf("%s has %s, at most %s are taken", path, human.Size(int(info.Size())), human.Size(most))
	}
	data, err := os.ReadFile(path)
	return data, plain.Error(err)
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
		var of *url.Error
		if errors.As(err, &of) {
			err = of.Err // which names the address
		}
		return nil, fmt.Errorf("getting %s: %w", address, plain.Reason(err))
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
