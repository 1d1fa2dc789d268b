package jsonrpc

// names holds strings that were seen before, so that a string that comes with every message is allocated once. A peer
// that makes up ever new ones, or long ones, fills it but makes it no larger than maxNames times maxNameSize bytes.
type names map[string]string

const (
	maxNames    = 512
	maxNameSize = 128
)

// get returns text as a string.
func (n names) get(text []byte) string {
	if name, ok := n[string(text)]; ok {
		return name
	}
	name := string(text)
	if len(n) < maxNames && len(name) <= maxNameSize {
		n[name] = name
	}
	return name
}
