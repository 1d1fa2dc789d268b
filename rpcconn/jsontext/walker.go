package jsontext

// A Walker is a Cursor for text that need not be valid. It checks what it passes over, so that a translator reads valid
// text once. Its errors say that the text is not valid, and no more: [Valid] says why.
type Walker struct {
	Text []byte
	Pos  int // of the next byte
}

// More goes to the next key of an object or element of an array, the first one or one behind another, and reports
// whether there is one before the closing bracket, which it goes past.
func (w *Walker) More(closing byte, first bool) (bool, error) {
	w.Pos = space(w.Text, w.Pos)
	switch {
	case w.Pos >= len(w.Text):
		return false, ErrIncomplete
	case w.Text[w.Pos] == closing:
		w.Pos++
		return false, nil
	case first:
		return true, nil
	case w.Text[w.Pos] != ',':
		return false, unexpected(w.Text, w.Pos, "','")
	}
	w.Pos = space(w.Text, w.Pos+1)
	if w.Pos < len(w.Text) && w.Text[w.Pos] == closing {
		return false, unexpected(w.Text, w.Pos, "a value")
	}
	return true, nil
}

// Key returns the key at hand, quotes included, and goes to its value.
func (w *Walker) Key() ([]byte, error) {
	if w.Peek() != '"' {
		return nil, unexpected(w.Text, w.Pos, "a string as key")
	}
	key, err := w.Scan()
	if err != nil {
		return nil, err
	}
	if w.Pos = space(w.Text, w.Pos); w.Peek() != ':' {
		return nil, unexpected(w.Text, w.Pos, "':'")
	}
	w.Pos = space(w.Text, w.Pos+1)
	return key, nil
}

// Peek returns the byte at hand; 0: the text ends here.
func (w *Walker) Peek() byte {
	if w.Pos >= len(w.Text) {
		return 0
	}
	return w.Text[w.Pos]
}

// Scan returns the text of the value at hand, and goes past it. The error is Value's.
func (w *Walker) Scan() ([]byte, error) {
	end, err := value(w.Text, w.Pos, 0)
	if err != nil {
		return nil, err
	}
	text := w.Text[w.Pos:end:end]
	w.Pos = end
	return text, nil
}
