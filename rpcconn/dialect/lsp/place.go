package lsp

import (
	"bytes"
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"unicode/utf16"

	"rpcsh/rpcconn/catalog"
	"rpcsh/rpcconn/dialect"
	"rpcsh/rpcconn/home"
	"rpcsh/rpcconn/jsontext"
	"rpcsh/rpcconn/lazyregexp"
	"rpcsh/rpcconn/plain"
	"rpcsh/rpcconn/schema"
)

// Members of params that have a short way to be typed.
const (
	memberDocument = "textDocument"
	memberPosition = "position"
	memberRange    = "range"
)

// placeSyntax is how a person writes where something is in a file: FILE, FILE:LINE, FILE:LINE:COLUMN, and -LINE:COLUMN
// after that for a range. Lines and columns count from 1, and a column is one of characters, as editors show them.
var placeSyntax = lazyregexp.New(`^(.*?)(?::(\d+)(?::(\d+))?(?:-(\d+):(\d+))?)?$`)

// prepare writes in full what was typed in short: a file, or a place in it, as the first argument of a method that has
// a document among its params, and text where a document, a position or a range belongs.
func prepare(
	m catalog.Method, params json.RawMessage, read dialect.ReadFile,
) (full json.RawMessage, files []string, err error) {
	if len(params) == 0 || !hasParam(m, memberDocument) && !hasParam(m, memberPosition) {
		return params, nil, nil
	}
	var members []jsontext.Member
	switch {
	case jsontext.Valid(params) != nil:
		return params, nil, nil // it is refused elsewhere
	case params[0] == '[':
		if members, err = placeMembers(m, params); err != nil || members == nil {
			return params, nil, err
		}
	case params[0] == '{':
		members = jsontext.Members(params)
	default:
		return params, nil, nil
	}
	in, files, err := documents(members, read, Syncs(m.Name))
	if err != nil {
		return nil, nil, err
	}
	if err := places(members, in); err != nil {
		return nil, nil, err
	}
	return object(members), files, nil
}

// takes says what of a file is typed in short for a param of m.
func takes(m catalog.Method, param string) dialect.FilePart {
	switch {
	case param == memberDocument && hasParam(m, memberDocument):
		return dialect.AFile
	case (param == memberPosition || param == memberRange) && hasParam(m, param):
		return dialect.InFile
	case param != "" || !hasParam(m, memberDocument):
		return dialect.NoFile
	case hasParam(m, memberPosition) || hasParam(m, memberRange):
		return dialect.FilePlace
	}
	return dialect.AFile
}

// documents writes the documents among members in full. It returns the last one, and the files that they are. The error
// is a *dialect.ParamError: there is no such file. gone says that it need not be there any more.
func documents(
	members []jsontext.Member, read dialect.ReadFile, gone bool,
) (last source, files []string, err error) {
	for i, v := range members {
		typed, err := jsontext.Unquote(v.Value)
		if v.Name != memberDocument || err != nil {
			continue
		}
		address := typed
		if !strings.Contains(typed, "://") {
			path, err := filepath.Abs(home.Path(typed))
			if err != nil {
				return source{}, nil, err
			}
			data, err := read(path)
			if err != nil && !gone {
				return source{}, nil, &dialect.ParamError{Param: memberDocument, Err: unreadable(typed, err)}
			}
			if address = dialect.FileURI(path); err == nil {
				last = source{typed, strings.Split(string(data), "\n")}
			}
			files = append(files, path)
		}
		members[i].Value = slices.Concat([]byte(`{"uri":`), quoted(address), []byte("}"))
	}
	return last, files, nil
}

// unreadable says why a file, as it was typed, cannot be read.
func unreadable(typed string, err error) error {
	if typed == "" {
		return errors.New("a file is missing before the place: write FILE:LINE:COLUMN")
	}
	return fmt.Errorf("%s: %w", typed, plain.Reason(err))
}

// places writes the positions and ranges among members in full; in is what they are in. The error is a
// *dialect.ParamError.
func places(members []jsontext.Member, in source) error {
	for i, v := range members {
		typed, err := jsontext.Unquote(v.Value)
		if err != nil || v.Name != memberPosition && v.Name != memberRange {
			continue
		}
		at := placeSyntax().FindStringSubmatch(":" + strings.TrimPrefix(typed, ":"))
		switch {
		case at == nil || at[1] != "" || at[2] == "":
			err = fmt.Errorf("%s is no %s: write LINE:COLUMN, counted from 1, or {…} as LSP has it", typed, v.Name)
		case v.Name == memberPosition:
			members[i].Value, err = in.position(at[2], at[3])
		default:
			members[i].Value, err = in.span(at[2:])
		}
		if err != nil {
			return &dialect.ParamError{Param: v.Name, Err: err}
		}
	}
	return nil
}

// object returns an object of members.
func object(members []jsontext.Member) json.RawMessage {
	var b bytes.Buffer
	b.WriteByte('{')
	for i, v := range members {
		if i > 0 {
			b.WriteByte(',')
		}
		b.Write(quoted(v.Name))
		b.WriteByte(':')
		b.Write(v.Value)
	}
	b.WriteByte('}')
	return b.Bytes()
}

// placeMembers returns the members that positional arguments mean, the first of which is a place in a file; nil if it
// is none.
func placeMembers(m catalog.Method, params json.RawMessage) ([]jsontext.Member, error) {
	values := jsontext.Elements(params)
	if len(values) == 0 || !hasParam(m, memberDocument) {
		return nil, nil
	}
	typed, err := jsontext.Unquote(values[0])
	if err != nil {
		return nil, nil
	}
	at := placeSyntax().FindStringSubmatch(typed)
	if at == nil { // it has a line break
		return nil, nil
	}
	members := []jsontext.Member{{Name: memberDocument, Value: quoted(at[1])}}
	for _, name := range []string{memberPosition, memberRange} {
		if !hasParam(m, name) {
			continue
		}
		where := typed[len(at[1]):]
		if where == "" {
			return nil, fmt.Errorf("%s wants a place: write %s:LINE:COLUMN, counted from 1", m.Name, typed)
		}
		members = append(members, jsontext.Member{Name: name, Value: quoted(where)})
		break
	}
	rest := values[1:]
	for _, p := range m.Params { // further arguments are the other params, in their order
		if len(rest) == 0 {
			break
		}
		if !slices.ContainsFunc(members, func(v jsontext.Member) bool { return v.Name == p.Name }) && !isToken(p.Name) {
			members, rest = append(members, jsontext.Member{Name: p.Name, Value: rest[0]}), rest[1:]
		}
	}
	if len(rest) > 0 {
		return nil, fmt.Errorf("%s has fewer params than there are arguments", m.Name)
	}
	for _, p := range m.Params {
		value := usual(m.Name, p.Name)
		if value != "" && !slices.ContainsFunc(members, func(v jsontext.Member) bool { return v.Name == p.Name }) {
			members = append(members, jsontext.Member{Name: p.Name, Value: []byte(value)})
		}
	}
	return members, nil
}

// usual returns what a method that is asked about a place has to be told beside that, and what nearly everybody tells
// it; "": there is no such thing.
func usual(method, param string) string {
	switch {
	case method == "textDocument/references" && param == "context":
		return `{"includeDeclaration":true}`
	case method == "textDocument/codeAction" && param == "context":
		return `{"diagnostics":[]}`
	case strings.HasSuffix(strings.ToLower(method), "formatting") && param == "options":
		return `{"tabSize":4,"insertSpaces":true}`
	}
	return ""
}

// example returns params in short for a call of m at the beginning of a file, nil if it has no short way to be typed.
func example(m catalog.Method, defs schema.Definitions, path string) json.RawMessage {
	if !hasParam(m, memberDocument) || Syncs(m.Name) {
		return nil
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
		return slices.ContainsFunc(members, func(v jsontext.Member) bool { return v.Name == p.Name })
	}
	if err != nil || slices.ContainsFunc(m.Params, func(p catalog.Param) bool { return p.Required && !given(p) }) {
		return nil
	}
	return params
}

// isToken reports whether a param is one of those that all methods have and nobody types.
func isToken(name string) bool { return name == workDoneToken || name == "partialResultToken" }

func hasParam(m catalog.Method, name string) bool {
	return slices.ContainsFunc(m.Params, func(p catalog.Param) bool { return p.Name == name })
}

// A source is a document in which positions are.
type source struct {
	name  string
	lines []string // nil: they are not known
}

// span returns a Range. at is where it begins and ends: line and column of both, of which the last two may be "".
func (s source) span(at []string) (json.RawMessage, error) {
	start, err := s.position(at[0], at[1])
	if err != nil || at[2] == "" {
		return slices.Concat([]byte(`{"start":`), start, []byte(`,"end":`), start, []byte("}")), err
	}
	end, err := s.position(at[2], at[3])
	if l, until := number(at[0]), number(at[2]); l > until || l == until && number(at[1]) > number(at[3]) {
		err = cmp.Or(err, errors.New("the range ends before it begins"))
	}
	return slices.Concat([]byte(`{"start":`), start, []byte(`,"end":`), end, []byte("}")), err
}

// position returns a Position, which counts from 0, and characters in UTF-16 (LSP 3.18, "Position"), of a line and a
// column that are digits, or nothing for 1. A place that is not in the document is an error.
func (s source) position(line, column string) (json.RawMessage, error) {
	l, c := number(line), number(column)
	switch {
	case l == 0 || c == 0:
		return nil, errors.New("lines and columns count from 1")
	case s.lines == nil:
		return fmt.Appendf(nil, `{"line":%d,"character":%d}`, l-1, c-1), nil
	case l > len(s.lines):
		count := len(s.lines)
		if s.lines[count-1] == "" && count > 1 {
			count-- // the place behind the last line break is no line to people
		}
		return nil, fmt.Errorf("there is no line %s: %s has %s", line, s.name, counted(count, "line"))
	}
	units, n := 0, 1
	for _, r := range strings.TrimSuffix(s.lines[l-1], "\r") {
		if n == c {
			break
		}
		n++
		units += utf16.RuneLen(r)
	}
	if n < c { // the place behind the last character is one, too
		return nil, fmt.Errorf("there is no column %s: line %d of %s has %s", column, l, s.name,
			counted(n-1, "character"))
	}
	return fmt.Appendf(nil, `{"line":%d,"character":%d}`, l-1, units), nil
}

// number returns what digits say, 1 for none.
func number(digits string) int {
	if digits == "" {
		return 1
	}
	n, _ := strconv.Atoi(digits) // too large a number is one after the end, as any other
	return n
}

// counted returns n of what noun means.
func counted(n int, noun string) string {
	if n == 1 {
		return "1 " + noun
	}
	return strconv.Itoa(n) + " " + noun + "s"
}
