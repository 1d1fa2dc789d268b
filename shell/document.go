package shell

import (
	"context"
	"errors"
	"fmt"
	"io"
	"maps"
	"net/http"
	"path/filepath"
	"strings"
	"time"

	"rpcsh/rpcconn/catalog"
	"rpcsh/rpcconn/dialect/openrpc"
	"rpcsh/rpcconn/dialect/python"
	"rpcsh/rpcconn/schema"
	"rpcsh/shell/lang"
)

// What a document that describes methods may take.
const (
	maxDocument     = 64 << 20 // bytes
	documentTimeout = 10 * time.Second
)

// Learn reads from a file, or an http address, which methods a peer has: that of now, and those that come. It shows what it has learned.
func (s *Shell) Learn(ctx context.Context, path string) error {
	learned, err := readDocument(ctx, path)
	if err != nil {
		return UsageError("%w", err)
	}
	s.mu.Lock()
	s.documents = append(s.documents, learned)
	s.mu.Unlock()
	if p := s.peers.selected(); p != nil {
		p.known.Replace(learned)
	}
	s.sayLearned(path, learned)
	return nil
}

// documented tells p what was read before p came.
func (s *Shell) documented(p *peer) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, learned := range merged(s.documents) {
		p.known.Replace(learned)
	}
}

// learnFiles reads from files which methods the current peer has.
func (s *Shell) learnFiles(ctx context.Context, args lang.Text) error {
	p := s.peers.selected()
	if p == nil {
		return s.notConnected()
	}
	paths := splitWords(args)
	if len(paths) == 0 {
		return fmt.Errorf("a file is missing: FILE.json is an OpenRPC document, FILE.py the source of a service")
	}
	var all []*catalog.Learned
	for _, path := range paths {
		learned, err := readDocument(ctx, path)
		if err != nil {
			return err
		}
		s.sayLearned(path, learned)
		all = append(all, learned)
	}
	for _, learned := range merged(all) {
		p.known.Replace(learned)
	}
	return nil
}

// merged returns what was learned, as one for each source: each forgets what the one before told.
func merged(all []*catalog.Learned) []*catalog.Learned {
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

// sayLearned shows what was learned from path, and what could not be read there.
func (s *Shell) sayLearned(path string, learned *catalog.Learned) {
	s.report(fmt.Sprintf("%s learned from %s", plural(len(learned.Methods), "method"), visible(path, false)))
	s.showRemarks(path, learned.Remarks, true)
}

// readDocument reads what a file, or what is at an http address, tells of a peer.
func readDocument(ctx context.Context, path string) (*catalog.Learned, error) {
	var data []byte
	var err error
	if strings.HasPrefix(path, "http://") || strings.HasPrefix(path, "https://") {
		data, err = readAddress(ctx, path)
	} else {
		data, err = readUpTo(path, maxDocument)
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
		return nil, fmt.Errorf("getting %s: it has more than %s", address, size(maxDocument))
	}
	return data, nil
}
