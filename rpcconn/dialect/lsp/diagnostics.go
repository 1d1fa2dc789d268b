package lsp

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"unicode/utf16"

	"rpcsh/rpcconn/dialect"
	"rpcsh/rpcconn/jsontext"
)

// methodDiagnostics is the notification by which a server says what is wrong in a document.
const methodDiagnostics = "textDocument/publishDiagnostics"

// A diagnostic is what a server says about a range of a document (LSP 3.18, "Diagnostic").
type diagnostic struct {
	Range struct {
		Start struct{ Line, Character int }
	}
	Severity int
	Code     json.RawMessage
	Source   string
	Message  json.RawMessage
}

// digest returns diagnostics as compilers print them: FILE:LINE:COLUMN: SEVERITY: TEXT, behind how many there are.
// Lines and columns count from 1, and a column is one of characters where text returns the text of the document. A
// message for the log is its severity and text. It returns nil for other notifications.
func digest(method string, params json.RawMessage, text func(path string) string) []string {
	switch method {
	case methodDiagnostics:
	case "window/logMessage", "window/showMessage":
		return message(params)
	default:
		return nil
	}
	var said struct {
		URI         string
		Diagnostics []diagnostic
	}
	if json.Unmarshal(params, &said) != nil || said.URI == "" {
		return nil // it is shown as it is
	}
	path := pathOf(said.URI)
	name := relative(path)
	lines := []string{fmt.Sprintf("%s: %d problems", name, len(said.Diagnostics))}
	switch len(said.Diagnostics) {
	case 0:
		lines[0] = name + ": no problems"
	case 1:
		lines[0] = name + ": 1 problem"
	}
	rows := strings.Split(text(path), "\n")
	for _, d := range said.Diagnostics {
		line, column := d.Range.Start.Line, d.Range.Start.Character
		if line >= 0 && line < len(rows) {
			column = characters(rows[line], column)
		}
		lines = append(lines, fmt.Sprintf("%s:%d:%d: %s: %s", name, line+1, column+1, d.severity(), d.text()))
	}
	return lines
}

// message returns a message for the log or the person (LSP 3.18, "ShowMessage Notification").
func message(params json.RawMessage) []string {
	var said struct {
		Type    int
		Message string
	}
	if json.Unmarshal(params, &said) != nil || said.Message == "" {
		return nil
	}
	kind := map[int]string{1: "error", 2: "warning", 3: "info", 4: "log", 5: "debug"}[said.Type]
	if kind == "" {
		return nil
	}
	return []string{kind + ": " + strings.Join(strings.Fields(said.Message), " ")}
}

// severity returns the severity as a word; one that is left out is an error.
func (d diagnostic) severity() string {
	switch d.Severity {
	case 2:
		return "warning"
	case 3:
		return "info"
	case 4:
		return "hint"
	}
	return "error"
}

// text returns the message on one line, with where it is from.
func (d diagnostic) text() string {
	message := jsontext.Text(d.Message)
	if message == "" {
		message = jsontext.Text(jsontext.Get(d.Message, "value")) // it is Markdown
	}
	words := strings.Fields(message)
	code := jsontext.Text(d.Code)
	if code == "" && len(d.Code) > 0 && string(d.Code) != "null" {
		code = string(d.Code)
	}
	if from := strings.TrimSpace(d.Source + " " + code); from != "" {
		words = append(words, "["+from+"]")
	}
	return strings.Join(words, " ")
}

// characters returns how many characters of row make so many UTF-16 code units.
func characters(row string, units int) (n int) {
	for _, r := range row {
		if units <= 0 {
			return n
		}
		units -= utf16.RuneLen(r)
		n++
	}
	return n + max(0, units)
}

// pathOf returns the path that a URI of a file names, and other URIs as they are.
func pathOf(uri string) string {
	if path, is := dialect.FilePath(uri); is {
		return path
	}
	return uri
}

// relative returns path as one types it in the folder that we work in, if it is there.
func relative(path string) string {
	folder, err := os.Getwd()
	if err != nil {
		return path
	}
	if rel, err := filepath.Rel(folder, path); err == nil && filepath.IsLocal(rel) {
		return rel
	}
	return path
}
