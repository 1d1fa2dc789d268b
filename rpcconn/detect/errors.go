package detect

import (
	"fmt"
	"strings"

	"rpcsh/rpcconn"
	"rpcsh/rpcconn/transport"
)

// An UnknownError says that a target answers no probe in a way that is known.
type UnknownError struct {
	Target transport.Target
	Reason string   // what it does instead: "stays silent"
	Tried  []string // the probes
}

func (e *UnknownError) Error() string {
	tried := strings.Join(e.Tried, "; ")
	return fmt.Sprintf("%s answers nothing that is known: it %s; tried %s", e.Target, e.Reason, tried)
}

// A SilentError says that a target of HTTP or WebSocket does not answer.
type SilentError struct {
	Target transport.Target
	Asked  string // the request
}

func (e *SilentError) Error() string { return fmt.Sprintf("%s does not answer %s", e.Target, e.Asked) }

// A BeginningError says that no protocol that is known begins as a peer did.
type BeginningError struct{ Data []byte }

func (e *BeginningError) Error() string {
	return "no protocol that is known begins like this: " + rpcconn.Excerpt(e.Data)
}
