package session

import (
	"context"
	"errors"
	"fmt"

	"rpcsh/rpcconn/catalog"
	"rpcsh/shell/document"
	"rpcsh/shell/exit"
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
	documents := document.Merge(d.documents)
	d.mu.Unlock()
	for _, l := range documents {
		p.known.Replace(l)
	}
}

// Read reads what a file, or a document at an http address, tells of methods; a server has as long as calls have. The
// error has its exit code.
func (d *Discovery) Read(ctx context.Context, path string) (*catalog.Learned, error) {
	limit := d.session.Settings().Timeout
	ctx, cancel := limited(ctx, limit)
	defer cancel()
	learned, err := document.Read(ctx, path)
	switch {
	case err == nil:
	case errors.Is(context.Cause(ctx), exit.ErrTimeout):
		err = fmt.Errorf("getting %s: %w after %s (.set timeout or -t changes that)", path, exit.ErrTimeout, limit)
	case document.IsAddress(path):
		err = exit.Connectionf("%w", err)
	default:
		err = exit.Usagef("%w", err)
	}
	return learned, err
}
