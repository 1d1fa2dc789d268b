package lang

import (
	"strings"

	"rpcsh/rpcconn/jsontext"
)

// A TokenKind says what a part of a line is.
type TokenKind uint8

// The kinds of tokens, which are those of JSON text.
const (
	TokenKey     TokenKind = iota // the name of a member
	TokenString                   // any other string, and text in single quotes
	TokenNumber                   // a number
	TokenKeyword                  // true, false, null
)

// A Token is a part of a line, from one byte to another.
type Token struct {
	Kind     TokenKind
	From, To int
}

// Tokens returns the tokens in the arguments of a line, for whoever colours it. The line may be half typed, or wrong.
func Tokens(line string) []Token {
	t := &tokenizer{line: line}
	t.skipHead()
	for t.at < len(line) && !t.ended {
		t.next()
	}
	return t.found
}

// A tokenizer finds the tokens of a line.
type tokenizer struct {
	line  string
	at    int
	depth int  // of brackets
	value bool // a value may begin here
	ended bool // what follows is no argument
	found []Token
}

// skipHead goes to the end of the method or the command's name: what stands before it is a name that gets the result,
// and a peer.
func (t *tokenizer) skipHead() {
	for {
		rest := strings.TrimLeft(t.line[t.at:], blanks)
		t.at = len(t.line) - len(rest)
		word := rest[:wordEnd(rest)]
		t.at += len(word)
		after := strings.TrimLeft(t.line[t.at:], blanks)
		switch {
		case strings.HasPrefix(after, "= "):
			t.at = len(t.line) - len(after) + 1
		case word == "" || word[0] != '@':
			return
		}
	}
}

// wordEnd returns where the word ends that text begins with.
func wordEnd(text string) int {
	if i := strings.IndexAny(text, blanks); i >= 0 {
		return i
	}
	return len(text)
}

// next takes one token, or what is none.
func (t *tokenizer) next() {
	c, rest := t.line[t.at], t.line[t.at:]
	starts := t.value
	t.value = false
	switch {
	case isBlank(c):
		t.value = true
		t.at++
	case t.depth == 0 && starts && strings.IndexByte("|&<>", c) >= 0:
		t.ended = true
	case t.depth == 0 && starts && c == ';': // of a batch: another call
		t.at++
		t.skipHead()
	case strings.IndexByte("{[(", c) >= 0:
		t.depth++
		t.value = true
		t.at++
	case strings.IndexByte("}])", c) >= 0:
		t.depth = max(0, t.depth-1)
		t.at++
	case strings.IndexByte(",:=", c) >= 0:
		t.value = true
		t.at++
	case starts && (c == '"' || c == '\''):
		t.quoted(c)
	case starts && (c == '-' || c >= '0' && c <= '9' || c >= 'a' && c <= 'z'):
		t.word(rest)
	default:
		t.at++
	}
}

// quoted takes text in quotes, to their end or that of the line.
func (t *tokenizer) quoted(quote byte) {
	end := t.at + 1
	for end < len(t.line) && t.line[end] != quote {
		if t.line[end] == '\\' && quote == '"' {
			end++
		}
		end++
	}
	end = min(end+1, len(t.line))
	kind := TokenString
	if after := strings.TrimLeft(t.line[end:], blanks); t.depth > 0 && strings.HasPrefix(after, ":") {
		kind = TokenKey
	}
	t.add(kind, end)
}

// word takes a number, a keyword, or another word.
func (t *tokenizer) word(rest string) {
	n := strings.IndexAny(rest, blanks+",:=(){}[]\"'")
	if n < 0 {
		n = len(rest)
	}
	n = max(n, 1)
	word := rest[:n]
	switch {
	case word == "true" || word == "false" || word == "null":
		t.add(TokenKeyword, t.at+n)
	case (word[0] == '-' || word[0] <= '9') && jsontext.Valid([]byte(word)) == nil:
		t.add(TokenNumber, t.at+n)
	default:
		t.at += n
	}
}

func (t *tokenizer) add(kind TokenKind, end int) {
	t.found = append(t.found, Token{kind, t.at, end})
	t.at = end
}
