package lang

import (
	"encoding/json"
	"fmt"
	"strings"
	"unicode/utf8"

	"rpcsh/rpcconn/jsontext"
)

// SpellMethod returns a method's name as it is written in a call: in quotes if it needs them. One that begins with a
// dot is for .call.
func SpellMethod(name string) string {
	p := parser{scanner: scanner{src: name, batch: true}, env: Env{Variable: noVariable}}
	var call Call
	switch {
	case strings.HasPrefix(name, "!"),
		identifier(name) < len(name) && p.assignment() != "",
		strings.HasSuffix(name, "?"):
	case p.method(&call) == nil && call.Method == name:
		return name
	}
	return quote(name)
}

// SpellValue returns a JSON value as an argument, or as it stands after NAME=. A string has no quotes if it means the
// same without them.
func SpellValue(value json.RawMessage) string {
	if len(value) > 0 && value[0] == '"' {
		if text, err := jsontext.Unquote(value); err == nil && isPlain(text) {
			return text
		}
	}
	if len(value) > 0 && value[0] == '"' {
		return withoutValues(string(value))
	}
	return string(value)
}

// withoutValues returns the JSON string quoted such that nothing in it stands for a value.
func withoutValues(quoted string) string { return strings.ReplaceAll(quoted, beginsValue, `\u0024{`) }

// SpellQuoted returns text in quotes: in ' if that is asked for and possible, else as JSON.
func SpellQuoted(text string, quotes byte) string {
	if quotes == '\'' && !strings.Contains(text, "'") {
		return "'" + text + "'"
	}
	return quote(text)
}

// SpellFile returns @FILE.
func SpellFile(path string) string { return "@" + SpellOutlet(path) }

// SpellOutlet returns FILE, as it stands behind >.
func SpellOutlet(path string) string {
	p := parser{scanner: scanner{src: path, batch: true}, env: Env{Variable: noVariable}}
	if path != "" && strayParameter(&p) == nil && !p.atQuote() && p.bare() == path {
		return path
	}
	return quote(path)
}

// SpellMember returns the step to the member of an object: .KEY or ["KEY"].
func SpellMember(key string) string {
	if key != "" && identifier(key) == len(key) {
		return "." + key
	}
	return "[" + quote(key) + "]"
}

// IsName reports whether text can be the NAME of an argument.
func IsName(text string) bool {
	name, operator := cutName(text + "=")
	return name == text && operator == "=" && !strings.ContainsAny(name, ".[")
}

// isPlain reports whether text means the string text, as an argument of any call and after NAME=.
func isPlain(text string) bool {
	p := parser{scanner: scanner{src: text, batch: true}, env: Env{Variable: noVariable}}
	if text == "" || text[0] == '@' || !utf8.ValidString(text) || p.callEnds() || p.atInput() ||
		p.checkArgument() != nil {
		return false
	}
	if _, operator := cutName(text); operator != "" {
		return false
	}
	value, err := p.value()
	if err != nil || p.pos < len(text) {
		return false
	}
	same, err := jsontext.Unquote(value)
	return err == nil && same == text
}

// quote returns text as a JSON string, in which nothing stands for a value.
func quote(text string) string {
	return withoutValues(string(jsontext.AppendQuote(nil, text)))
}

// SpellSteps returns the path of steps: .a[0]["two words"].
func SpellSteps(steps []Step) string {
	var b strings.Builder
	for _, s := range steps {
		if s.Element {
			fmt.Fprintf(&b, "[%d]", s.Index)
		} else {
			b.WriteString(SpellMember(s.Key))
		}
	}
	return b.String()
}
