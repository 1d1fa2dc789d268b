package catalog

import "rpcsh/rpcconn/jsontext"

// jsonText returns s as a JSON string.
func jsonText(s string) string { return string(jsontext.AppendQuote(nil, s)) }

// jsonTexts returns list as a JSON array of strings.
func jsonTexts(list []string) string {
	text := []byte{'['}
	for i, s := range list {
		if i > 0 {
			text = append(text, ',')
		}
		text = jsontext.AppendQuote(text, s)
	}
	return string(append(text, ']'))
}

// isIdentifier reports whether s is an ASCII letter or underscore, and such and digits behind it, so that it can be part of a reference.
func isIdentifier(s string) bool {
	for i, c := range []byte(s) {
		if c != '_' && (c|0x20 < 'a' || c|0x20 > 'z') && (i == 0 || c < '0' || c > '9') {
			return false
		}
	}
	return s != ""
}
