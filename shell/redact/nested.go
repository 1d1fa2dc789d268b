package redact

import (
	"bytes"

	"rpcsh/rpcconn/jsontext"
)

// maxDepth is how deep JSON texts in strings of JSON texts are looked into.
const maxDepth = 4

// nested masks the secrets of the JSON text that a string is, whose own text is between two offsets, and reports
// whether it is one. Only they change: what is escaped stays as it is escaped.
func (w *walk) nested(from, to int, at place) (isJSON bool) {
	escaped := w.text[from:to]
	if w.depth >= maxDepth || len(escaped) < len(`[{}]`) || !mayBegin(escaped) {
		return false
	}
	text, err := jsontext.Unquote(w.text[from-1 : to+1])
	if err != nil || jsontext.FirstByte([]byte(text)) != '{' && jsontext.FirstByte([]byte(text)) != '[' {
		return false
	}
	in := walk{m: w.m, text: []byte(text), urls: w.urls, depth: w.depth + 1}
	if !in.run(place{paths: at.paths, depth: at.depth}) {
		return false
	}
	offsets := make([]int, 0, 2*len(in.found))
	for _, e := range in.found {
		offsets = append(offsets, e.from, e.to)
	}
	jsontext.Escaped(escaped, offsets)
	for i, e := range in.found {
		quoted := jsontext.Quote(e.text)
		w.replace(from+offsets[2*i], from+offsets[2*i+1], quoted[1:len(quoted)-1])
	}
	return true
}

// mayBegin reports whether what is escaped may be an array or object.
func mayBegin(escaped []byte) bool {
	switch escaped[0] {
	case '{', '[', ' ':
		return true
	case '\\': // before a line break or a blank, or any character in digits
		return bytes.IndexByte([]byte("nrtu"), escaped[1]) >= 0
	}
	return false
}
