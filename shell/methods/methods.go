// Package methods is what is known of methods, as people read it: lists, groups, descriptions, lines that call a
// method, and the names that may have been meant by one that is not known. It asks nobody; what is known comes from
// package catalog.
package methods

import (
	"strings"

	"rpcsh/rpcconn/catalog"
	"rpcsh/shell/view"
)

// A Page is where methods are shown: how wide, in columns, and in which colours.
type Page struct {
	Width  int
	Colors *view.Palette
}

// WidestText is how wide lines of text are at the most, in columns.
const WidestText = 100

// Help returns what follows a method's name in its signature, and what it is for.
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
