package detect

import (
	"encoding/json"
	"fmt"
	"net"

	"rpcsh/rpcconn/plain"
	"rpcsh/rpcconn/statefile"
	"rpcsh/rpcconn/transport"
)

// Findings stores what was found for targets, in one file. The zero value stores nothing.
type Findings struct {
	File string
	// Known reports whether such a protocol and, on a stream, such a framing exist: the file's content is not trusted.
	Known func(protocol, framing string) bool
}

// A remembered finding is the file's entry for a target.
type remembered struct {
	Target   string `json:"target"` // where the peer was found
	Protocol string `json:"protocol"`
	Framing  string `json:"framing,omitempty"`
	Settled  bool   `json:"settled,omitempty"` // it needs no time before anything is sent to it
}

// load returns all entries. An unreadable file counts as empty: findings can be found again.
func (f Findings) load() map[string]remembered {
	if f.File == "" {
		return nil
	}
	text, _ := statefile.Read(f.File)
	return read(text)
}

// read returns the entries that a file has.
func read(text []byte) map[string]remembered {
	all := make(map[string]remembered)
	if json.Unmarshal(text, &all) != nil || all == nil {
		return make(map[string]remembered)
	}
	return all
}

// Load returns the finding for t, or nil.
func (f Findings) Load(t transport.Target) *Finding {
	r, ok := f.load()[key(t)]
	if !ok {
		return nil
	}
	return f.read(t, r)
}

// read returns the finding that r is for t, nil if r makes no sense.
func (f Findings) read(t transport.Target, r remembered) *Finding {
	at := t
	if r.Target != t.String() {
		there, err := transport.ParseTarget(r.Target)
		if err != nil {
			return nil
		}
		if key(there) != key(t) {
			at = there
		}
	}
	if r.Protocol == "" || at.IsStream() == (r.Framing == "") || !f.Known(r.Protocol, r.Framing) {
		return nil
	}
	return &Finding{Target: at, Protocol: r.Protocol, Framing: r.Framing, Settled: r.Settled}
}

// Hint returns what t is likely to speak: what was found for it or, where nothing was, what was found at the same port
// elsewhere, by another name of this machine first, or else at the other ports of its host. Several that speak
// differently say nothing. nil: nothing is known.
func (f Findings) Hint(t transport.Target) *Finding {
	if found := f.Load(t); found != nil {
		return found
	}
	if t.Scheme != transport.SchemeTCP {
		return nil
	}
	host, port, _ := net.SplitHostPort(t.Normal().Address)
	var here, elsewhere, beside likeness
	for url, r := range f.load() {
		at, err := transport.ParseTarget(url)
		if err != nil || at.Scheme != t.Scheme {
			continue
		}
		found := f.read(at, r)
		if found == nil || found.Target.Scheme != t.Scheme {
			continue
		}
		switch itsHost, itsPort, _ := net.SplitHostPort(at.Normal().Address); {
		case itsHost == host && itsPort == port:
			here.add(found)
		case itsPort == port:
			elsewhere.add(found)
		case itsHost == host:
			beside.add(found)
		}
	}
	for _, like := range []likeness{here, elsewhere, beside} {
		if like.found != nil && !like.differ {
			return &Finding{Target: t, Protocol: like.found.Protocol, Framing: like.found.Framing}
		}
	}
	return nil
}

// A likeness is what several targets speak.
type likeness struct {
	found  *Finding // one of them
	differ bool
}

func (l *likeness) add(f *Finding) {
	l.differ = l.differ || l.found != nil && (l.found.Protocol != f.Protocol || l.found.Framing != f.Framing)
	l.found = f
}

// key returns under what the finding for t is stored.
func key(t transport.Target) string { return t.Normal().String() }

// Save stores the finding for t, except for a debugger, whose URL changes with every start. Several shells may save at
// the same time.
func (f Findings) Save(t transport.Target, found *Finding) error {
	r := remembered{found.Target.String(), found.Protocol, found.Framing, found.Settled}
	if found.Protocol == "cdp" && r.Target != t.String() {
		return f.Forget(t)
	}
	if f.load()[key(t)] == r {
		return nil
	}
	return f.update(t, func(all map[string]remembered) { all[key(t)] = r })
}

// Forget removes the finding for t, which turned out to be wrong.
func (f Findings) Forget(t transport.Target) error {
	if _, known := f.load()[key(t)]; !known {
		return nil
	}
	return f.update(t, func(all map[string]remembered) { delete(all, key(t)) })
}

func (f Findings) update(t transport.Target, change func(all map[string]remembered)) error {
	if f.File == "" {
		return nil
	}
	err := statefile.File{Path: f.File}.Update(func(text []byte) ([]byte, error) {
		all := read(text)
		change(all)
		return json.MarshalIndent(all, "", " ")
	})
	if err != nil {
		return fmt.Errorf("remembering what %s speaks: %w", t, plain.Error(err))
	}
	return nil
}
