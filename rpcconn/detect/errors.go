package detect

import (
	"fmt"
	"strings"

	"rpcsh/rpcconn"
	"rpcsh/rpcconn/transport"
)

// An UnknownError reports that a target answers no probe in a known way.
type UnknownError struct {
	Target transport.Target
	Reason string   // what it does instead: "stays silent"
	Tried  []string // the probes
}

func (e *UnknownError) Error() string {
	tried := strings.Join(e.Tried, "; ")
	return fmt.Sprintf("%s answers nothing that is known: it %s; tried %s", e.Target, e.Reason, tried)
}

// A SilentError reports that an HTTP or WebSocket target does not answer.
type SilentError struct {
	Target transport.Target
	Asked  string // the request
}

func (e *SilentError) Error() string { return fmt.Sprintf("%s does not answer %s", e.Target, e.Asked) }

// A BeginningError reports that no known protocol begins with a peer's first bytes.
type BeginningError struct{ Data []byte }

func (e *BeginningError) Error() string {
	return "no protocol that is known begins like this: " + rpcconn.Excerpt(e.Data)
}
