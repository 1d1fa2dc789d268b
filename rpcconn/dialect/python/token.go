package python

import "strings"

// A pythonToken is a token of Python's lexical analysis (its reference, chapter 2). Only those of declarations matter.
type pythonToken struct {
	kind pythonKind
	text string
	line int // from 1
}

type pythonKind uint8

const (
	pythonOther pythonKind = iota // operators and whatever is not a token
	pythonName
	pythonNumber
	pythonString
)

// A pythonLine is a logical line: a statement, or the head of a compound one.
type pythonLine struct {
	indent int
	tokens []pythonToken
}

// pythonLines splits source into its logical lines, without comments and blank ones. What is broken gives lines
// nonetheless: a bracket that is never closed ends before the next line that begins with a def, class or decorator.
func pythonLines(source string) []pythonLine {
	source = strings.TrimPrefix(source, "\ufeff")
	source = strings.ReplaceAll(strings.ReplaceAll(source, "\r\n", "\n"), "\r", "\n")
	s := pythonScanner{source: source, line: 1}
	for s.pos < len(s.source) {
		s.logicalLine()
	}
	return s.lines
}

type pythonScanner struct {
	source string
	pos    int
	line   int
	lines  []pythonLine
}

// tabSize is Python's: a tab goes to the next multiple of it.
const tabSize = 8

// logicalLine reads one, which may be empty.
func (s *pythonScanner) logicalLine() {
	l := pythonLine{indent: s.indentation()}
	brackets := 0
	for s.pos < len(s.source) {
		c := s.source[s.pos]
		switch {
		case c == '\n':
			s.pos++
			s.line++
			if brackets == 0 || s.atDeclaration() {
				s.add(l)
				return
			}
		case c == '\\' && strings.HasPrefix(s.source[s.pos+1:], "\n"):
			s.pos += 2
			s.line++
		case c == ' ' || c == '\t' || c == '\f':
			s.pos++
		case c == '#':
			s.skipComment()
		default:
			t := s.token()
			switch t.text {
			case "(", "[", "{":
				brackets++
			case ")", "]", "}":
				brackets = max(0, brackets-1)
			}
			l.tokens = append(l.tokens, t)
		}
	}
	s.add(l)
}

func (s *pythonScanner) add(l pythonLine) {
	if l.tokens != nil {
		s.lines = append(s.lines, l)
	}
}

func (s *pythonScanner) indentation() (columns int) {
	for ; s.pos < len(s.source); s.pos++ {
		switch s.source[s.pos] {
		case ' ':
			columns++
		case '\t':
			columns += tabSize - columns%tabSize
		case '\f':
			columns = 0
		default:
			return columns
		}
	}
	return columns
}

// atDeclaration reports whether the line that begins here can only be the start of a declaration, so that an open
// bracket before it is a mistake.
func (s *pythonScanner) atDeclaration() bool {
	text := strings.TrimLeft(s.source[s.pos:min(len(s.source), s.pos+maxIndent)], " \t\f")
	for _, begin := range []string{"def ", "class ", "async def "} {
		if strings.HasPrefix(text, begin) {
			return true
		}
	}
	return len(text) > 1 && text[0] == '@' && isPythonLetter(text[1]) // with a blank it may be a product of matrices
}

// maxIndent is how far the first word of a line is looked for.
const maxIndent = 200

func (s *pythonScanner) skipComment() {
	if n := strings.IndexByte(s.source[s.pos:], '\n'); n >= 0 {
		s.pos += n
		return
	}
	s.pos = len(s.source)
}

// token reads the token that begins here.
func (s *pythonScanner) token() pythonToken {
	start, line := s.pos, s.line
	c := s.source[s.pos]
	kind := pythonOther
	switch {
	case isPythonLetter(c):
		kind = pythonName
		s.skip(func(c byte) bool { return isPythonLetter(c) || isPythonDigit(c) })
		if s.pos < len(s.source) && isQuote(s.source[s.pos]) && isStringPrefix(s.source[start:s.pos]) {
			kind = pythonString
			s.skipString()
		}
	case isQuote(c):
		kind = pythonString
		s.skipString()
	case isPythonDigit(c), c == '.' && s.pos+1 < len(s.source) && isPythonDigit(s.source[s.pos+1]):
		kind = pythonNumber
		s.skipNumber()
	default:
		s.pos += operatorLength(s.source[s.pos:])
	}
	return pythonToken{kind: kind, text: s.source[start:s.pos], line: line}
}

func (s *pythonScanner) skip(in func(byte) bool) {
	for s.pos < len(s.source) && in(s.source[s.pos]) {
		s.pos++
	}
}

func (s *pythonScanner) skipNumber() {
	for s.pos < len(s.source) {
		c := s.source[s.pos]
		sign := (c == '+' || c == '-') && s.source[s.pos-1]|0x20 == 'e'
		if !isPythonLetter(c) && !isPythonDigit(c) && c != '.' && !sign {
			return
		}
		s.pos++
	}
}

// skipString skips the string whose quote is here. One in single quotes that has no end ends with its line. In raw
// strings too a backslash keeps the quote after it from ending them.
func (s *pythonScanner) skipString() {
	quote := s.source[s.pos : s.pos+1]
	if triple := strings.Repeat(quote, 3); strings.HasPrefix(s.source[s.pos:], triple) {
		quote = triple
	}
	s.pos += len(quote)
	for s.pos < len(s.source) {
		switch {
		case strings.HasPrefix(s.source[s.pos:], quote):
			s.pos += len(quote)
			return
		case s.source[s.pos] == '\\' && s.pos+1 < len(s.source):
			s.pos++
		case s.source[s.pos] == '\n' && len(quote) == 1:
			return
		}
		if s.source[s.pos] == '\n' {
			s.line++
		}
		s.pos++
	}
}

// operatorLength returns how long the operator is that s begins with. Only those that declarations have matter.
func operatorLength(s string) int {
	for _, op := range []string{"...", "->", "**", "==", ":="} {
		if strings.HasPrefix(s, op) {
			return len(op)
		}
	}
	return 1
}

func isQuote(c byte) bool { return c == '"' || c == '\'' }

func isStringPrefix(s string) bool {
	switch strings.ToLower(s) {
	case "r", "u", "b", "f", "t", "br", "rb", "fr", "rf", "tr", "rt":
		return true
	}
	return false
}

func isPythonDigit(c byte) bool { return '0' <= c && c <= '9' }

// isPythonLetter takes all of what is not ASCII for letters.
func isPythonLetter(c byte) bool {
	return 'a' <= c|0x20 && c|0x20 <= 'z' || c == '_' || c >= 0x80
}
