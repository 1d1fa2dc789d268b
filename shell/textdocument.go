package shell

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"
	"unicode/utf8"

	"rpcsh/rpcconn/catalog"
	"rpcsh/rpcconn/jsontext"
	"rpcsh/rpcconn/schema"
)

// profileLSP is the profile of language servers.
const profileLSP = "lsp"

// prefixSync is what the names begin with by which documents are kept in step.
const prefixSync = "textDocument/did"

// Members of LSP's params that have a short way to be typed.
const (
	memberDocument = "textDocument"
	memberPosition = "position"
	memberRange    = "range"
)

// A document is one that a language server has open. LSP 3.17, "Text Document Synchronization".
type document struct {
	path     string // absolute
	language string
	version  int
	text     string
	modified time.Time // of the file, when text was read
}

// documents are those that one peer has open.
type documents struct {
	mu   sync.Mutex // protects what follows
	open []*document
}

// uri returns the URI of a file.
func uri(path string) string {
	slashed := filepath.ToSlash(path)
	if !strings.HasPrefix(slashed, "/") {
		slashed = "/" + slashed // a drive of Windows
	}
	return (&url.URL{Scheme: "file", Path: slashed}).String()
}

// find returns the open document of path.
func (d *documents) find(path string) *document {
	for _, doc := range d.open {
		if doc.path == path {
			return doc
		}
	}
	return nil
}

// paths returns the open documents' paths.
func (d *documents) paths() []string {
	d.mu.Lock()
	defer d.mu.Unlock()
	var all []string
	for _, doc := range d.open {
		all = append(all, doc.path)
	}
	return all
}

// forget forgets that anything is open: the peer is another one.
func (d *documents) forget() {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.open = nil
}

// textFile reads a file that is to be a document.
func textFile(path string) (text string, modified time.Time, err error) {
	data, err := readFile(path)
	if err != nil {
		return "", time.Time{}, err
	}
	if !utf8.Valid(data) {
		return "", time.Time{}, fmt.Errorf("%s is no UTF-8 text", path)
	}
	if info, err := os.Stat(path); err == nil {
		modified = info.ModTime()
	}
	return string(data), modified, nil
}

// openDocument tells p that the file is open, unless it knows.
func (s *Shell) openDocument(ctx context.Context, p *peer, path, language string) (*document, error) {
	path, err := filepath.Abs(path)
	if err != nil {
		return nil, err
	}
	p.documents.mu.Lock()
	defer p.documents.mu.Unlock()
	if doc := p.documents.find(path); doc != nil {
		return doc, nil
	}
	text, modified, err := textFile(path)
	if err != nil {
		return nil, err
	}
	if language == "" {
		language = languageOf(path)
	}
	doc := &document{path: path, language: language, version: 1, text: text, modified: modified}
	params := fmt.Appendf(nil, `{"textDocument":{"uri":%s,"languageId":%s,"version":1,"text":`, quoted(uri(path)), quoted(language))
	params = append(jsontext.AppendQuote(params, text), "}}"...)
	if err := p.link.Load().Notify(ctx, "textDocument/didOpen", params); err != nil {
		return nil, err
	}
	p.documents.open = append(p.documents.open, doc)
	return doc, nil
}

// keepInStep tells p of open documents whose files have changed, and returns their paths.
func (s *Shell) keepInStep(ctx context.Context, p *peer) (changed []string, err error) {
	p.documents.mu.Lock()
	defer p.documents.mu.Unlock()
	for _, doc := range p.documents.open {
		info, err := os.Stat(doc.path)
		if err != nil || info.ModTime().Equal(doc.modified) {
			continue // a file that has gone stays as it was read, as in an editor
		}
		text, modified, err := textFile(doc.path)
		if err != nil {
			return changed, err
		}
		doc.modified = modified
		if text == doc.text {
			continue
		}
		params := fmt.Appendf(nil, `{"textDocument":{"uri":%s,"version":%d},"contentChanges":[{"text":`, quoted(uri(doc.path)), doc.version+1)
		params = append(jsontext.AppendQuote(params, text), "}]}"...)
		if err := p.link.Load().Notify(ctx, "textDocument/didChange", params); err != nil {
			return changed, err
		}
		doc.text = text
		doc.version++
		changed = append(changed, doc.path)
	}
	return changed, nil
}

// closeDocument tells p that a document is closed.
func (s *Shell) closeDocument(ctx context.Context, p *peer, path string) error {
	path, err := filepath.Abs(path)
	if err != nil {
		return err
	}
	p.documents.mu.Lock()
	defer p.documents.mu.Unlock()
	doc := p.documents.find(path)
	if doc == nil {
		return fmt.Errorf("%s is not open", path)
	}
	p.documents.open = slices.DeleteFunc(p.documents.open, func(d *document) bool { return d == doc })
	return p.link.Load().Notify(ctx, "textDocument/didClose", fmt.Appendf(nil, `{"textDocument":{"uri":%s}}`, quoted(uri(path))))
}

func quoted(text string) []byte { return jsontext.AppendQuote(nil, text) }

// placeSyntax is how a person writes where something is in a file: FILE, FILE:LINE, FILE:LINE:COLUMN, and -LINE:COLUMN behind that for a range. Lines and
// columns count from 1 and a column is one of characters, as editors show them.
var placeSyntax = regexp.MustCompile(`^(.*?)(?::(\d+)(?::(\d+))?(?:-(\d+):(\d+))?)?$`)

// documentParams writes in full what was typed in short: a file, or a place in it, as the first argument of a method that has a document among
// its params, and text where a document, a position or a range belongs. It returns the files that the params are about.
func documentParams(m catalog.Method, params json.RawMessage) (full json.RawMessage, files []string, err error) {
	if len(params) == 0 || !hasParam(m, memberDocument) && !hasParam(m, memberPosition) {
		return params, nil, nil
	}
	var members []namedValue
	if params[0] == '[' {
		if members, err = placeMembers(m, params); err != nil || members == nil {
			return params, nil, err
		}
	} else if _, err := jsontext.Object(params, func(key, value []byte) error {
		members = append(members, namedValue{jsontext.Key(key), value})
		return nil
	}); err != nil {
		return params, nil, nil // it will be refused by others
	}
	text := ""
	for i, v := range members {
		if v.name != memberDocument || v.value[0] != '"' {
			continue
		}
		typed, err := jsontext.Unquote(v.value)
		if err != nil {
			return params, nil, nil
		}
		path, address := typed, typed
		if !strings.Contains(typed, "://") {
			if path, err = filepath.Abs(typed); err != nil {
				return nil, nil, err
			}
			address = uri(path)
			files = append(files, path)
		}
		if data, err := readFile(path); err == nil {
			text = string(data)
		}
		members[i].value = slices.Concat([]byte(`{"uri":`), quoted(address), []byte("}"))
	}
	for i, v := range members {
		if v.value[0] != '"' || v.name != memberPosition && v.name != memberRange {
			continue
		}
		typed, err := jsontext.Unquote(v.value)
		if err != nil {
			continue
		}
		at := placeSyntax.FindStringSubmatch(":" + strings.TrimPrefix(typed, ":"))
		switch {
		case at == nil || at[1] != "" || at[2] == "":
			return nil, nil, fmt.Errorf("%s is no %s: write LINE:COLUMN, counted from 1, or {…} as LSP has it", typed, v.name)
		case v.name == memberPosition:
			members[i].value = position(text, at[2], at[3])
		default:
			members[i].value = slices.Concat([]byte(`{"start":`), position(text, at[2], at[3]), []byte(`,"end":`), position(text, or(at[4], at[2]), or(at[5], at[3])), []byte("}"))
		}
	}
	var b bytes.Buffer
	b.WriteByte('{')
	for i, v := range members {
		if i > 0 {
			b.WriteByte(',')
		}
		b.Write(quoted(v.name))
		b.WriteByte(':')
		b.Write(v.value)
	}
	b.WriteByte('}')
	return b.Bytes(), files, nil
}

type namedValue struct {
	name  string
	value json.RawMessage
}

// placeMembers returns the members that positional arguments mean, the first of which is a place in a file; nil where it is none.
func placeMembers(m catalog.Method, params json.RawMessage) ([]namedValue, error) {
	var values []json.RawMessage
	if err := json.Unmarshal(params, &values); err != nil || len(values) == 0 || values[0][0] != '"' || !hasParam(m, memberDocument) {
		return nil, nil
	}
	typed, err := jsontext.Unquote(values[0])
	if err != nil {
		return nil, nil
	}
	at := placeSyntax.FindStringSubmatch(typed)
	members := []namedValue{{memberDocument, quoted(at[1])}}
	for _, name := range []string{memberPosition, memberRange} {
		if !hasParam(m, name) {
			continue
		}
		where := typed[len(at[1]):]
		if where == "" {
			return nil, fmt.Errorf("%s wants a place: write %s:LINE:COLUMN, counted from 1", m.Name, typed)
		}
		members = append(members, namedValue{name, quoted(where)})
		break
	}
	rest := values[1:]
	for _, p := range m.Params { // further arguments are the other params, in their order
		if len(rest) == 0 {
			break
		}
		if !slices.ContainsFunc(members, func(v namedValue) bool { return v.name == p.Name }) && !isToken(p.Name) {
			members, rest = append(members, namedValue{p.Name, rest[0]}), rest[1:]
		}
	}
	if len(rest) > 0 {
		return nil, fmt.Errorf("%s has fewer params than there are arguments", m.Name)
	}
	return members, nil
}

// placeLine returns a line that calls m at the beginning of a file, "" where it has no short way to be typed.
func placeLine(m catalog.Method, defs schema.Definitions, path string) string {
	if !hasParam(m, memberDocument) || strings.HasPrefix(m.Name, prefixSync) {
		return ""
	}
	place := path
	if hasParam(m, memberPosition) || hasParam(m, memberRange) {
		place += ":1:1"
	}
	args := [][]byte{quoted(place)}
	for _, p := range m.Params {
		if p.Required && p.Name != memberDocument && p.Name != memberPosition && p.Name != memberRange {
			args = append(args, defs.Sample(p.Schema))
		}
	}
	params := slices.Concat([]byte("["), bytes.Join(args, []byte(",")), []byte("]"))
	members, err := placeMembers(m, params)
	given := func(p catalog.Param) bool {
		return slices.ContainsFunc(members, func(v namedValue) bool { return v.name == p.Name })
	}
	if err != nil || slices.ContainsFunc(m.Params, func(p catalog.Param) bool { return p.Required && !given(p) }) {
		return ""
	}
	return callLine(m, params)
}

// isToken reports whether a param of LSP is one of those that all methods have and nobody types.
func isToken(name string) bool { return name == "workDoneToken" || name == "partialResultToken" }

func hasParam(m catalog.Method, name string) bool {
	return slices.ContainsFunc(m.Params, func(p catalog.Param) bool { return p.Name == name })
}

func or(text, otherwise string) string {
	if text == "" {
		return otherwise
	}
	return text
}

// position returns a Position of LSP, which counts from 0, and characters in UTF-16. Line and column are digits, or nothing for 1.
func position(text, line, column string) json.RawMessage {
	l, _ := strconv.Atoi(or(line, "1")) // too large a number is one behind the end, as any other
	c, _ := strconv.Atoi(or(column, "1"))
	l, c = max(l, 1)-1, max(c, 1)-1
	units := c
	lines := strings.Split(text, "\n")
	if l < len(lines) {
		units = 0
		n := 0
		for _, r := range strings.TrimSuffix(lines[l], "\r") {
			if n == c {
				break
			}
			if n++; r > 0xffff {
				units++
			}
			units++
		}
		units += c - n
	}
	return fmt.Appendf(nil, `{"line":%d,"character":%d}`, l, units)
}

// languageOf returns LSP's identifier for the language of a file (LSP 3.17, "Text Document Item").
func languageOf(path string) string {
	ext := strings.TrimPrefix(strings.ToLower(filepath.Ext(path)), ".")
	for id, extensions := range map[string]string{
		"shellscript": "sh bash zsh ksh", "python": "py pyi", "javascript": "js mjs cjs", "typescript": "ts mts cts",
		"javascriptreact": "jsx", "typescriptreact": "tsx", "cpp": "cc cpp cxx hpp hh", "c": "c h", "csharp": "cs", "rust": "rs",
		"ruby": "rb", "markdown": "md", "yaml": "yml yaml", "perl": "pl pm", "kotlin": "kt kts", "haskell": "hs", "erlang": "erl",
		"elixir": "ex exs", "clojure": "clj", "latex": "tex", "powershell": "ps1", "objective-c": "m", "fsharp": "fs", "vb": "vb",
	} {
		if slices.Contains(strings.Fields(extensions), ext) {
			return id
		}
	}
	if ext == "" {
		return "plaintext"
	}
	return ext // go, java, json, lua, html, css, php, sql, swift, xml …
}
