package detect

import (
	"encoding/json"
	"fmt"
	"net"
	"os"
	"path/filepath"

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
	all := make(map[string]remembered)
	if f.File == "" {
		return all
	}
	data, err := os.ReadFile(f.File)
	if err != nil || json.Unmarshal(data, &all) != nil || all == nil {
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

// Save stores the finding for t, except for a debugger, whose URL changes with every start. Shells that save at the
// same time may lose each other's findings, which are then found again.
func (f Findings) Save(t transport.Target, found *Finding) error {
	if f.File == "" {
		return nil
	}
	r := remembered{found.Target.String(), found.Protocol, found.Framing, found.Settled}
	if found.Protocol == "cdp" && r.Target != t.String() {
		return f.Forget(t)
	}
	all := f.load()
	if all[key(t)] == r {
		return nil
	}
	all[key(t)] = r
	return f.save(t, all)
}

// Forget removes the finding for t, which turned out to be wrong.
func (f Findings) Forget(t transport.Target) error {
	all := f.load()
	if _, known := all[key(t)]; !known {
		return nil
	}
	delete(all, key(t))
	return f.save(t, all)
}

func (f Findings) save(t transport.Target, all map[string]remembered) error {
	data, err := json.MarshalIndent(all, "", " ")
	if err == nil {
		err = replaceFile(f.File, data)
	}
	if err != nil {
		return fmt.Errorf("remembering what %s speaks: %w", t, err)
	}
	return nil
}

// replaceFile replaces a file atomically, so that nobody reads half of it. Only its owner may read it.
func replaceFile(path string, data []byte) error {
	folder := filepath.Dir(path)
	if err := os.MkdirAll(folder, 0o700); err != nil {
		return err
	}
	temp, err := os.CreateTemp(folder, filepath.Base(path)+".*")
	if err != nil {
		return err
	}
	_, err = temp.Write(data)
	if closed := temp.Close(); err == nil {
		err = closed
	}
	if err == nil {
		err = os.Rename(temp.Name(), path)
	}
	if err != nil {
		_ = os.Remove(temp.Name())
	}
	return err
}
