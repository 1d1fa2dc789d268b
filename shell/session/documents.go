package session

import (
	"context"
	"encoding/json"
	"errors"

	"rpcsh/rpcconn/catalog"
)

// Documents are the files that a peer has open, as a language server has.
type Documents struct{}

// Documents returns the files that p has open; nil: it is not told of files.
func (p *Peer) Documents() *Documents { return nil }

// Paths returns the absolute paths of the open files.
func (*Documents) Paths() []string { return nil }

// Open tells the peer that a file is open, unless it knows. language is LSP's identifier, "" where it follows from the path. It
// returns the one with which the file is open.
func (*Documents) Open(_ context.Context, _, _ string) (language string, err error) {
	return "", errors.ErrUnsupported
}

// Sync tells the peer of open files that have changed, and returns their paths.
func (*Documents) Sync(context.Context) (changed []string, err error) {
	return nil, errors.ErrUnsupported
}

// Close tells the peer that a file is closed.
func (*Documents) Close(context.Context, string) error { return errors.ErrUnsupported }

// Example returns params for a call of m about a file, as they are typed in short; nil: there is no short way.
func (*Documents) Example(catalog.Method, catalog.Definitions, string) json.RawMessage { return nil }

// Forget forgets that anything is open: the peer is another one.
func (*Documents) Forget() {}

// showDocuments has p know files as they are now.
func (p *Peer) showDocuments(context.Context, []string) error { return nil }
