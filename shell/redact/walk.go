package redact

import (
	"bytes"

	"rpcsh/rpcconn/jsontext"
)

// A walk goes through a message once, and finds its secrets.
type walk struct {
	m     *Masker
	text  []byte
	i     int    // of the next byte
	found []edit // the masks, in the order of the text
	late  map[int]class

	depth    int // of JSON texts in strings around this one
	around   []container
	urls     bool // a string may have a URL with a password
	progress bool // it has been looked up whether the message is about progress
	isAbout  bool // it is
}

// An edit puts text in place of what is between two offsets.
type edit struct {
	from, to int
	text     string
}

// A container is an array or object that is open.
type container struct {
	array   bool
	role    role
	class   class  // of all that is in it
	start   int    // where it begins
	index   int    // of the next element
	paths   uint64 // the JSON pointers that lead here, a bit each
	depth   int    // how many segments of these have been gone
	name    int    // where the text of the string is that says what the value beside it is called
	nameEnd int    // 0: there is none
}

// A place is where a value stands.
type place struct {
	class class
	role  role
	paths uint64 // that lead there
	depth int
}

// run goes through the text, which stands at a place, and reports whether it looks like JSON. It checks no more than it
// needs for that: a text with a number that is none is gone through, too. What was found in no JSON is forgotten.
func (w *walk) run(at place) (isJSON bool) {
	added, last := len(w.m.added), w.m.last
	w.late = w.m.lateNamesLocked(w.text)
	if isJSON = w.all(at); !isJSON {
		for _, key := range w.m.added[added:] {
			delete(w.m.numbers, key)
		}
		w.m.added, w.m.last, w.found = w.m.added[:added], last, w.found[:0]
	}
	return isJSON
}

// all is run without its beginning and its end.
func (w *walk) all(at place) (isJSON bool) {
	isKey, values := false, 0 // values: those that stand in nothing
	for w.i < len(w.text) {
		if c := w.text[w.i]; len(w.around) == 0 && c > ' ' {
			if values++; values > 1 || c == ',' || c == ':' {
				return false
			}
		}
		switch c := w.text[w.i]; c {
		case ' ', '\t', '\n', '\r', ':':
			w.i++
		case ',':
			w.i++
			at, isKey = w.next()
		case '{', '[':
			if w.masksWhole(at) {
				continue
			}
			in := container{
				array: c == '[', role: at.role, class: at.class, paths: at.paths, depth: at.depth, start: w.i,
			}
			if at.role == described && !in.array {
				in.class = public
			}
			w.around = append(w.around, in)
			w.i++
			at, isKey = w.next()
		case '}', ']':
			if len(w.around) == 0 || w.around[len(w.around)-1].array != (c == ']') {
				return false
			}
			w.around = w.around[:len(w.around)-1]
			w.i++
		case '"':
			end := stringEnd(w.text, w.i)
			if end < 0 {
				return false
			}
			if isKey {
				at, isKey = w.member(w.text[w.i+1:end-1]), false
				w.i = end
				continue
			}
			w.str(end, at)
		default:
			if isKey || !w.scalar(at) {
				return false
			}
		}
	}
	return len(w.around) == 0 && values == 1
}

// next returns where the next element of the array at hand stands, or that a key comes.
func (w *walk) next() (at place, isKey bool) {
	if len(w.around) == 0 {
		return place{}, false
	}
	in := &w.around[len(w.around)-1]
	if !in.array {
		return place{}, true
	}
	at = place{class: in.class, depth: in.depth}
	if len(w.around) == 1 && w.depth == 0 { // a batch
		at.paths = in.paths
		return at, false
	}
	if in.paths != 0 {
		at = w.follow(in, func(segment string) bool { return isIndex(segment, in.index) })
		at.class = in.class
	}
	in.index++
	return at, false
}

// member returns where the value of a member stands.
func (w *walk) member(key []byte) place {
	in := &w.around[len(w.around)-1]
	var at place
	if in.paths != 0 {
		name := plainText(key)
		at = w.follow(in, func(segment string) bool { return segment == name })
	}
	at.class, at.role = w.m.lookUpLocked(key)
	at.class = max(at.class, in.class)
	switch {
	case in.role == schemas:
		at.role = described
	case at.role == named && in.nameEnd > 0:
		if c := w.m.classLocked(w.text[in.name:in.nameEnd]); c != secrets {
			at.class = max(at.class, c)
		}
	case at.role == named:
		at.class = max(at.class, w.late[in.start])
	}
	return at
}

// follow returns the place in a container to which a step leads that is taken by those JSON pointers whose segment
// fits.
func (w *walk) follow(in *container, fits func(segment string) bool) place {
	at := place{depth: in.depth + 1}
	for i, path := range w.m.rules.paths {
		if in.paths&(1<<i) != 0 && len(path) > in.depth && fits(path[in.depth]) {
			at.paths |= 1 << i
		}
	}
	return at
}

func isIndex(segment string, index int) bool {
	n := 0
	for _, c := range []byte(segment) {
		if c < '0' || c > '9' || n > index {
			return false
		}
		n = n*10 + int(c-'0')
	}
	return segment != "" && n == index
}

// masksWhole masks the value at hand if a JSON pointer ends there.
func (w *walk) masksWhole(at place) bool {
	if at.paths == 0 || at.depth == 0 {
		return false
	}
	for i, path := range w.m.rules.paths {
		if at.paths&(1<<i) == 0 || len(path) != at.depth {
			continue
		}
		_, size, err := jsontext.Value(w.text[w.i:])
		if err != nil {
			return false // it is nested too deep for that, or no value
		}
		value := w.text[w.i : w.i+size]
		name := string(value)
		if value[0] == '"' {
			name = plainText(value[1 : len(value)-1])
		}
		if !w.m.isMaskLocked(name) {
			w.replace(w.i, w.i+size, `"`+w.m.maskLocked(name)+`"`)
		}
		w.i += size
		return true
	}
	return false
}

// replace puts text in place of what is between two offsets.
func (w *walk) replace(from, to int, text string) {
	w.found = append(w.found, edit{from, to, text})
}

// masked returns the text with its secrets masked.
func (w *walk) masked() []byte {
	out, done := make([]byte, 0, len(w.text)), 0
	for _, e := range w.found {
		out = append(append(out, w.text[done:e.from]...), e.text...)
		done = e.to
	}
	return append(out, w.text[done:]...)
}

// str looks at the string from w.i to end, and goes past it.
func (w *walk) str(end int, at place) {
	if w.masksWhole(at) {
		return
	}
	inner := w.text[w.i+1 : end-1]
	from := w.i + 1
	w.i = end
	if at.role == naming {
		in := &w.around[len(w.around)-1]
		in.name, in.nameEnd = from, end-1
	}
	isSecret := w.isSecret(at.class)
	if !isSecret { // most strings
		if name, value, found := headerOf(inner); found && w.m.classLocked(name) != secrets {
			if isSecret = w.isSecret(w.m.classLocked(name)); isSecret {
				from = end - 1 - len(value)
				inner = value
			}
		}
		if !isSecret && len(inner) >= minKnown && len(w.m.numbers) > 0 {
			isSecret = w.m.isKnownLocked(inner)
		}
		if !isSecret {
			if !w.nested(from, end-1, at) {
				w.passwords(from, end-1)
			}
			return
		}
	}
	if scheme := schemeOf(inner); scheme > 0 {
		from += scheme
		inner = inner[scheme:]
	}
	if text := plainText(inner); text != "" && !w.m.isMaskLocked(text) {
		w.replace(from, end-1, w.m.maskLocked(text))
	}
}

// passwords masks those of the URLs between two offsets.
func (w *walk) passwords(from, to int) {
	if !w.urls || bytes.IndexByte(w.text[from:to], '@') < 0 {
		return
	}
	for _, found := range password().FindAllSubmatchIndex(w.text[from:to], -1) {
		if text := plainText(w.text[from+found[2] : from+found[3]]); !w.m.isMaskLocked(text) {
			w.replace(from+found[2], from+found[3], w.m.maskLocked(text))
		}
	}
}

// scalar looks at a number or a literal, goes past it, and reports whether it looks like one.
func (w *walk) scalar(at place) bool {
	if w.masksWhole(at) {
		return true
	}
	from := w.i
	isNumber := true
	for ; w.i < len(w.text); w.i++ {
		c := w.text[w.i]
		if c <= ' ' || c == ',' || c == ']' || c == '}' {
			break
		}
		isNumber = isNumber && (c-'0' <= 9 || c == '-' || c == '.' || c|0x20 == 'e' || c == '+')
	}
	switch value := w.text[from:w.i]; {
	case len(value) == 0: // a control character, at which it would stay
		return false
	case !isNumber:
		return string(value) == "true" || string(value) == "false" || string(value) == "null"
	case at.class != secrets && w.isSecret(at.class):
		w.replace(from, w.i, `"`+w.m.maskLocked(string(value))+`"`)
	}
	return true
}

func (w *walk) isSecret(c class) bool {
	if c != progress {
		return c != public
	}
	if !w.progress {
		w.progress = true
		w.isAbout = bytes.Contains(w.text, []byte(`"$/progress"`)) ||
			bytes.Contains(w.text, []byte(`"window/workDoneProgress/`))
	}
	return !w.isAbout
}

// stringEnd returns the offset behind the string that begins at offset i of a text, -1 where it does not end.
func stringEnd(text []byte, i int) int {
	for i++; ; {
		quote := bytes.IndexByte(text[i:], '"')
		if quote < 0 {
			return -1
		}
		i += quote
		escapes := i
		for text[escapes-1] == '\\' {
			escapes--
		}
		if i++; (i-1-escapes)%2 == 0 {
			return i
		}
	}
}

// plainText returns what a string says of which text is what stands between its quotes.
func plainText(text []byte) string {
	if bytes.IndexByte(text, '\\') < 0 {
		return string(text)
	}
	said, err := jsontext.Unquote(append(append([]byte{'"'}, text...), '"'))
	if err != nil {
		return string(text)
	}
	return said
}

// maxHeaderName is how long the name of a header may be, in bytes, before the colon in a string.
const maxHeaderName = 40

// headerOf returns the name and the value of a string that is a header, as in "Cookie: a=b", or another pair of a name
// and a value, as in "token:xyz".
func headerOf(text []byte) (name, value []byte, found bool) {
	i := bytes.IndexByte(text[:min(len(text), maxHeaderName)], ':')
	if i < 1 {
		return nil, nil, false
	}
	for _, c := range text[:i] {
		if c != '-' && c != '_' && (c|0x20 < 'a' || c|0x20 > 'z') && (c < '0' || c > '9') {
			return nil, nil, false
		}
	}
	return text[:i], bytes.TrimLeft(text[i+1:], " "), true
}
