package redact

import (
	"bytes"
	"regexp"

	"rpcsh/rpcconn/lazyregexp"
)

const schemes = `(?i:basic|bearer|digest|token|negotiate) +`

// maxScheme is how long the name of a scheme is at most, with the space behind it.
const maxScheme = len("negotiate ")

var (
	// authScheme is what stands before credentials (RFC 9110 section 11.4), and is no secret.
	authScheme = lazyregexp.New(`^` + schemes)
	// pairName is a name before a value in text that is no JSON: a broken message, a header, a line of a log, a query,
	// a flag of a command line.
	pairName = lazyregexp.New(`(?:(?:^|\s)--?([A-Za-z][A-Za-z0-9_-]*)\s*[:=\s]|` +
		`([A-Za-z][A-Za-z0-9_-]*)["']?\s*[:=])\s*`)
	// pairValue is a value behind it that is no array and no object.
	pairValue = lazyregexp.New(`^(?:"(?:[^"\\]|\\.)*|'[^']*|(?:` + schemes + `)?[^\s"',;&})\]]+)`)
	// password is the one in a URL, whose slashes are escaped in some JSON.
	password = lazyregexp.New(`:\\?/\\?/[^/\s:@"]*:([^/\s@"]+)@`)
)

// schemeOf returns how long the authentication scheme is that a text begins with.
func schemeOf(text []byte) int {
	if bytes.IndexByte(text[:min(len(text), maxScheme)], ' ') < 0 {
		return 0
	}
	return len(authScheme().Find(text))
}

// A loose walk masks what looks like a secret in text that is no JSON.
type loose struct {
	m    *Masker
	text []byte
	out  []byte // what the text before done has become
	done int
	n    int // values that were masked
}

func (m *Masker) looseLocked(text []byte) (masked []byte, n int) {
	l := loose{m: m, text: text}
	url, named := after(password(), text, 0), after(pairName(), text, 0)
	for url != nil || named != nil {
		if url != nil && (named == nil || url[0] <= named[1]) {
			l.put(url[2], url[3])
			if named != nil && named[0] < url[3] {
				named = after(pairName(), text, url[3])
			}
			url = after(password(), text, url[3])
			continue
		}
		named = after(pairName(), text, l.value(named))
	}
	if l.n == 0 {
		return text, 0
	}
	return append(l.out, text[l.done:]...), l.n
}

// value masks what stands behind a match of pairName if its name is a secret's. It returns where the next name may be:
// within a value that is none.
func (l *loose) value(named []int) int {
	name, from := l.text[max(named[2], named[4]):max(named[3], named[5])], named[1]
	c := l.m.classLocked(name)
	rest := l.text[from:]
	switch {
	case len(rest) == 0 || c == public:
		return from
	case rest[0] == '[' || rest[0] == '{':
		return l.nested(from)
	case c == secrets:
		return from
	case rest[0] == '-' && bytes.IndexByte(l.text[named[0]:from], '=') < 0 && named[2] >= 0:
		return from // the flag has no value: another one follows
	}
	found := pairValue().FindIndex(rest)
	if found == nil {
		return from
	}
	to := from + len(bytes.TrimRight(rest[:found[1]], ":.")) // what a sentence has behind it
	if rest[0] == '"' || rest[0] == '\'' {
		from++
	}
	l.put(from, to)
	return max(from, to)
}

// nested masks the strings and words of the array or object that begins at an offset, but for names, and returns where
// it ends.
func (l *loose) nested(from int) int {
	depth := 0
	for i := from; i < len(l.text); {
		switch c := l.text[i]; {
		case c == '[' || c == '{':
			depth++
			i++
		case c == ']' || c == '}':
			i++
			if depth--; depth == 0 {
				return i
			}
		case c <= ' ' || c == ',' || c == ':':
			i++
		default:
			i = l.word(i)
		}
	}
	return len(l.text)
}

// word masks the string or word that begins at an offset, unless it is a name or a literal, and returns where it ends.
func (l *loose) word(from int) (end int) {
	to := 0
	switch l.text[from] {
	case '"', '\'':
		found := pairValue().FindIndex(l.text[from:])
		from, to = from+1, from+found[1]
		end = min(to+1, len(l.text))
	default:
		to = len(l.text)
		if i := bytes.IndexAny(l.text[from:], " \t\r\n,:\"'[]{}"); i >= 0 {
			to = from + i
		}
		end = to
	}
	behind := bytes.TrimLeft(l.text[end:], " \t\r\n")
	switch string(l.text[from:to]) {
	case "true", "false", "null":
		return end
	}
	if len(behind) == 0 || behind[0] != ':' {
		l.put(from, to)
	}
	return end
}

// put masks what stands between two offsets.
func (l *loose) put(from, to int) {
	if from >= to {
		return
	}
	from += schemeOf(l.text[from:to])
	value := l.text[from:to]
	if from < l.done || len(value) == 0 || string(value) == nothing || l.m.isMaskLocked(string(value)) {
		return
	}
	l.out = append(append(l.out, l.text[l.done:from]...), l.m.maskLocked(string(value))...)
	l.done = to
	l.n++
}

// after returns the offsets of the next match behind an offset, nil for none.
func after(expression *regexp.Regexp, text []byte, offset int) []int {
	found := expression.FindSubmatchIndex(text[offset:])
	for i := range found {
		if found[i] >= 0 {
			found[i] += offset
		}
	}
	return found
}
