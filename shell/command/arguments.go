package command

import (
	"strings"

	"rpcsh/rpcconn/jsontext"
	"rpcsh/shell/lang"
)

// arguments are what of a command's arguments has not been read yet. What is read from it knows its column.
type arguments struct{ rest lang.Text }

func read(args lang.Text) *arguments { return &arguments{args} }

// empty reports whether nothing is left.
func (a *arguments) empty() bool { return a.rest.Text == "" }

// skip moves over the first n bytes, and the blanks behind them.
func (a *arguments) skip(n int) (skipped lang.Text) {
	text := a.rest
	after := strings.TrimLeft(text.Text[n:], " \t")
	a.rest = lang.Text{Text: after, Column: text.Column + len(text.Text) - len(after)}
	return lang.Text{Text: text.Text[:n], Column: text.Column}
}

// peek returns the next word, and leaves it where it is; "" where there is none.
func (a *arguments) peek() lang.Text {
	copied := *a
	return copied.word()
}

// word reads the next word; "" where there is none.
func (a *arguments) word() lang.Text {
	n := strings.IndexAny(a.rest.Text, " \t")
	if n < 0 {
		n = len(a.rest.Text)
	}
	return a.skip(n)
}

// quoted reads the next word, which blanks in quotes do not end. The quotes stay.
func (a *arguments) quoted() lang.Text {
	t := a.rest.Text
	end := 0
	if strings.HasPrefix(t, `"`) {
		_, end, _ = jsontext.Value([]byte(t)) // \" does not end it
	}
	if end == 0 && t != "" && (t[0] == '"' || t[0] == '\'') {
		end = strings.IndexByte(t[1:], t[0]) + 2
	}
	if end < 2 {
		return a.word()
	}
	return a.skip(end)
}

// words reads all words; quotes hold one together, and are taken off.
func (a *arguments) words() []string {
	var words []string
	for !a.empty() {
		words = append(words, unquote(a.quoted().Text))
	}
	return words
}

// end refuses arguments where all have been read.
func (a *arguments) end() error {
	if a.empty() {
		return nil
	}
	return mistake(a.rest, "nothing belongs here")
}

// noArguments refuses arguments where a command takes none.
func noArguments(args lang.Text) error { return read(args).end() }

// mistake says what is wrong with a part of the line.
func mistake(at lang.Text, reason string) error {
	return &lang.Error{Column: at.Column, Reason: reason}
}

// unquote takes the quotes off a word that has some.
func unquote(text string) string {
	if len(text) < 2 || text[0] != text[len(text)-1] {
		return text
	}
	switch text[0] {
	case '\'':
		return text[1 : len(text)-1]
	case '"':
		if s, err := jsontext.Unquote([]byte(text)); err == nil {
			return s
		}
	}
	return text
}

// unquoted takes single quotes off an expression, as the system's shells want them.
func unquoted(text lang.Text) lang.Text {
	if t := text.Text; len(t) >= 2 && t[0] == '\'' && strings.IndexByte(t[1:], '\'') == len(t)-2 {
		return lang.Text{Text: t[1 : len(t)-1], Column: text.Column + 1}
	}
	return text
}
