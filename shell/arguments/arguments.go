// Package arguments reads the arguments of commands: words, quotes and flags, durations, bytes and errors. What is read
// knows its column, and what is wrong with it is a *lang.Error there. What commands do with it is package command's.
package arguments

import (
	"strings"

	"rpcsh/rpcconn/jsontext"
	"rpcsh/shell/lang"
)

// Args are what of a command's arguments has not been read yet.
type Args struct{ Rest lang.Text }

// Read returns all of args, to be read.
func Read(args lang.Text) *Args { return &Args{args} }

// Empty reports whether nothing is left.
func (a *Args) Empty() bool { return a.Rest.Text == "" }

// Skip moves over the first n bytes, and the blanks behind them.
func (a *Args) Skip(n int) (skipped lang.Text) {
	text := a.Rest
	after := strings.TrimLeft(text.Text[n:], " \t")
	a.Rest = lang.Text{Text: after, Column: text.Column + len(text.Text) - len(after)}
	return lang.Text{Text: text.Text[:n], Column: text.Column}
}

// Peek returns the next word, and leaves it where it is; "" where there is none.
func (a *Args) Peek() lang.Text {
	copied := *a
	return copied.Word()
}

// Word reads the next word; "" where there is none.
func (a *Args) Word() lang.Text {
	n := strings.IndexAny(a.Rest.Text, " \t")
	if n < 0 {
		n = len(a.Rest.Text)
	}
	return a.Skip(n)
}

// Quoted reads the next word, which blanks in quotes do not end. The quotes stay.
func (a *Args) Quoted() lang.Text {
	t := a.Rest.Text
	end := 0
	if strings.HasPrefix(t, `"`) {
		_, end, _ = jsontext.Value([]byte(t)) // \" does not end it
	}
	if end == 0 && t != "" && (t[0] == '"' || t[0] == '\'') {
		end = strings.IndexByte(t[1:], t[0]) + 2
	}
	if end < 2 {
		return a.Word()
	}
	return a.Skip(end)
}

// Words reads all words; quotes hold one together, and are taken off.
func (a *Args) Words() []string {
	var words []string
	for !a.Empty() {
		words = append(words, Unquote(a.Quoted().Text))
	}
	return words
}

// End refuses arguments where all have been read.
func (a *Args) End() error {
	if a.Empty() {
		return nil
	}
	return Mistake(a.Rest, "nothing belongs here")
}

// None refuses arguments where a command takes none.
func None(args lang.Text) error { return Read(args).End() }

// Mistake says what is wrong with a part of the line.
func Mistake(at lang.Text, reason string) error {
	return &lang.Error{Column: at.Column, Reason: reason}
}

// Unquote takes the quotes off a word that has some.
func Unquote(text string) string {
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

// Unquoted takes single quotes off an expression, as the system's shells want them.
func Unquoted(text lang.Text) lang.Text {
	if t := text.Text; len(t) >= 2 && t[0] == '\'' && strings.IndexByte(t[1:], '\'') == len(t)-2 {
		return lang.Text{Text: t[1 : len(t)-1], Column: text.Column + 1}
	}
	return text
}
