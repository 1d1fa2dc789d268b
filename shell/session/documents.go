package session

import "context"

type documents struct{}

func (documents) Forget() {}

// showDocuments has p know files as they are now.
func (p *Peer) showDocuments(context.Context, []string) error { return nil }
