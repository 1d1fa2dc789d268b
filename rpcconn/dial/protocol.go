package dial

import (
	"fmt"
	"strings"

	"rpcsh/rpcconn/dialect"
	"rpcsh/rpcconn/dialect/dialects"
	"rpcsh/rpcconn/framing"
)

// Auto is the name of a protocol or framing that is to be detected.
const Auto = "auto"

// The framing of a connection whose transport has frames.
const noFraming = ""

// A Protocol is what a peer speaks, above the framing.
type Protocol struct {
	Name  string // of its dialect
	Title string // as people write it
	dialect.Wire
}

func protocolOf(d *dialect.Dialect) Protocol {
	return Protocol{Name: d.Name, Title: d.Title, Wire: *d.Wire}
}

// Protocols returns the protocols that there are, the default one first.
func Protocols() []Protocol {
	var all []Protocol
	for _, d := range dialects.Protocols() {
		all = append(all, protocolOf(d))
	}
	return all
}

// ProtocolNames returns the names that people choose a protocol by.
func ProtocolNames() []string {
	names := []string{Auto}
	for _, d := range dialects.Protocols() {
		names = append(names, d.Name)
	}
	return names
}

// FramingNames returns the names that people choose a framing by.
func FramingNames() []string { return append([]string{Auto}, framing.Names()...) }

// FindProtocol returns the protocol called name; "" is the default one.
func FindProtocol(name string) (Protocol, error) {
	if name == "" {
		return protocolOf(dialects.Protocols()[0]), nil
	}
	if d := dialects.Find(name); d != nil && d.Wire != nil {
		return protocolOf(d), nil
	}
	return Protocol{}, fmt.Errorf("protocol %q is not known: choose one of %s", name,
		strings.Join(ProtocolNames(), ", "))
}
