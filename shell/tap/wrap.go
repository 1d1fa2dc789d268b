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

// A rewiring is how a server is started otherwise: by another command, with so many of its first arguments taken off,
// and others in their place.
type rewiring struct {
	command string
	cut     int
	put     []string
}

// Wrap returns a client's configuration in which a server is started by another command: self with flags of the verb
// tap, and behind -- what it was started by. All else stays as it is, byte for byte.
func Wrap(config []byte, server, self string, flags []string) ([]byte, error) {
	return changed(config, server, func(command string, args []string) (*rewiring, error) {
		if isWrapped(args) {
			return nil, fmt.Errorf("%s is started by a tap already", server)
		}
		return &rewiring{command: self, put: slices.Concat([]string{verb}, flags, []string{"--", command})}, nil
	})
}

// Unwrap undoes Wrap.
func Unwrap(config []byte, server string) ([]byte, error) {
	return changed(config, server, func(_ string, args []string) (*rewiring, error) {
		at := slices.Index(args, "--")
		if !isWrapped(args) || at+1 == len(args) {
			return nil, fmt.Errorf("%s is not started by a tap", server)
		}
		return &rewiring{command: args[at+1], cut: at + 2}, nil
	})
}

// isWrapped reports whether a server with these arguments is started by a tap.
func isWrapped(args []string) bool {
	return len(args) > 0 && args[0] == verb && slices.Contains(args, "--")
}

// HasTaps reports whether a client's configuration has a server that is started by a tap.
func HasTaps(config []byte) bool {
	bare := bare(config)
	if jsontext.Valid(bare) != nil {
		return false
	}
	for _, list := range serverLists {
		for _, server := range jsontext.Index(jsontext.Get(bare, list)) {
			if isWrapped(jsontext.Texts(jsontext.Get(server, "args"))) {
				return true
			}
		}
	}
	return false
}

// changed returns a configuration in which a server has another command. It may have comments and commas that are too
// many, as those of editors have.
func changed(
	config []byte, server string, change func(command string, args []string) (*rewiring, error),
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
func changeEntry(entry []byte, change func(command string, args []string) (*rewiring, error)) ([]edit, error) {
	command := jsontext.Text(jsontext.Get(entry, "command"))
	if command == "" {
		return nil, fmt.Errorf("no command starts it: a server at an address is tapped by rpcsh tap -l ADDRESS TARGET")
	}
	w, err := change(command, jsontext.Texts(jsontext.Get(entry, "args")))
	if err != nil {
		return nil, err
	}
	quoted := jsontext.Quote(w.command)
	from, to, _ := place(entry, "command")
	listFrom, listTo, ok := place(entry, "args")
	if !ok {
		return []edit{{from, to, quoted + argsMember + jsontext.QuoteList(w.put)}}, nil
	}
	list := w.of(entry[listFrom:listTo])
	list.from, list.to = listFrom+list.from, listFrom+list.to
	if listFrom == to+len(argsMember) && string(entry[to:listFrom]) == argsMember && w.empties(entry, list, listTo) {
		return []edit{{from, listTo, quoted}}, nil // which Wrap has put there
	}
	edits := []edit{{from, to, quoted}, list}
	slices.SortFunc(edits, func(a, b edit) int { return b.from - a.from })
	return edits, nil
}

// argsMember is what Wrap puts between a command and its arguments where there were none; nobody else writes it so.
const argsMember = `,"args": `

// empties reports whether nothing is left of a list that ends at to.
func (w *rewiring) empties(entry []byte, list edit, to int) bool {
	return w.cut > 0 && len(w.put) == 0 && jsontext.Space(entry, list.to) == to-len("]")
}

// of returns the edit of a list of arguments, whose other elements stay as they are written.
func (w *rewiring) of(list []byte) edit {
	if list[0] != '[' { // null, perhaps
		return edit{0, len(list), jsontext.QuoteList(w.put)}
	}
	from := len("[")
	to, more := from, true // to is behind what is cut, and the comma there
	for range w.cut {
		_, end, err := jsontext.Value(list[to:])
		if err != nil {
			break
		}
		to += end
		behind := jsontext.Space(list, to)
		if more = list[behind] == ','; more {
			to = behind + 1
		}
	}
	if w.cut == 0 {
		_, _, err := jsontext.Value(list[from:])
		more = err == nil
	}
	put := strings.Trim(jsontext.QuoteList(w.put), "[]")
	if put != "" && more {
		put += ","
	}
	return edit{from, to, put}
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
