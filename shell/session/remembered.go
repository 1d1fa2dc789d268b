package session

import (
	"encoding/json"
	"slices"
	"sync"

	"rpcsh/rpcconn/catalog"
	"rpcsh/rpcconn/dialect"
	"rpcsh/rpcconn/dialect/openrpc"
)

// A memory is what a run without a person knows of a peer though it asks nothing: what is remembered of earlier runs,
// and the tables of dialects. It says how a call is meant, and refuses none.
type memory struct {
	once sync.Once
	kept *catalog.Catalog

	mu     sync.Mutex                  // protects what follows
	tables map[string]*catalog.Catalog // of dialects that the peer may have, by their names
}

// table returns the table of a dialect, which has one.
func (m *memory) table(of *dialect.Dialect) *catalog.Catalog {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.tables[of.Name] == nil {
		table := catalog.New()
		table.Replace(of.Table())
		if m.tables == nil {
			m.tables = make(map[string]*catalog.Catalog)
		}
		m.tables[of.Name] = table
	}
	return m.tables[of.Name]
}

// Remembered returns the methods that p is known to have, those of earlier runs included.
func (d *Discovery) Remembered(p *Peer) []catalog.Method {
	all := slices.Clone(p.known.Methods())
	if !d.session.opts.Attended {
		all = append(all, d.kept(p).Methods()...)
	}
	return slices.DeleteFunc(all, func(m catalog.Method) bool { return m.Ours })
}

// kept returns what is remembered of p, and what the dialect has that was named.
func (d *Discovery) kept(p *Peer) *catalog.Catalog {
	p.memory.once.Do(func() {
		p.memory.kept, _ = d.session.opts.Store.Load(p.storedAs) // what cannot be read has been told
		if text, err := json.Marshal(d.session.opts.Beforehand); err == nil && d.session.opts.Beforehand != nil {
			if learned, err := openrpc.Read(text); err == nil {
				p.memory.kept.Replace(learned)
			}
		}
		own := p.Dialect()
		if own == nil || own.Table == nil {
			return
		}
		if answered, _ := p.memory.kept.Asked(own.Name); !answered { // or it has said which of them it has
			p.memory.kept.Replace(own.Table())
		}
	})
	return p.memory.kept
}

// recall returns a catalog that tells how a method of p is called, in a run without a person; nil: none does.
func (d *Discovery) recall(p *Peer, method string) *catalog.Catalog {
	if d.session.opts.Attended {
		return nil
	}
	kept := d.kept(p)
	if _, known := kept.Find(method); known {
		return kept
	}
	w, known := p.Link().Wire()
	if !known {
		return nil
	}
	for _, by := range d.fitting(p, w) {
		if by.Table == nil || !by.Tabled(method) {
			continue
		}
		if table := p.memory.table(by); table.Knows(method) {
			return table
		}
	}
	return nil
}
