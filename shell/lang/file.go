package lang

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"unicode/utf8"

	"rpcsh/rpcconn/jsontext"
)

// readPath reads the name of a file, in quotes or not. A variable in it stands for its value, as in an argument.
func readPath(p *parser) (string, error) {
	start := p.pos
	var name json.RawMessage
	var err error
	switch {
	case p.next() == '"' && p.env.Variable != nil:
		name, err = p.text()
	case p.atQuote():
		name, err = p.quoted()
	case p.atVariable() && p.env.Variable != nil:
		name, err = p.variable()
	default:
		return p.bare(), nil
	}
	switch {
	case err != nil:
		return "", err
	case isContainer(name):
		return "", errorAt(start, "the name of a file belongs here, and that is an object or an array")
	case name[0] != '"':
		return string(name), nil
	}
	return jsontext.Unquote(name)
}

// atFile reports whether @FILE is here. An @ alone is text.
func (p *scanner) atFile() bool {
	return p.next() == '@' && p.pos+1 < len(p.src) && !isBlank(p.src[p.pos+1])
}

// file reads @FILE: the text of the file, or the JSON in it. name is that of the argument, "" for a positional one.
func (p *parser) file(name string, isJSON bool) (json.RawMessage, error) {
	start := p.pos
	p.pos++
	path, err := readPath(p)
	switch {
	case err != nil:
		return nil, err
	case path == "":
		return nil, errorAt(start, "a file is missing after @")
	}
	asText := ""
	switch {
	case name == "":
		asText = `; quote it where it is text: "@…"`
	case !isJSON:
		asText = fmt.Sprintf(`; write %s="@…" for text`, name)
	}
	data, err := p.read(start, path, asText)
	if err != nil {
		return nil, err
	}
	if isJSON {
		return jsonOf(start, path, data)
	}
	if !utf8.Valid(data) {
		return nil, errorAt(start, path+" is not UTF-8 text")
	}
	return jsontext.AppendQuote(nil, string(data)), nil
}

// read reads a file that is named at a column. hint follows what is said where it cannot be read.
func (p *parser) read(column int, path, hint string) ([]byte, error) {
	if p.env.ReadFile == nil {
		return nil, errorAt(column, "files cannot be read here")
	}
	data, err := p.env.ReadFile(path)
	if err != nil {
		return nil, errorAt(column, err.Error()+hint)
	}
	return data, nil
}

// jsonOf returns the JSON that the file path, which is named at a column, holds. A byte order mark, as some editors
// write it, is no part of it.
func jsonOf(column int, path string, data []byte) (json.RawMessage, error) {
	data = bytes.TrimPrefix(data, []byte("\ufeff"))
	err := jsontext.Valid(data)
	var mistake *jsontext.SyntaxError
	switch {
	case errors.As(err, &mistake):
		return nil, errorAt(column, path+" holds no JSON: "+place(data, mistake.Offset)+mistake.Reason)
	case err != nil:
		return nil, errorAt(column, path+" holds no JSON: "+err.Error())
	}
	return bytes.Trim(data, blanks), nil
}

// place says where an offset in a file is, as editors count.
func place(data []byte, offset int) string {
	before := data[:offset]
	row := bytes.LastIndexByte(before, '\n') + 1
	return fmt.Sprintf("line %d, column %d: ", 1+bytes.Count(before, []byte("\n")), 1+utf8.RuneCount(before[row:]))
}

// atInput reports whether < FILE is here. A < that is not alone is text.
func (p *scanner) atInput() bool {
	after := p.pos + 1
	return !p.words && p.next() == '<' && (after == len(p.src) || isBlank(p.src[after]))
}

// input reads < FILE, which holds all params.
func (p *parser) input(args *arguments) error {
	start := p.pos
	p.pos++
	p.blank()
	switch {
	case len(args.values) > 0:
		return errorAt(start, "< FILE holds all params, and nothing may be beside it; quote < where it is text")
	case p.callEnds():
		return errorAt(start, "a file is missing after <; quote < where it is text")
	}
	column := p.pos
	path, err := readPath(p)
	if err != nil {
		return err
	}
	data, err := p.read(column, path, "")
	if err != nil {
		return err
	}
	value, err := jsonOf(column, path, data)
	switch {
	case err != nil:
		return err
	case !isContainer(value) && !p.env.later:
		return errorAt(column, path+" holds neither an object nor an array, which params are")
	}
	args.add("", start).value = value
	args.whole = true
	return nil
}
