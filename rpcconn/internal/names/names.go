// Package names keeps strings that recur in messages, such as method names, so that a codec allocates each of them
// once.
package names

// Limits on what a peer can make a Table keep.
const (
	MaxNames = 512
	MaxSize  = 128 // of one name, in bytes
)

// A Table holds strings that were seen before. A peer that sends ever new strings, or long ones, fills it, but not
// beyond MaxNames times MaxSize bytes. One goroutine uses it. The zero Table is ready to use.
type Table struct {
	Kept map[string]string // each under itself
	last string            // found without looking it up: many messages in a row have the same method
}

// Get returns text as a string.
func (t *Table) Get(text []byte) string {
	if string(text) == t.last {
		return t.last
	}
	name, known := t.Kept[string(text)]
	if !known {
		name = string(text)
		if len(name) > MaxSize {
			return name
		}
		if len(t.Kept) < MaxNames {
			t.keep(name)
		}
	}
	t.last = name
	return name
}

func (t *Table) keep(name string) {
	if t.Kept == nil {
		t.Kept = make(map[string]string)
	}
	t.Kept[name] = name
}
