// Package methods shows what is known of methods: lists, groups, descriptions, lines that call a method, and
// suggestions for unknown names. It asks no peer; all it knows comes from package catalog.
package methods

import (
	"strings"

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

// Help returns a method's signature without the name, and its summary.
func Help(m catalog.Method) string {
	help := strings.TrimPrefix(m.Signature(), m.Name)
	if m.Deprecated {
		help += " deprecated"
	}
	return strings.TrimSpace(help + " " + m.Summary)
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
