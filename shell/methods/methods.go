// Package methods shows what is known of methods: lists, groups, descriptions, lines that call a method, and
// suggestions for unknown names. It asks no peer; all it knows comes from package catalog.
package methods

import (
	"bytes"

	"rpcsh/rpcconn/catalog"
	"rpcsh/shell/view"
)

// A Page says how wide the place is in which methods are shown, in columns, and in which colours.
type Page struct {
	Width  int
	Colors *view.Palette
}

// WidestText is the greatest width of lines of text, in columns.
const WidestText = 100

// Help returns a method's signature without the name, and its summary. It is written in memory first, whose bytes are
// lost: a list is made of many with each key.
func Help(m *catalog.Method, memory []byte) string {
	help := m.AppendCall(memory[:0])
	if m.Deprecated {
		help = append(help, " deprecated"...)
	}
	help = append(append(help, ' '), m.Summary...)
	return string(bytes.TrimSpace(help))
}

// sourceText says where something was learned.
func sourceText(source catalog.Source) string {
	switch source {
	case catalog.SourceTraffic:
		return "seen from the peer"
	case catalog.SourceUsed:
		return "used here"
	case catalog.SourceCode:
		return "read from source code"
	case catalog.SourceSchema:
		return "read from a document"
	}
	return "learned by " + view.Visible(source.String())
}
