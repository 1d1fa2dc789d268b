// Package shape lays JSON values out for people: as a table, as a tree, and bytes as a hexdump. It prints nothing, and
// has its colours and the spelling of values from a Style.
package shape

import "encoding/json"

// A Style says how what is laid out looks. Its functions return what takes as many columns as the text they are given.
type Style struct {
	Whole   bool                         // nothing is shortened but for the width of the window
	JSON    func(json.RawMessage) string // a value on one line, without colours
	Paint   func(text string) string     // gives what JSON returns its colours
	Visible func(text string) string     // text of a peer, such as the name of a member, fit for a terminal
	// These give parts their colours.
	Key, Str, Bold, Dim func(text string) string
}

// longest is how many bytes of a value a cell shows where not all is shown.
const longest = 1 << 16

// isContainer reports whether a value is made of others.
func isContainer(value []byte) bool { return len(value) > 0 && (value[0] == '{' || value[0] == '[') }
