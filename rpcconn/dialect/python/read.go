// Package python reads what a service offers from its source in Python 3, which need not run: the functions that
// py-bson-rpc 0.2 exposes by its decorators. It is asked for nothing over a connection, and so it is not a dialect.
package python

import (
	"bytes"
	"fmt"
	"slices"
	"strings"

	"rpcsh/rpcconn/catalog"
)

// maxDepth bounds how deep types and literals may be nested in one another.
const maxDepth = 20

// maxRemarks is how many remarks one source gets.
const maxRemarks = 20

// Read reads the methods that a service on py-bson-rpc offers from its source, without running it: the functions that
// have the decorators request, notification, rpc_request or rpc_notification. Name is what the source is called in
// errors and remarks. Invalid code, and defaults that are not literals, are skipped. The error says that there is no
// such method.
func Read(name string, source []byte) (*catalog.Learned, error) {
	f := pythonFile{name: name, learned: &catalog.Learned{Source: catalog.SourceCode}, imports: make(map[string]string)}
	for _, l := range pythonLines(string(bytes.ToValidUTF8(source, []byte("\ufffd")))) {
		f.line(l)
	}
	if f.learned.Methods == nil {
		return nil, fmt.Errorf("reading %s: no function in it has a decorator of py-bson-rpc, such as @request", name)
	}
	return f.learned, nil
}

// A pythonFile is read line by line.
type pythonFile struct {
	name    string
	learned *catalog.Learned

	imports    map[string]string // what a name stands for, in full: req is bsonrpc.request
	decorators []string          // in full, of the declaration to come
	scopes     []pythonScope     // around the line at hand, the outermost first
	documented *catalog.Method   // whose documentation may be the next line
}

type pythonScope struct {
	indent int
	class  string // "" for a function
}

func (f *pythonFile) remark(line int, format string, args ...any) {
	if len(f.learned.Remarks) < maxRemarks {
		f.learned.Remarks = append(f.learned.Remarks, fmt.Sprintf("%s:%d: ", f.name, line)+fmt.Sprintf(format, args...))
	}
}

func (f *pythonFile) line(l pythonLine) {
	for len(f.scopes) > 0 && f.scopes[len(f.scopes)-1].indent >= l.indent {
		f.scopes = f.scopes[:len(f.scopes)-1]
	}
	if f.documented != nil {
		f.documented.Summary, f.documented.Description = docstring(l.tokens)
		f.documented = nil
	}
	t := l.tokens
	switch t[0].text {
	case "@":
		f.decorators = append(f.decorators, f.fullName(t[1:]))
		return
	case "import", "from":
		f.imported(t)
	case "class":
		f.scopes = append(f.scopes, pythonScope{l.indent, wordAt(t, 1)})
	case "async":
		t = t[1:]
		fallthrough
	case "def":
		if len(t) > 0 && t[0].text == "def" {
			f.function(t)
			f.scopes = append(f.scopes, pythonScope{l.indent, ""})
		}
	}
	f.decorators = nil
}

func wordAt(t []pythonToken, i int) string {
	if i < len(t) && t[i].kind == pythonName {
		return t[i].text
	}
	return ""
}

// imported notes what the names that an import binds stand for.
func (f *pythonFile) imported(t []pythonToken) {
	module := ""
	if t[0].text == "from" {
		i := slices.IndexFunc(t, func(t pythonToken) bool { return t.text == "import" })
		if i < 0 {
			return
		}
		module = joined(t[1:i]) + "."
		t = t[i:]
	}
	isBracket := func(t pythonToken) bool { return t.text == "(" || t.text == ")" }
	for _, item := range splitTokens(slices.DeleteFunc(slices.Clone(t[1:]), isBracket)) {
		if len(item) == 0 {
			continue
		}
		path, bound := item, item[:1]
		if n := len(item); n > 2 && item[n-2].text == "as" {
			path, bound = item[:n-2], item[n-1:]
		} else if module == "" {
			path = bound // import a.b binds a
		}
		f.imports[bound[0].text] = module + joined(path)
	}
}

func joined(t []pythonToken) string {
	var b strings.Builder
	for _, t := range t {
		b.WriteString(t.text)
	}
	return b.String()
}

// fullName returns the dotted name that t begins with, what it was imported as in place of its first part; "" where it
// is not a name.
func (f *pythonFile) fullName(t []pythonToken) string {
	n := 0
	for n < len(t) && (t[n].kind == pythonName || t[n].text == ".") {
		n++
	}
	head, rest, dotted := strings.Cut(joined(t[:n]), ".")
	full, ok := f.imports[head]
	switch {
	case !ok && dotted:
		return "" // an attribute of some object, whatever that is
	case !ok:
		return head
	case dotted:
		return full + "." + rest
	}
	return full
}

// role returns what the decorators make of a function; ok is false if they are not those of py-bson-rpc.
func (f *pythonFile) role() (kind catalog.Kind, takesRPC, ok bool) {
	request, notification := false, false
	for _, d := range f.decorators {
		switch d[strings.LastIndexByte(d, '.')+1:] {
		case "request":
			request = true
		case "rpc_request":
			request, takesRPC = true, true
		case "notification":
			notification = true
		case "rpc_notification":
			notification, takesRPC = true, true
		}
	}
	switch {
	case request && notification:
		kind = catalog.KindEither
	case request:
		kind = catalog.KindRequest
	default:
		kind = catalog.KindNotification
	}
	return kind, takesRPC, request || notification
}

// function reads def NAME [TYPES] ( PARAMETERS ) -> RESULT : …
func (f *pythonFile) function(t []pythonToken) {
	kind, takesRPC, ok := f.role()
	if !ok {
		return
	}
	line := t[0].line
	name := wordAt(t, 1)
	t = t[min(2, len(t)):]
	if len(t) > 0 && t[0].text == "[" {
		t = t[closing(t)+1:]
	}
	if name == "" || len(t) == 0 || t[0].text != "(" {
		f.remark(line, "a method could not be read: a name and ( are wanted after def")
		return
	}
	end := closing(t)
	if end == len(t)-1 && t[end].text != ")" {
		f.remark(line, "the parameters of %s have no end", name)
		end = len(t)
	}
	m := catalog.Method{Name: name, Kind: kind, Source: catalog.SourceCode}
	p := readPythonParameters(splitTokens(t[1:end]))
	p.drop(f.hidden(p, takesRPC))
	p.describe(&m)
	rest := t[min(end+1, len(t)):]
	colon := atDepthZero(rest, ":")
	if colon < 0 {
		colon = len(rest)
	}
	if colon > 1 && rest[0].text == "->" {
		if schema := pythonType(rest[1:colon], maxDepth).schema(); schema != nil {
			m.Result = &catalog.Param{Name: "result", Schema: schema}
		}
	}
	if class := f.class(); class != "" {
		m.Tags = []string{class}
	}
	f.learned.Methods = append(f.learned.Methods, m)
	f.documented = &f.learned.Methods[len(f.learned.Methods)-1]
	if body := rest[min(colon+1, len(rest)):]; len(body) > 0 {
		f.documented.Summary, f.documented.Description = docstring(body)
		f.documented = nil
	}
}

// class returns the class that the line at hand is directly in.
func (f *pythonFile) class() string {
	if len(f.scopes) == 0 {
		return ""
	}
	return f.scopes[len(f.scopes)-1].class
}

// hidden returns how many of the first parameters the library fills in: the service object, and the connection where
// the decorator says so (bsonrpc/interfaces.py).
func (f *pythonFile) hidden(p pythonParameters, takesRPC bool) (n int) {
	if first := p.first(); f.class() != "" || first == "self" || first == "cls" {
		n++
	}
	if takesRPC {
		n++
	}
	return n
}

// docstring returns the first line and the rest of the string that a body begins with, strings side by side being one.
func docstring(t []pythonToken) (summary, description string) {
	n := 0
	for n < len(t) && t[n].kind == pythonString {
		n++
	}
	text, ok := pythonText(t[:n])
	if !ok || n < len(t) && t[n].text != ";" {
		return "", ""
	}
	return Docstring(text)
}

// Docstring returns the first line and the rest of the string that documents a function, as Python has it (PEP 257).
func Docstring(text string) (summary, description string) {
	summary, description, _ = strings.Cut(strings.TrimSpace(dedent(text)), "\n")
	return strings.TrimSpace(summary), strings.Trim(description, "\n")
}

// dedent takes the indentation that all lines but the first have in common from each of them (PEP 257).
func dedent(text string) string {
	lines := strings.Split(text, "\n")
	common := -1
	for _, l := range lines[1:] {
		if rest := strings.TrimLeft(l, " \t"); rest != "" && (common < 0 || len(l)-len(rest) < common) {
			common = len(l) - len(rest)
		}
	}
	for i := range lines {
		if i > 0 {
			lines[i] = lines[i][min(max(common, 0), len(lines[i])):]
		}
		lines[i] = strings.TrimRight(lines[i], " \t")
	}
	return strings.Join(lines, "\n")
}

// closing returns where the bracket that t begins with is closed: the last token where it is not.
func closing(t []pythonToken) int {
	depth := 0
	for i, token := range t {
		depth += nesting(token)
		if depth == 0 {
			return i
		}
	}
	return len(t) - 1
}

// nesting returns by how much a token changes how deep the next one is in brackets.
func nesting(t pythonToken) int {
	switch t.text {
	case "(", "[", "{":
		return 1
	case ")", "]", "}":
		return -1
	}
	return 0
}

// splitTokens splits at the commas that are in no brackets, and in no parameters of a lambda. A comma at the end is not
// an empty part.
func splitTokens(t []pythonToken) (parts [][]pythonToken) {
	depth, start, lambda := 0, 0, false
	for i, token := range t {
		depth += nesting(token)
		switch {
		case depth > 0:
		case token.text == "lambda":
			lambda = true
		case token.text == ":":
			lambda = false
		case token.text == "," && !lambda:
			parts = append(parts, t[start:i])
			start = i + 1
		}
	}
	if start < len(t) {
		parts = append(parts, t[start:])
	}
	return parts
}
