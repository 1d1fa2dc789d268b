package tap

import (
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

// changed returns a configuration in which a server has another command.
func changed(
	config []byte, server string, change func(command string, args []string) (string, []string, error),
) ([]byte, error) {
	if err := jsontext.Valid(config); err != nil {
		return nil, fmt.Errorf("it is no JSON (comments are none, either): %w", err)
	}
	var known []string
	for _, list := range serverLists {
		from, to, ok := place(config, list)
		if !ok {
			continue
		}
		servers := config[from:to]
		for name := range jsontext.Index(servers) {
			known = append(known, name)
		}
		at, end, ok := place(servers, server)
		if !ok {
			continue
		}
		entry, err := changeEntry(servers[at:end], change)
		if err != nil {
			return nil, err
		}
		return slices.Concat(config[:from+at], entry, config[from+end:]), nil
	}
	if len(known) == 0 {
		return nil, fmt.Errorf("it has no servers: none of %s", strings.Join(serverLists[:], ", "))
	}
	slices.Sort(known)
	return nil, fmt.Errorf("it has no server %s: there are %s", server, strings.Join(known, ", "))
}

func changeEntry(
	entry []byte, change func(command string, args []string) (string, []string, error),
) ([]byte, error) {
	command := jsontext.Text(jsontext.Get(entry, "command"))
	if command == "" {
		return nil, fmt.Errorf("no command starts it: a server at an address is tapped by rpcsh tap -l ADDRESS TARGET")
	}
	command, args, err := change(command, jsontext.Texts(jsontext.Get(entry, "args")))
	if err != nil {
		return nil, err
	}
	list := jsontext.QuoteList(args)
	if from, to, ok := place(entry, "args"); ok {
		entry = slices.Concat(entry[:from], []byte(list), entry[to:])
	} else {
		list = `,"args":` + list
	}
	from, to, _ := place(entry, "command")
	quoted := jsontext.Quote(command)
	if strings.HasPrefix(list, ",") {
		quoted += list
	}
	return slices.Concat(entry[:from], []byte(quoted), entry[to:]), nil
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
