package session

import (
	"context"
	"errors"
	"fmt"
	"io"
	"maps"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"time"

	"rpcsh/rpcconn/catalog"
	"rpcsh/rpcconn/dialect/openrpc"
	"rpcsh/rpcconn/dialect/python"
	"rpcsh/rpcconn/schema"
	"rpcsh/shell/human"
)

// What a document that describes methods may take.
const (
	maxDocument     = 64 << 20 // bytes
	documentTimeout = 10 * time.Second
)

// Document takes what a document tells of the peers' methods: for the current one, and for those that come.
func (d *Discovery) Document(l *catalog.Learned) {
	d.mu.Lock()
	d.documents = append(d.documents, l)
	d.mu.Unlock()
	if p := d.session.peers.Current(); p != nil {
		p.known.Replace(l)
	}
}

// teach tells p's catalog what was learned before p came.
func (d *Discovery) teach(p *Peer) {
	d.mu.Lock()
	documents := MergeDocuments(d.documents)
	d.mu.Unlock()
	for _, l := range documents {
		p.known.Replace(l)
	}
}

// MergeDocuments returns what was learned, as one for each source: each forgets what the one before told.
func MergeDocuments(all []*catalog.Learned) []*catalog.Learned {
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

// ReadDocument reads what a file, or what is at an http address, tells of a peer: an OpenRPC document, or the Python
// source of a service.
func ReadDocument(ctx context.Context, path string) (*catalog.Learned, error) {
	var data []byte
	var err error
	if strings.HasPrefix(path, "http://") || strings.HasPrefix(path, "https://") {
		data, err = readAddress(ctx, path)
	} else {
		data, err = ReadFile(path, maxDocument)
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

// readAddress gets what is at an http address.
func readAddress(ctx context.Context, address string) ([]byte, error) {
	ctx, cancel := context.WithTimeout(ctx, documentTimeout)
	defer cancel()
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, address, nil)
	if err != nil {
		return nil, err
	}
	client := &http.Client{Transport: &http.Transport{DisableKeepAlives: true, Proxy: http.ProxyFromEnvironment}}
	response, err := client.Do(request)
	if err != nil {
		if errors.Is(err, context.DeadlineExceeded) {
			return nil, fmt.Errorf("getting %s: no answer within %s", address, documentTimeout)
		}
		return nil, err
	}
	defer response.Body.Close()
	if response.StatusCode != http.StatusOK {
		return nil, fmt.Errorf("getting %s: the server answers %s", address, response.Status)
	}
	data, err := io.ReadAll(io.LimitReader(response.Body, maxDocument+1))
	switch {
	case err != nil:
		return nil, fmt.Errorf("getting %s: %w", address, err)
	case len(data) > maxDocument:
		return nil, fmt.Errorf("getting %s: it has more than %s", address, human.Size(maxDocument))
	}
	return data, nil
}
