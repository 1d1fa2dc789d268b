// Package arguments reads the arguments of commands: words, quotes and flags, durations, bytes and errors. All that is
// read has its column, and mistakes are *lang.Error values with a column. What arguments mean is up to package command.
package arguments

import (
	"strings"

	"rpcsh/rpcconn/jsontext"
	"rpcsh/shell/lang"
)

// Args are the arguments of a command that have not been read yet.
type Args struct{ Rest lang.Text }

// Read returns args, none of them read.
func Read(args lang.Text) *Args { return &Args{args} }

// Empty reports whether nothing is left.
func (a *Args) Empty() bool { return a.Rest.Text == "" }

// Skip moves over the first n bytes, and the blanks after them.
func (a *Args) Skip(n int) (skipped lang.Text) {
	text := a.Rest
	after := strings.TrimLeft(text.Text[n:], " \t")
	a.Rest = lang.Text{Text: after, Column: text.Column + len(text.Text) - len(after)}
	return lang.Text{Text: text.Text[:n], Column: text.Column}
}

// Peek returns the next word without reading it, or "" if there is none.
func (a *Args) Peek() lang.Text {
	copied := *a
	return copied.Word()
}

// Word reads the next word. It is "" if there is none.
func (a *Args) Word() lang.Text {
	n := strings.IndexAny(a.Rest.Text, " \t")
	if n < 0 {
		n = len(a.Rest.Text)
	}
	return a.Skip(n)
}

// Quoted reads the next word, which may have blanks in quotes. The quotes stay.
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

// Words reads all words. Quotes, which may enclose blanks, are taken off.
func (a *Args) Words() []string {
	var words []string
	for !a.Empty() {
		words = append(words, Unquote(a.Quoted().Text))
	}
	return words
}

// End returns a mistake if anything is left.
func (a *Args) End() error {
	if a.Empty() {
		return nil
	}
	return Mistake(a.Rest, "nothing belongs here")
}

// None returns a mistake if a command that takes no arguments has some.
func None(args lang.Text) error { return Read(args).End() }

// Mistake says what is wrong with a part of the line.
func Mistake(at lang.Text, reason string) error {
	return &lang.Error{Column: at.Column, Reason: reason}
}

// Unquote takes the quotes off a quoted word. What is in double quotes and no JSON, such as a path of Windows, is taken
// as it is.
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
		return text[1 : len(text)-1]
	}
	return text
}

// Unquoted takes single quotes off an expression, which people type as in a system shell.
func Unquoted(text lang.Text) lang.Text {
	if t := text.Text; len(t) >= 2 && t[0] == '\'' && strings.IndexByte(t[1:], '\'') == len(t)-2 {
		return lang.Text{Text: t[1 : len(t)-1], Column: text.Column + 1}
	}
	return text
}
