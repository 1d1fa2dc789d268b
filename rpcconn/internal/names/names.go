// Package names keeps strings that come with every message, method names above all, so that a codec allocates each of
// them once.
package names

// Limits on what a peer can make a Table keep.
const (
	MaxNames = 512
	MaxSize  = 128 // of one name, in bytes
)

// A Table holds strings that were seen before; make one with make. A peer that makes up ever new ones, or long ones,
// fills it but makes it no larger than MaxNames times MaxSize bytes. It is for one goroutine.
type Table map[string]string

// Get returns text as a string.
func (t Table) Get(text []byte) string {
	if name, ok := t[string(text)]; ok {
		return name
	}
	name := string(text)
	if len(t) < MaxNames && len(name) <= MaxSize {
		t[name] = name
	}
	return name
}
