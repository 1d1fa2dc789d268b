package lang

import (
	"encoding/json"
	"errors"
	"strings"

	"rpcsh/rpcconn/jsontext"
)

// stringEnd returns the length of the JSON string at the beginning of s, or 0 if it is never closed.
func stringEnd(s string) int {
	for i := 1; i < len(s); i++ {
		switch s[i] {
		case '\\':
			i++
		case '"':
			return i + 1
		}
	}
	return 0
}

// bracketEnd returns the length of the object or array at the beginning of s, or 0 if it is never closed.
func bracketEnd(s string) int {
	depth := 0
	for i := 0; i < len(s); i++ {
		switch s[i] {
		case '"':
			n := stringEnd(s[i:])
			if n == 0 {
				return 0
			}
			i += n - 1
		case '{', '[':
			depth++
		case '}', ']':
			if depth--; depth == 0 {
				return i + 1
			}
		}
	}
	return 0
}

// quoted reads "text", a JSON string in which line breaks and tabs may stand as they are, or 'text', in which only the
// closing quote has a meaning.
func (p *parser) quoted() (json.RawMessage, error) {
	start := p.pos
	n := 0
	if p.next() == '"' {
		n = stringEnd(p.rest())
	} else {
		n = strings.IndexByte(p.rest()[1:], '\'') + 2
		if n == 1 {
			n = 0
		}
	}
	if n == 0 {
		return nil, &Error{Column: start, Reason: "this quote is never closed", Open: true}
	}
	p.pos += n
	if text := p.src[start:p.pos]; text[0] == '\'' {
		return jsontext.AppendQuote(nil, text[1:n-1]), nil
	}
	s := substitution{done: start}
	s.escape(p.src, start, p.pos)
	return s.jsonString(p.src, start, p.pos)
}

// jsonString returns the JSON string that line[start:end] has become.
func (s *substitution) jsonString(line string, start, end int) (json.RawMessage, error) {
	text := append(s.text, line[s.done:end]...)
	var mistake *jsontext.SyntaxError
	if errors.As(jsontext.Valid(text), &mistake) {
		return nil, errorAt(s.column(start, mistake.Offset), mistake.Reason+"; '…' takes text as it is")
	}
	return text, nil
}

// container reads an object or array, in which $variables stand for their values.
func (p *parser) container() (json.RawMessage, error) {
	start := p.pos
	n := bracketEnd(p.rest())
	if n == 0 {
		return nil, p.neverClosed()
	}
	end := start + n
	s := substitution{done: start}
	for p.pos < end {
		switch {
		case p.next() == '"':
			n := stringEnd(p.rest())
			s.escape(p.src, p.pos, p.pos+n)
			p.pos += n
		case p.atVariable(), p.atCall():
			if err := p.substitute(&s, end); err != nil {
				return nil, err
			}
		case p.next() == '$':
			if mistake := strayParameter(p); mistake != nil {
				return nil, mistake
			}
			p.pos++
		default:
			p.pos++
		}
	}
	text := append(s.text, p.src[s.done:end]...)
	var mistake *jsontext.SyntaxError
	if errors.As(jsontext.Valid(text), &mistake) {
		return nil, errorAt(s.column(start, mistake.Offset), mistake.Reason)
	}
	return text, nil
}

// neverClosed returns the mistake in an unclosed object or array that begins here: another mistake in it if there is
// one.
func (p *parser) neverClosed() error {
	e := &Error{Column: p.pos, Reason: p.rest()[:1] + " is never closed", Open: true}
	s := substitution{done: p.pos}
	for i := p.pos; i < len(p.src); i++ {
		if p.src[i] != '"' {
			continue
		}
		end := len(p.src)
		if n := stringEnd(p.src[i:]); n > 0 {
			end = i + n
		}
		s.escape(p.src, i, end)
		i = end - 1
	}
	text := append(s.text, p.src[s.done:]...)
	var mistake *jsontext.SyntaxError
	if errors.As(jsontext.Valid(text), &mistake) && text[mistake.Offset] != '$' {
		e.Column, e.Reason = s.column(p.pos, mistake.Offset), mistake.Reason
	}
	return e
}

// A substitution is the text of an object or array whose variables have been replaced by their values.
type substitution struct {
	text   []byte
	done   int // the line is in text up to this column
	values []placed
}

// A placed value has replaced a variable.
type placed struct {
	from, to    int // in the text
	column, end int // of the variable in the line
}

// substitute puts the value of the variable or call that is here into the text of an object or array, which ends at
// end.
func (p *parser) substitute(s *substitution, end int) error {
	column := p.pos
	read := p.variable
	if p.atCall() {
		if n := callEnd(p.rest()); n == 0 || column+n >= end {
			return errorAt(column, "$( is never closed")
		}
		read = p.result
	}
	value, err := read()
	if err != nil {
		return err
	}
	// it is inside an object or array, so there is a byte before and after it
	before, after := p.src[column-1], p.src[p.pos]
	if !isBlank(before) && strings.IndexByte("[{,:", before) < 0 {
		return errorAt(column, "a variable stands for a whole value, and not next to something else")
	}
	if !isBlank(after) && strings.IndexByte("]},:", after) < 0 {
		return errorAt(p.pos, "a variable stands for a whole value: a comma or bracket belongs after it")
	}
	s.put(p.src, column, p.pos, value)
	return nil
}

// escape has line breaks and tabs in line[from:end], a JSON string, take the form that they have there: what is pasted
// has them.
func (s *substitution) escape(line string, from, end int) {
	for i := from; i < end; i++ {
		switch line[i] {
		case '\n':
			s.put(line, i, i+1, []byte(`\n`))
		case '\r': // of a line break, or alone
			if strings.HasPrefix(line[i:], "\r\n") {
				s.put(line, i, i+1, nil)
			} else {
				s.put(line, i, i+1, []byte(`\r`))
			}
		case '\t':
			s.put(line, i, i+1, []byte(`\t`))
		}
	}
}

// put has value take the place of line[column:end].
func (s *substitution) put(line string, column, end int, value []byte) {
	s.text = append(s.text, line[s.done:column]...)
	from := len(s.text)
	s.text = append(s.text, value...)
	s.values = append(s.values, placed{from: from, to: len(s.text), column: column, end: end})
	s.done = end
}

// column returns the column in the line of an offset in the text, which begins at start: that of the variable in its
// value.
func (s *substitution) column(start, offset int) int {
	column := start + offset
	for _, v := range s.values {
		switch {
		case offset < v.from:
			return column
		case offset < v.to:
			return v.column
		}
		column = v.end + offset - v.to
	}
	return column
}
