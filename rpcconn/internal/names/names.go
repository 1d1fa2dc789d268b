// Package names keeps strings that recur in messages, such as method names, so that a codec allocates each of them
// once.
package names

// Limits on what a peer can make a Table keep.
const (
	MaxNames = 512
	MaxSize  = 128 // of one name, in bytes
)

// A Table holds strings that were seen before; create it with make. A peer that sends ever new strings, or long ones,
// fills it, but not beyond MaxNames times MaxSize bytes. One goroutine uses it.
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
