// Package macro puts arguments into lines: those of a script and those of an alias. It works on the text of a line, so
// that arguments of commands, names of files and methods can be parameters, too.
package macro

import (
	"encoding/json"
	"fmt"
	"strings"
	"unicode"

	"rpcsh/rpcconn/jsontext"
	"rpcsh/shell/lang"
)

// MostArguments is how many arguments a line can name: $1 to $9.
const MostArguments = 9

// A parameter is $1 … $9 or $@ in a line, or ${1} … ${9} in a text of it.
type parameter struct {
	start, end int
	number     int  // 0: $@
	inJQ       bool // it stands behind a |
	inText     bool // it is ${1} … ${9} inside of "…"
}

// parameters returns those of a line. In a comment line there are none, and inside quotes only where variables stand
// for their values, too: in "…" outside of brackets, and not in jq.
func parameters(line string) (all []parameter) {
	if strings.HasPrefix(strings.TrimSpace(line), "#") {
		return nil
	}
	inJQ, depth := false, 0
	for i := 0; i < len(line); i++ {
		switch c := line[i]; {
		case c == '"' || c == '\'' && startsWord(line, i):
			end := quoteEnd(line, i)
			if c == '"' && depth == 0 && !inJQ {
				all = append(all, inText(line[:end], i+1)...)
			}
			i = end - 1
		case c == '{' || c == '[':
			depth++
		case c == '}' || c == ']':
			depth--
		case c == '|':
			inJQ = true
		case c == '$' && i+1 < len(line) && (i == 0 || !isName(line[i-1])) && (i+2 == len(line) || !isName(line[i+2])):
			if n := line[i+1]; n >= '1' && n <= '9' {
				all = append(all, parameter{start: i, end: i + 2, number: int(n - '0'), inJQ: inJQ})
			} else if n == '@' {
				all = append(all, parameter{start: i, end: i + 2, inJQ: inJQ})
			}
		}
	}
	return all
}

// inText returns the parameters of a line's text in quotes, from a place in it to the end of the line.
func inText(line string, from int) (all []parameter) {
	for i := from; i < len(line); i++ {
		switch rest := line[i:]; {
		case rest[0] == '\\':
			i++
		case len(rest) > 3 && rest[:2] == "${" && rest[2] >= '1' && rest[2] <= '9' && rest[3] == '}':
			all = append(all, parameter{start: i, end: i + 4, number: int(rest[2] - '0'), inText: true})
		}
	}
	return all
}

// startsWord reports whether a ' at line[i] is a quotation mark, and no apostrophe.
func startsWord(line string, i int) bool { return i == 0 || !isName(line[i-1]) }

// isName reports whether c can be a part of a name, so that what looks like a parameter beside it is none.
func isName(c byte) bool {
	return c >= '0' && c <= '9' || c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c == '_' || c == '$'
}

// quoteEnd returns the end of the quoted text that begins at line[start], that of the line where it has none.
func quoteEnd(line string, start int) int {
	for i := start + 1; i < len(line); i++ {
		switch {
		case line[i] == '\\' && line[start] == '"':
			i++
		case line[i] == line[start]:
			return i + 1
		}
	}
	return len(line)
}

// Expand returns line with arguments in place of its parameters. Arguments are as a line has them: see Word. The error,
// a *lang.Error with the column in line, says that a parameter has no argument.
func Expand(line string, args []string) (string, error) {
	var b strings.Builder
	from := 0
	for _, p := range parameters(line) {
		b.WriteString(line[from:p.start])
		from = p.end
		switch {
		case p.number > len(args):
			reason := fmt.Sprintf("$%d has no argument: %d given", p.number, len(args))
			return "", &lang.Error{Column: p.start, Reason: reason}
		case p.number > 0:
			b.WriteString(p.spell(args[p.number-1]))
		default:
			for i, a := range args {
				if i > 0 {
					b.WriteByte(' ')
				}
				b.WriteString(p.spell(a))
			}
		}
	}
	b.WriteString(line[from:])
	return b.String(), nil
}

// spell returns an argument as it stands where it belongs: text is in quotes in jq, and without them in a text.
func (p parameter) spell(arg string) string {
	if p.inText && len(arg) > 1 && arg[0] == '"' && quoteEnd(arg, 0) == len(arg) {
		return arg[1 : len(arg)-1]
	}
	if p.inText && len(arg) > 1 && arg[0] == '$' && isName(arg[1]) && !unicode.IsDigit(rune(arg[1])) {
		return "${" + arg[1:] + "}"
	}
	if !p.inText && (!p.inJQ || json.Valid([]byte(arg)) || strings.HasPrefix(arg, "$")) {
		return arg
	}
	if len(arg) > 1 && arg[0] == '\'' && quoteEnd(arg, 0) == len(arg) {
		arg = arg[1 : len(arg)-1]
	}
	quoted := string(jsontext.AppendQuote(nil, arg))
	if p.inText {
		return strings.ReplaceAll(quoted[1:len(quoted)-1], "${", `\u0024{`)
	}
	return quoted
}

// Word returns a word of a command line as a line of the language has it: JSON as it is, all else as text.
func Word(word string) string {
	if word != "" && strings.TrimSpace(word) == word && json.Valid([]byte(word)) {
		return word
	}
	return lang.SpellValue(jsontext.AppendQuote(nil, word))
}

// Words returns several, see Word.
func Words(words []string) []string {
	spelled := make([]string, len(words))
	for i, w := range words {
		spelled[i] = Word(w)
	}
	return spelled
}

// Split returns the arguments at the beginning of text as they are typed, and what follows them: | JQ, > FILE, or &.
func Split(text string) (args []string, rest string) {
	for {
		text = strings.TrimLeft(text, " \t\r\n")
		if text == "" || text[0] == '|' || text[0] == '>' || text[0] == '#' || strings.TrimSpace(text) == "&" {
			return args, text
		}
		n := wordEnd(text)
		args = append(args, text[:n])
		text = text[n:]
	}
}

// wordEnd returns the end of the word that text begins with. Quotes and brackets may enclose blanks.
func wordEnd(text string) int {
	depth := 0
	for i := 0; i < len(text); i++ {
		switch c := text[i]; c {
		case '"':
			i = quoteEnd(text, i) - 1
		case '\'':
			if startsWord(text, i) {
				i = quoteEnd(text, i) - 1
			}
		case '{', '[':
			depth++
		case '}', ']':
			depth--
		case ' ', '\t', '\r', '\n':
			if depth <= 0 {
				return i
			}
		}
	}
	return len(text)
}
