package jsontext

import (
	"errors"
	"strconv"
)

// A PlaceError says which value of a text cannot be used, and why.
type PlaceError struct {
	Place string // of the value, as Path has it
	Err   error
}

// Error implements error: the place, where there is one, and the text of Err.
func (e *PlaceError) Error() string {
	if e.Place == "" {
		return e.Err.Error()
	}
	return e.Place + ": " + e.Err.Error()
}

// Unwrap returns Err.
func (e *PlaceError) Unwrap() error { return e.Err }

// AtMember returns err as that of the member of that name, within which a *PlaceError has its place.
func AtMember(name string, err error) error {
	var p *PlaceError
	if errors.As(err, &p) {
		return &PlaceError{name + p.Place, p.Err}
	}
	return &PlaceError{name, err}
}

// maxStep is how much of a long key a path shows, in bytes of its JSON text.
const maxStep = 60

// Path returns the way through text, which is valid, to the innermost value that offset is in, as people write it:
// .a[1]["b c"]; "" for text itself. Where a key is long, its beginning stands for it.
func Path(text []byte, offset int) string {
	var path []byte
	w := Walker{Text: text, Pos: space(text, 0)}
	for {
		bracket := w.Peek()
		if bracket != '{' && bracket != '[' {
			return string(path)
		}
		w.Pos++
		inside, known := -1, len(path)
		for i := 0; inside < 0; i++ {
			if more, err := w.More(bracket+2, i == 0); !more || err != nil { // in ASCII, these are two further on
				return string(path[:known])
			}
			path = path[:known]
			if bracket == '{' {
				key, err := w.Key()
				if err != nil {
					return string(path[:known])
				}
				path = appendStep(path, key)
			} else {
				path = append(strconv.AppendInt(append(path, '['), int64(i), 10), ']')
			}
			start := w.Pos
			if _, err := w.Scan(); err != nil || offset < start {
				return string(path[:known])
			}
			if offset < w.Pos {
				inside = start
			}
		}
		w.Pos = inside
	}
}

// appendStep appends the step to the value of a key, a JSON string.
func appendStep(path, key []byte) []byte {
	name := key[1 : len(key)-1]
	plain := len(name) > 0 && len(name) <= maxStep
	for _, c := range name {
		plain = plain && (c == '_' || c == '$' || isDigit(c) || c|0x20 >= 'a' && c|0x20 <= 'z')
	}
	switch {
	case plain:
		return append(append(path, '.'), name...)
	case len(key) > maxStep:
		return append(append(append(path, '['), cutText(key, maxStep)...), "…]"...)
	default:
		return append(append(append(path, '['), key...), ']')
	}
}

// cutText returns the first bytes of text, at most size, that are whole characters.
func cutText(text []byte, size int) []byte {
	for size > 0 && text[size]&0xc0 == 0x80 {
		size--
	}
	return text[:size]
}
