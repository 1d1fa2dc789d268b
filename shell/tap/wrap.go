package tap

import (
	"bytes"
	"fmt"
	"slices"
	"strings"

	"rpcsh/rpcconn/jsontext"
)

// The names under which clients configure the servers that they start: MCP clients, VS Code, editors with settings of
// their own.
var serverLists = [...]string{"mcpServers", "servers", "context_servers", "lsp"}

// verb is the argument of rpcsh by which a server that is wrapped is known.
const verb = "tap"

// Wrap returns a client's configuration in which a server is started by another command: self with flags of the verb
// tap, and behind -- what it was started by. All else stays as it is, byte for byte.
func Wrap(config []byte, server, self string, flags []string) ([]byte, error) {
	return changed(config, server, func(command string, args []string) (string, []string, error) {
		if len(args) > 0 && args[0] == verb && slices.Contains(args, "--") {
			return "", nil, fmt.Errorf("%s is started by a tap already", server)
		}
		return self, slices.Concat([]string{verb}, flags, []string{"--", command}, args), nil
	})
}

// Unwrap undoes Wrap.
func Unwrap(config []byte, server string) ([]byte, error) {
	return changed(config, server, func(_ string, args []string) (string, []string, error) {
		at := slices.Index(args, "--")
		if len(args) == 0 || args[0] != verb || at < 0 || at+1 == len(args) {
			return "", nil, fmt.Errorf("%s is not started by a tap", server)
		}
		return args[at+1], args[at+2:], nil
	})
}

// changed returns a configuration in which a server has another command. It may have comments and commas that are too
// many, as those of editors have.
func changed(
	config []byte, server string, change func(command string, args []string) (string, []string, error),
) ([]byte, error) {
	bare := bare(config)
	if err := jsontext.Valid(bare); err != nil {
		return nil, fmt.Errorf("it is no JSON, with comments or without: %w", err)
	}
	var known []string
	for _, list := range serverLists {
		from, to, ok := place(bare, list)
		if !ok {
			continue
		}
		servers := bare[from:to]
		for name := range jsontext.Index(servers) {
			known = append(known, name)
		}
		at, end, ok := place(servers, server)
		if !ok {
			continue
		}
		edits, err := changeEntry(servers[at:end], change)
		if err != nil {
			return nil, err
		}
		for _, e := range edits {
			config = slices.Concat(config[:from+at+e.from], []byte(e.text), config[from+at+e.to:])
		}
		return config, nil
	}
	if len(known) == 0 {
		return nil, fmt.Errorf("it has no servers: none of %s", strings.Join(serverLists[:], ", "))
	}
	slices.Sort(known)
	return nil, fmt.Errorf("it has no server %s: there are %s", server, strings.Join(known, ", "))
}

// bare returns a configuration with blanks in the place of what JSON does not have: comments, commas before the end of
// an object or array, and a byte order mark. All else is where it was.
func bare(config []byte) []byte {
	bare := bytes.Clone(config)
	blank := func(from, to int) {
		for i := from; i < to; i++ {
			if bare[i] != '\n' {
				bare[i] = ' '
			}
		}
	}
	if mark := []byte("\ufeff"); bytes.HasPrefix(bare, mark) {
		blank(0, len(mark))
	}
	comma := -1 // the last that was seen, if there is nothing but blanks behind it
	for i := 0; i < len(bare); i++ {
		switch rest := bare[i:]; {
		case bytes.HasPrefix(rest, []byte("//")):
			end := len(rest)
			if n := bytes.IndexByte(rest, '\n'); n >= 0 {
				end = n
			}
			blank(i, i+end)
		case bytes.HasPrefix(rest, []byte("/*")):
			if n := bytes.Index(rest[2:], []byte("*/")); n >= 0 {
				blank(i, i+n+4)
			}
		case rest[0] == '"':
			if _, n, err := jsontext.Value(rest); err == nil {
				i += n - 1
			}
			comma = -1
		case rest[0] == ',':
			comma = i
		case (rest[0] == '}' || rest[0] == ']') && comma >= 0:
			blank(comma, comma+1)
			comma = -1
		case !strings.ContainsRune(" \t\r\n", rune(rest[0])):
			comma = -1
		}
	}
	return bare
}

// An edit puts a text in the place of bytes.
type edit struct {
	from, to int
	text     string
}

// changeEntry returns the edits that change how a server is started, the last one first.
func changeEntry(
	entry []byte, change func(command string, args []string) (string, []string, error),
) ([]edit, error) {
	command := jsontext.Text(jsontext.Get(entry, "command"))
	if command == "" {
		return nil, fmt.Errorf("no command starts it: a server at an address is tapped by rpcsh tap -l ADDRESS TARGET")
	}
	command, args, err := change(command, jsontext.Texts(jsontext.Get(entry, "args")))
	if err != nil {
		return nil, err
	}
	list, quoted := jsontext.QuoteList(args), jsontext.Quote(command)
	from, to, _ := place(entry, "command")
	listFrom, listTo, ok := place(entry, "args")
	if !ok {
		return []edit{{from, to, quoted + `,"args":` + list}}, nil
	}
	edits := []edit{{from, to, quoted}, {listFrom, listTo, list}}
	slices.SortFunc(edits, func(a, b edit) int { return b.from - a.from })
	return edits, nil
}

// place returns where the value of a member is in an object that is valid JSON. Of several of a name it is the last.
func place(object []byte, name string) (from, to int, ok bool) {
	i := jsontext.Space(object, 0)
	if i == len(object) || object[i] != '{' {
		return 0, 0, false
	}
	for i++; ; i++ { // past the brace, or a comma
		start, end, err := jsontext.Value(object[i:])
		if err != nil {
			return from, to, ok // the object is empty
		}
		key := jsontext.Text(object[i+start : i+end])
		i = jsontext.Space(object, i+end) + len(":")
		if start, end, err = jsontext.Value(object[i:]); err != nil {
			return from, to, ok
		}
		if key == name {
			from, to, ok = i+start, i+end, true
		}
		if i = jsontext.Space(object, i+end); object[i] != ',' {
			return from, to, ok
		}
	}
}
