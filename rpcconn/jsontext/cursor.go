package jsontext

// A Cursor goes through JSON text that is known to be valid, value by value, for a translator into another form.
type Cursor struct {
	Text []byte
	Pos  int // of the next byte
}

// More goes to the next key or value and reports whether there is one before the closing bracket, which it goes past.
func (c *Cursor) More(closing byte) bool {
	for {
		switch c.Text[c.Pos] {
		case ' ', '\t', '\n', '\r', ',', ':':
			c.Pos++
		case closing:
			c.Pos++
			return false
		default:
			return true
		}
	}
}

// Scan returns the text of the key or value at hand, and goes past it. The error is Value's.
func (c *Cursor) Scan() ([]byte, error) {
	_, end, err := Value(c.Text[c.Pos:])
	if err != nil {
		return nil, err
	}
	text := c.Text[c.Pos : c.Pos+end]
	c.Pos += end
	return text, nil
}
