// Package paste writes a call as a line for a system's shell (POSIX), which makes it again when it is pasted: one of
// rpcsh, curl or websocat. What lets us in is left out of such a line, which may end up in a bug report: ${NAME} stands
// in its place, which the shell takes from the environment.
package paste

import (
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"

	"rpcsh/rpcconn"
	"rpcsh/rpcconn/dial"
	"rpcsh/rpcconn/jsontext"
	"rpcsh/rpcconn/transport"
	"rpcsh/shell/human"
	"rpcsh/shell/lang"
)

// maxLine is the largest message that is written into a line, in bytes: one argument of a program has 128 KiB on Linux
// (execve(2), MAX_ARG_STRLEN).
const maxLine = 100 << 10

// A Call is one that was made, and how it reached its peer.
type Call struct {
	Target transport.Target // that was dialled
	Wire   dial.Wire        // that is spoken
	Config dial.Config      // with which it was dialled
	Begins bool             // what is spoken begins a session before it takes calls

	Method string
	Params json.RawMessage // as they were sent; nil: none
	Extra  json.RawMessage // further members of the message, as an object; nil: none
	ID     rpcconn.ID      // none: a notification

	Name  string          // by which a line of rpcsh makes the call; "": as it was sent
	Given json.RawMessage // what such a line gives it

	Batch []Part // of a batch, all its calls, in place of the one above
}

// A Part is a call of a batch.
type Part struct {
	Method        string
	Params, Extra json.RawMessage
	ID            rpcconn.ID
}

// notify reports whether the call has no answer.
func (p *Part) notify() bool { return p.ID.IsNone() }

// parts returns what is sent.
func (c *Call) parts() []Part {
	if c.Batch == nil {
		return []Part{{c.Method, c.Params, c.Extra, c.ID}}
	}
	return c.Batch
}

// silent reports whether nothing of the call is answered.
func (c *Call) silent() bool {
	return !slices.ContainsFunc(c.parts(), func(p Part) bool { return !p.notify() })
}

// batch returns a batch as a line of the shell.
func (c *Call) batch() string {
	calls := make([]string, len(c.Batch))
	for i, p := range c.Batch {
		if p.notify() {
			calls[i] = "!"
		}
		calls[i] = strings.TrimSpace(calls[i] + lang.SpellMethod(p.Method) + " " + compact(p.Params))
	}
	return ".batch " + strings.Join(calls, " ; ")
}

// RPCSH returns the line that makes the call by rpcsh, and which variables stand for what is left out. The error says
// why there is none.
func (c *Call) RPCSH() (line string, left []string, err error) {
	if err := c.check(); err != nil {
		return "", nil, err
	}
	if slices.ContainsFunc(c.Batch, func(p Part) bool { return p.Extra != nil }) {
		return "", nil, errors.New("the calls of the batch have further members, which no line gives to each of them")
	}
	l := newLine("rpcsh")
	l.add("-p", c.Wire.Protocol.Name)
	if c.Target.IsStream() && !c.Wire.Protocol.OwnOnly && c.Wire.Framing != "" {
		l.add("-f", c.Wire.Framing)
	}
	c.headers(func(name, value string) { l.hide("-H", name+": ", name, value) })
	if user := c.Config.Credentials.User; user != nil {
		password, _ := user.Password()
		l.hide("--user", user.Username()+":", "PASSWORD", password)
	}
	if token := c.Config.Credentials.Token; token != "" {
		l.hide("--token", "", "TOKEN", token)
	}
	for _, f := range []struct{ flag, value string }{
		{"--session-header", c.Config.Credentials.SessionHeader}, {"--cookie-file", c.Config.CookieFile},
		{"--origin", c.Config.Origin}, {"--subprotocol", strings.Join(c.Config.Subprotocols, ",")},
		{"--ca", c.Config.TLS.CA}, {"--cert", c.Config.TLS.Cert}, {"--key", c.Config.TLS.Key},
		{"--server-name", c.Config.TLS.ServerName},
	} {
		if f.value != "" {
			l.add(f.flag, f.value)
		}
	}
	if c.Config.TLS.Insecure {
		l.add("--insecure")
	}
	c.call(l)
	return l.text(), l.left, nil
}

// call adds the target and the call to a line of rpcsh: as words, or as a line of its own where they would not be read
// as they are meant, or do not stand behind a command.
func (c *Call) call(l *shellLine) {
	method, params := c.Method, compact(c.Params)
	if c.Name != "" {
		method, params = c.Name, compact(c.Given)
	}
	plain := c.Extra == nil && lang.SpellMethod(method) == method && strings.IndexAny(method, ".!@-") != 0
	if plain && c.Batch == nil && !c.Target.IsCommand() {
		if c.ID.IsNone() {
			l.add("-n")
		}
		l.target(c.Target)
		l.add(method)
		if params != "" {
			l.add(params)
		}
		return
	}
	line := ".call "
	if c.ID.IsNone() {
		line = ".notify "
	}
	for _, m := range jsontext.Members(c.Extra) {
		line += "--with " + m.Name + ":=" + compact(m.Value) + " "
	}
	if line += lang.SpellMethod(method) + " " + params; c.Batch != nil {
		line = c.batch()
	}
	l.add("-e", strings.TrimSpace(line))
	if c.Target.IsCommand() {
		l.add("--")
		for _, variable := range c.Target.Env {
			name, value, _ := strings.Cut(variable, "=")
			l.hide("", name+"=", name, value)
		}
		l.add(c.Target.Command...)
		return
	}
	l.target(c.Target)
}

// Curl returns the line that makes the call by curl or, over WebSocket, by websocat, and which variables stand for what
// is left out. The error says why there is none.
func (c *Call) Curl() (line string, left []string, err error) {
	if err := c.check(); err != nil {
		return "", nil, err
	}
	const rather = "; .line writes a line of rpcsh"
	switch {
	case !c.Target.CanGet():
		return "", nil, errors.New("curl speaks HTTP, and websocat WebSocket, which this peer does not" + rather)
	case c.Begins:
		const text = "%s begins with a handshake, which curl does not make" + rather
		return "", nil, fmt.Errorf(text, c.Wire.Protocol.Title)
	}
	message, err := c.message()
	if err != nil {
		return "", nil, err
	}
	if c.Target.IsWebSocket() {
		if c.Target.Socket() != "" {
			return "", nil, errors.New("websocat has another way to Unix sockets" + rather)
		}
		return c.websocat(string(message))
	}
	l := newLine("curl", "-sS")
	l.add("-H", "Content-Type: application/json")
	c.headers(func(name, value string) { l.hide("-H", name+": ", name, value) })
	c.credentials(func(user, password string) { l.hide("-u", user+":", "PASSWORD", password) },
		func(token string) { l.hide("-H", "Authorization: Bearer ", "TOKEN", token) })
	for _, f := range []struct{ flag, value string }{
		{"--cacert", c.Config.TLS.CA}, {"--cert", c.Config.TLS.Cert}, {"--key", c.Config.TLS.Key},
		{"--unix-socket", c.Target.Socket()},
	} {
		if f.value != "" {
			l.add(f.flag, f.value)
		}
	}
	if c.Config.CookieFile != "" {
		l.substitute("-u", "cat "+quoted(c.Config.CookieFile))
	}
	if c.Config.TLS.Insecure {
		l.add("-k")
	}
	l.add("--data-binary", string(message))
	l.url(c.Target.URL())
	return l.text(), l.left, nil
}

// websocat returns the line that sends message over WebSocket, and prints what comes next where there is an answer.
func (c *Call) websocat(message string) (line string, left []string, err error) {
	l := newLine("websocat")
	if !c.silent() {
		l.add("-n1")
	}
	c.headers(func(name, value string) { l.hide("-H", name+": ", name, value) })
	c.credentials(
		func(user, password string) { l.hide("--basic-auth", user+":", "PASSWORD", password) },
		func(token string) { l.hide("-H", "Authorization: Bearer ", "TOKEN", token) },
	)
	for _, f := range []struct{ flag, value string }{
		{"--origin", c.Config.Origin}, {"--protocol", strings.Join(c.Config.Subprotocols, ",")},
	} {
		if f.value != "" {
			l.add(f.flag, f.value)
		}
	}
	if c.Config.TLS.Insecure {
		l.add("-k")
	}
	l.url(c.Target.URL())
	return `printf '%s\n' ` + quoted(message) + " | " + l.text(), l.left, nil
}

// check returns why the call cannot be a line.
func (c *Call) check() error {
	size := 0
	for _, p := range c.parts() {
		size += len(p.Params)
	}
	switch {
	case c.Target.Scheme == "":
		return errors.New("the peer has come by itself: there is nothing to dial")
	case size > maxLine:
		return fmt.Errorf("the params have %s, which no line takes: .show N | .params > FILE writes them, and "+
			"METHOD @FILE takes them", human.Size(size))
	}
	return nil
}

// message returns the message that was sent.
func (c *Call) message() ([]byte, error) {
	packet := rpcconn.Packet{Batch: c.Batch != nil}
	for _, p := range c.parts() {
		kind := rpcconn.KindRequest
		if p.notify() {
			kind = rpcconn.KindNotification
		}
		packet.Messages = append(packet.Messages, rpcconn.Message{
			Kind: kind, ID: p.ID, Method: p.Method, Params: p.Params, Extra: p.Extra,
		})
	}
	return c.Wire.Protocol.NewCodec().AppendEncode(nil, &packet)
}

// headers hands on the headers that were asked for, in order of name.
func (c *Call) headers(each func(name, value string)) {
	for _, name := range sortedNames(c.Config.Header) {
		for _, value := range c.Config.Header[name] {
			each(name, value)
		}
	}
}

// credentials hands on who we are: a user of the target's URL goes before others.
func (c *Call) credentials(user func(name, password string), token func(string)) {
	switch u := c.Config.Credentials.User; {
	case c.Target.User != "": // the URL has it
	case u != nil:
		password, _ := u.Password()
		user(u.Username(), password)
	case c.Config.Credentials.Token != "":
		token(c.Config.Credentials.Token)
	}
}

func compact(value json.RawMessage) string {
	text, err := jsontext.AppendCompact(nil, value)
	if err != nil {
		return string(value)
	}
	return string(text)
}
