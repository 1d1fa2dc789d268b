package describe

import (
	"encoding/json"
	"fmt"
	"strings"

	"rpcsh/rpcconn/catalog"
	"rpcsh/rpcconn/schema"
)

// readHelp reads a text with a line for each method, such as bitcoind's help: names with their arguments after them,
// "NAME" or <NAME> where one has to be given, and optional ones in parentheses or brackets; == HEADINGS ==. It is nil
// if more than one line in ten is something else.
func readHelp(help string) (methods []catalog.Method) {
	heading, odd := "", 0
	for line := range strings.Lines(help) {
		line = strings.TrimSpace(line)
		switch {
		case line == "":
		case strings.HasPrefix(line, "=="):
			heading = strings.Trim(line, "= ")
		default:
			m, ok := readHelpLine(line)
			if !ok {
				odd++
				continue
			}
			if heading != "" {
				m.Tags = []string{heading}
			}
			methods = append(methods, m)
		}
	}
	const few = 2
	if len(methods) < few || odd*10 > len(methods) {
		return nil
	}
	return methods
}

// readHelpLine reads NAME ARGUMENT …
func readHelpLine(line string) (catalog.Method, bool) {
	name, rest, _ := strings.Cut(line, " ")
	if !schema.IsIdentifier(strings.NewReplacer(".", "_", "-", "_", "/", "_", ":", "_").Replace(name)) {
		return catalog.Method{}, false
	}
	m := catalog.Method{Name: name, Params: []catalog.Param{}}
	a := helpArguments{m: &m}
	for rest = strings.TrimSpace(rest); rest != ""; rest = strings.TrimSpace(rest) {
		n := a.next(rest)
		if n == 0 {
			return catalog.Method{}, false
		}
		rest = rest[n:]
	}
	return m, a.words <= maxBareWords
}

// maxBareWords is how many arguments without quotes or brackets a line may have: a sentence has more.
const maxBareWords = 2

// helpArguments reads the arguments of one line.
type helpArguments struct {
	m        *catalog.Method
	optional int // how many parentheses are open
	words    int // arguments that are words alone
}

// next reads what s begins with and returns how long that is, 0 if it is not an argument.
func (a *helpArguments) next(s string) int {
	switch s[0] {
	case '(':
		a.optional++
		return 1
	case ')':
		a.optional--
		return 1
	case '"':
		return a.quoted(s, `"`)
	case '<':
		return a.quoted(s, ">")
	case '[', '{':
		return a.bracketed(s)
	case '|', ',', '=':
		return 1
	}
	word := s[:wordEnd(s)]
	if strings.Trim(word, ".…") == "" {
		a.m.Open = true
		return len(word)
	}
	if a.optional == 0 {
		a.words++
	}
	a.add(word, nil, true)
	return len(word)
}

// wordEnd returns where a word ends: at a blank, or a parenthesis that closes.
func wordEnd(s string) int {
	if i := strings.IndexAny(s, " )"); i >= 0 {
		return i
	}
	return len(s)
}

// quoted reads a name up to the byte that ends it.
func (a *helpArguments) quoted(s, end string) int {
	i := strings.Index(s[1:], end)
	if i < 0 {
		return 0
	}
	var typ json.RawMessage
	if end == `"` {
		typ = schema.TypeWord("string")
	}
	a.add(s[1:1+i], typ, true)
	return i + 2
}

// bracketed reads [NAME], which is optional, or an array or object written out.
func (a *helpArguments) bracketed(s string) int {
	depth := 0
	for i, c := range []byte(s) {
		switch c {
		case '[', '{':
			depth++
		case ']', '}':
			depth--
		}
		if depth == 0 {
			name := s[1:i]
			switch {
			case s[0] == '{':
				a.add("", schema.TypeWord("object"), true)
			case schema.IsIdentifier(name):
				a.add(name, nil, false)
			default:
				a.add("", schema.TypeWord("array"), true)
			}
			return i + 1
		}
	}
	return 0
}

func (a *helpArguments) add(name string, schema json.RawMessage, required bool) {
	if !catalog.IsMethodName(name) {
		name = fmt.Sprintf("arg%d", len(a.m.Params)+1)
	}
	a.m.Params = append(a.m.Params, catalog.Param{Name: name, Required: required && a.optional == 0, Schema: schema})
}
