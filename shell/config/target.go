package config

import (
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"rpcsh/rpcconn/dial"
	"rpcsh/rpcconn/home"
	"rpcsh/rpcconn/lazyregexp"
	"rpcsh/rpcconn/transport"
)

// A Target is a peer with a name. Files are named so that they are found from any folder.
type Target struct {
	Name string
	Place

	URL               string
	Command           []string // of a child process, in place of URL
	Protocol, Framing string   // "": found out
	Headers           []Header
	CA, Cert, Key     string
	Schema, Serve     []string
	OnConnect         []string         // lines to be run once the connection stands
	Color             string           // of the prompt, one of Colors; "": the usual one
	fields            map[string]Place // of what is set
}

// A Header is sent with WebSocket handshakes and HTTP requests. ${NAME} in its value is from the environment.
type Header struct{ Name, Value string }

// Colors returns the colours that a prompt may have.
func Colors() []string { return []string{"red", "green", "yellow", "blue", "magenta", "cyan"} }

// A field is a key of a target's table.
type field struct {
	name string
	text func(*Target) *string   // one of these is set
	list func(*Target) *[]string // of texts; one text alone is taken, too
	// isFile says that the values are names of files, which are looked for beside the one that names them.
	isFile bool
}

func fields() []field {
	return []field{
		{name: "url", text: func(t *Target) *string { return &t.URL }},
		{name: "command", list: func(t *Target) *[]string { return &t.Command }},
		{name: "protocol", text: func(t *Target) *string { return &t.Protocol }},
		{name: "framing", text: func(t *Target) *string { return &t.Framing }},
		{name: "ca", text: func(t *Target) *string { return &t.CA }, isFile: true},
		{name: "cert", text: func(t *Target) *string { return &t.Cert }, isFile: true},
		{name: "key", text: func(t *Target) *string { return &t.Key }, isFile: true},
		{name: "schema", list: func(t *Target) *[]string { return &t.Schema }, isFile: true},
		{name: "serve", list: func(t *Target) *[]string { return &t.Serve }, isFile: true},
		{name: "on-connect", list: func(t *Target) *[]string { return &t.OnConnect }},
		{name: "color", text: func(t *Target) *string { return &t.Color }},
	}
}

const fieldHeaders = "headers"

// fieldNames lists the keys of a target's table.
func fieldNames() string {
	var names []string
	for _, f := range fields() {
		names = append(names, f.name)
	}
	return strings.Join(append(names, fieldHeaders), ", ")
}

// takeTarget takes an entry below target.
func (f *file) takeTarget(e entry) {
	switch {
	case e.isHead && len(e.keys) == 1: // [target], with NAME.url = …
		return
	case len(e.keys) == 1 || len(e.keys) == 2 && !e.isHead:
		f.mistake(e, `a table is wanted: [target.NAME] with url = "…"`)
		return
	case !isWord(e.keys[1]):
		f.mistake(e, "a target's name is letters, digits, -, _ and . and begins with a letter")
		return
	}
	t := f.targets[e.keys[1]]
	if t == nil {
		t = &Target{Name: e.keys[1], Place: Place{f.path, e.line}, fields: make(map[string]Place)}
		f.targets[t.Name] = t
	}
	if len(e.keys) == 2 {
		return
	}
	name, place := e.keys[2], Place{f.path, e.line}
	i := slices.IndexFunc(fields(), func(f field) bool { return f.name == name })
	switch {
	case name == fieldHeaders && e.isHead && len(e.keys) == 3:
	case name == fieldHeaders && len(e.keys) == 4 && e.isText:
		t.Headers = append(t.Headers, Header{e.keys[3], e.text})
		t.fields[fieldHeaders+"."+e.keys[3]] = place
	case name == fieldHeaders:
		f.mistake(e, `headers are wanted: headers = { NAME = "VALUE" }`)
	case i < 0:
		f.mistake(e, "there is no such key; there are "+fieldNames())
	default:
		f.takeField(t, fields()[i], e)
	}
}

// takeField takes the value of a field.
func (f *file) takeField(t *Target, to field, e entry) {
	t.fields[to.name] = Place{f.path, e.line}
	switch {
	case e.isHead || len(e.keys) > 3 || e.other:
		f.mistake(e, `text is wanted: `+to.name+` = "…"`)
	case to.list == nil && !e.isText:
		f.mistake(e, `text is wanted: `+to.name+` = "…"`)
	case to.list != nil && !e.isText && !e.isList:
		f.mistake(e, `a list is wanted: `+to.name+` = ["…"]`)
	case to.list != nil:
		list := e.list
		if e.isText {
			list = []string{e.text}
		}
		for _, text := range list {
			*to.list(t) = append(*to.list(t), f.located(to, text))
		}
	default:
		*to.text(t) = f.located(to, e.text)
	}
}

// located returns the name of a file as it is found from anywhere.
func (f *file) located(of field, text string) string {
	if of.isFile {
		text = home.Path(text)
	}
	if !of.isFile || text == "" || strings.Contains(text, "://") ||
		filepath.IsAbs(text) || os.IsPathSeparator(text[0]) { // on Windows, the root of a drive
		return text
	}
	return filepath.Join(filepath.Dir(f.path), text)
}

// check finds what is wrong with the targets, and takes out what cannot be used.
func (f *file) check() {
	for name, t := range f.targets {
		wrong := func(field, reason string) {
			place, is := t.fields[field]
			if !is {
				place = t.Place
			}
			f.mistakes = append(f.mistakes, &Mistake{place, tableTarget + "." + spellKey(name) + dotted(field), reason})
		}
		_, saysURL := t.fields["url"]
		_, saysCommand := t.fields["command"]
		switch {
		case t.URL == "" && len(t.Command) == 0:
			if !saysURL && !saysCommand {
				wrong("", `it has no url: write url = "…", or command = ["PROGRAM", "ARG"]`)
			}
			delete(f.targets, name)
			continue
		case t.URL != "" && len(t.Command) > 0:
			wrong("command", "url and command do not go together")
			t.Command = nil
		}
		if _, err := t.Target(); err != nil {
			wrong("url", err.Error())
			delete(f.targets, name)
		}
		if err := (dial.Config{Protocol: t.Protocol}).Check(); err != nil {
			wrong("protocol", err.Error())
			t.Protocol = ""
		}
		if err := (dial.Config{Protocol: t.Protocol, Framing: t.Framing}).Check(); err != nil {
			wrong("framing", err.Error())
			t.Framing = ""
		}
		if t.Color != "" && !slices.Contains(Colors(), t.Color) {
			wrong("color", "choose one of "+strings.Join(Colors(), ", "))
			t.Color = ""
		}
	}
}

// Target returns where the peer is.
func (t *Target) Target() (transport.Target, error) {
	if t.URL == "" {
		return transport.CommandTarget(t.Command), nil
	}
	return transport.ParseTarget(t.URL)
}

// Wire returns base with what the target says in its place. The error says what of the environment is missing.
func (t *Target) Wire(base dial.Config) (dial.Config, error) {
	if t.Protocol != "" && t.Protocol != base.Protocol {
		base.Protocol, base.Framing = t.Protocol, ""
	}
	for _, v := range []struct {
		text string
		to   *string
	}{
		{t.Framing, &base.Framing}, {t.CA, &base.TLS.CA}, {t.Cert, &base.TLS.Cert}, {t.Key, &base.TLS.Key},
	} {
		if v.text != "" {
			*v.to = v.text
		}
	}
	header := base.Header.Clone()
	for _, h := range t.Headers {
		value, missing := Expand(h.Value)
		if len(missing) > 0 {
			return base, fmt.Errorf("%s: headers.%s: %s is not in the environment",
				t.fields[fieldHeaders+"."+h.Name], h.Name, strings.Join(missing, ", "))
		}
		if header == nil {
			header = make(http.Header)
		}
		header.Set(h.Name, value)
	}
	base.Header = header
	return base, nil
}

var environment = lazyregexp.New(`\$\{(\w+)\}`)

// Expand replaces ${NAME} by what the environment has, and returns the names that it does not have; a lone $ stays.
func Expand(text string) (expanded string, missing []string) {
	expanded = environment().ReplaceAllStringFunc(text, func(m string) string {
		value, is := os.LookupEnv(m[2 : len(m)-1])
		if !is {
			missing = append(missing, m)
		}
		return value
	})
	return expanded, missing
}

// dotted returns .FIELD, "" for none.
func dotted(field string) string {
	if field == "" {
		return ""
	}
	return "." + field
}
