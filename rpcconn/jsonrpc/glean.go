package jsonrpc

import (
	"bytes"

	"rpcsh/rpcconn"
	"rpcsh/rpcconn/jsontext"
)

var _ rpcconn.Gleaner = (*Codec)(nil)

// Glean implements rpcconn.Gleaner. It finds the members of the message, or of a batch's, in text that is no JSON: it
// counts brackets and reads strings, and minds nothing else. Strings may be in single quotes. Of words, it is what they
// quote.
func (c *Codec) Glean(text []byte) rpcconn.Fragment {
	if otherUnicode(text) != "" {
		text = bytes.TrimLeft(bytes.ReplaceAll(text, []byte{0}, nil), "\xfe\xff")
	}
	text = bytes.TrimPrefix(text[jsontext.Space(text, 0):], []byte(byteOrderMark))
	text = text[jsontext.Space(text, 0):]
	g := gleaner{text: text, level: 1}
	if rpcconn.IsNoise(text) {
		g.found.Noise = true
		g.text = text[max(0, bytes.IndexByte(text, '{')):]
		text = g.text
	}
	if first(text) == '[' {
		g.level = 2
	}
	if first(text) == '{' || first(text) == '[' {
		g.read()
	}
	return g.found
}

// A gleaner reads broken text.
type gleaner struct {
	text  []byte
	level int // how many brackets are open around the members of a message
	found rpcconn.Fragment
}

func (g *gleaner) read() {
	depth := 0
	for i := 0; i < len(g.text); i++ {
		switch c := g.text[i]; c {
		case '{', '[':
			depth++
		case '}', ']':
			depth--
		case '"', '\'':
			start := i + 1
			i = g.closing(i)
			if depth != g.level || i == len(g.text) {
				continue
			}
			if colon := jsontext.Space(g.text, i+1); colon < len(g.text) && g.text[colon] == ':' {
				g.member(string(g.text[start:i]), colon+1)
			}
		}
	}
}

// closing returns where the quote that ends the string stands whose first quote is at i.
func (g *gleaner) closing(i int) int {
	quote := g.text[i]
	for i++; i < len(g.text) && g.text[i] != quote; i++ {
		if g.text[i] == '\\' {
			i++
		}
	}
	return min(i, len(g.text))
}

// member takes note of a member whose value begins at i, after white space.
func (g *gleaner) member(name string, i int) {
	switch name {
	case "method", "params":
		g.found.Request = true
	case "result", "error":
		g.found.Outcome = true
	case "id":
		if id := g.value(jsontext.Space(g.text, i)); id != nil && len(g.found.IDs) < maxBatch {
			g.found.IDs = append(g.found.IDs, rpcconn.ParseID(id))
		}
	}
}

// value returns the number or the string at i; nil where there is none, or not the whole of it, or null.
func (g *gleaner) value(i int) []byte {
	switch first(g.text[i:]) {
	case '"', '\'':
		end := g.closing(i)
		if end == len(g.text) {
			return nil
		}
		return append(append([]byte{'"'}, g.text[i+1:end]...), '"')
	}
	n := bytes.IndexAny(g.text[i:], ",}] \t\r\n")
	if n <= 0 {
		return nil
	}
	id := g.text[i : i+n]
	if _, end, err := jsontext.Value(id); err != nil || end != n || id[0] == 'n' {
		return nil
	}
	return id
}
