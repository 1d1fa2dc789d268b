package paste

import (
	"encoding/json"
	"net/http"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"testing"

	"rpcsh/rpcconn"
	"rpcsh/rpcconn/dial"
	"rpcsh/rpcconn/transport"
	"rpcsh/rpcconn/transport/web"
)

// wireOf is what a target speaks.
func wireOf(t *testing.T, at, protocol, framing string) (transport.Target, dial.Wire) {
	t.Helper()
	target, err := transport.ParseTarget(at)
	if err != nil {
		t.Fatal(err)
	}
	w, err := dial.Config{Protocol: protocol, Framing: framing}.Wire(target)
	if err != nil {
		t.Fatal(err)
	}
	return target, w
}

// run runs line in a shell, in which rpcsh, curl and websocat print their words, one a line, and websocat its input
// before; environment is what the variables are.
func run(t *testing.T, line string, environment ...string) (words []string) {
	t.Helper()
	if runtime.GOOS == "windows" {
		t.Skip("a line for sh is run")
	}
	dir := t.TempDir()
	const script = "#!/bin/sh\ncase $0 in *websocat) cat;; esac\nprintf '%s\\n' \"${0##*/}\" \"$@\"\n"
	for _, name := range []string{"rpcsh", "curl", "websocat"} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(script), 0o755); err != nil {
			t.Fatal(err)
		}
	}
	cmd := exec.Command("sh", "-c", line)
	cmd.Env = append([]string{"PATH=" + dir + ":" + os.Getenv("PATH"), "HOME=/nowhere"}, environment...)
	out, err := cmd.CombinedOutput()
	if err != nil {
		t.Fatalf("%s: %v: %s", line, err, out)
	}
	return strings.Split(strings.TrimSuffix(string(out), "\n"), "\n")
}

// A line has each word as it is meant, whatever is in it, and no secret.
func TestLines(t *testing.T) {
	t.Setenv("SERVICE_TOKEN", "of-the-environment")
	const odd = `{"a b":"it's $HOME \"q\" ` + "`x` \\\\ ! \\n * ~\"}"
	header := http.Header{
		"Authorization": {"Bearer of-the-environment"}, "X-Api-Key": {"$ecret 'x'"}, "Accept-Language": {"de; q=1"},
	}
	for _, tt := range []struct {
		name, at, protocol, framing string
		call                        Call
		rpcsh, curl                 string // words, a blank between them; "!": an error
		left                        string
	}{
		{
			"a stream", "localhost:6000", "jsonrpc", "line", Call{Method: "my_add", Params: raw("[40, 2]")},
			`rpcsh|-p|jsonrpc|-f|line|tcp://localhost:6000|my_add|[40,2]`,
			"!curl speaks HTTP, and websocat WebSocket, which this peer does not; .line writes a line of rpcsh", "",
		},
		{
			"a protocol with one framing", "/tmp/a b.sock", "bsonrpc", "", Call{Method: "ping"},
			`rpcsh|-p|bsonrpc|unix:///tmp/a b.sock|ping`, "!curl speaks HTTP", "",
		},
		{
			"odd text", "http://localhost:1/", "jsonrpc", "", Call{Method: "echo", Params: raw(odd)},
			"rpcsh|-p|jsonrpc|http://localhost:1/|echo|" + odd,
			`curl|-sS|-H|Content-Type: application/json|--data-binary|` +
				`{"jsonrpc":"2.0","id":7,"method":"echo","params":` + odd + `}|http://localhost:1/`, "",
		},
		{
			"headers", "https://h:1/", "jsonrpc", "",
			Call{Method: "m", Config: dial.Config{
				Header: header, TLS: transport.TLSOptions{CA: "ca.pem", Insecure: true},
			}},
			"rpcsh|-p|jsonrpc|-H|Accept-Language: de; q=1|-H|Authorization: Bearer of-the-environment|" +
				"-H|X-Api-Key: KEY|--ca|ca.pem|--insecure|https://h:1/|m",
			"curl|-sS|-H|Content-Type: application/json|-H|Accept-Language: de; q=1|" +
				"-H|Authorization: Bearer of-the-environment|-H|X-Api-Key: KEY|--cacert|ca.pem|-k|" +
				`--data-binary|{"jsonrpc":"2.0","id":7,"method":"m"}|https://h:1/`,
			"SERVICE_TOKEN X_API_KEY",
		},
		{
			"secrets in a URL", "http://me:pa55@h:1/v3/of-the-environment?api_key=123&x=1", "jsonrpc", "",
			Call{Method: "m"},
			"rpcsh|-p|jsonrpc|http://me:PASS@h:1/v3/of-the-environment?api_key=KEY2&x=1|m",
			"curl|-sS|-H|Content-Type: application/json|--data-binary|" +
				`{"jsonrpc":"2.0","id":7,"method":"m"}|http://me:PASS@h:1/v3/of-the-environment?api_key=KEY2&x=1`,
			"PASSWORD SERVICE_TOKEN API_KEY",
		},
		{
			"a user", "ws://h:1/", "jsonrpc", "", Call{Method: "m", Config: dial.Config{
				Credentials: web.Credentials{User: url.UserPassword("me", "pa55")}, Origin: "http://o",
			}},
			"rpcsh|-p|jsonrpc|--user|me:PASS|--origin|http://o|ws://h:1/|m",
			`{"jsonrpc":"2.0","id":7,"method":"m"}|websocat|-n1|--basic-auth|me:PASS|--origin|http://o|ws://h:1/`,
			"PASSWORD",
		},
		{
			"a token", "ws://h:1/", "jsonrpc", "", Call{
				Method: "m", Config: dial.Config{Credentials: web.Credentials{Token: "xyz"}},
			},
			"rpcsh|-p|jsonrpc|--token|TOK|ws://h:1/|m",
			`{"jsonrpc":"2.0","id":7,"method":"m"}|websocat|-n1|-H|Authorization: Bearer TOK|ws://h:1/`, "TOKEN",
		},
		{
			"a notification", "ws://h:1/", "jsonrpc", "", Call{Method: "tick", Params: raw(`[1]`), ID: rpcconn.ID{}},
			"rpcsh|-p|jsonrpc|-n|ws://h:1/|tick|[1]",
			`{"jsonrpc":"2.0","method":"tick","params":[1]}|websocat|ws://h:1/`, "",
		},
		{
			"a method that would be read as something else", "http://h:1/", "jsonrpc", "", Call{Method: ".odd one"},
			`rpcsh|-p|jsonrpc|-e|.call ".odd one"|http://h:1/`,
			`curl|-sS|-H|Content-Type: application/json|--data-binary|{"jsonrpc":"2.0","id":7,"method":".odd one"}|` +
				`http://h:1/`, "",
		},
		{
			"further members", "ws://h:1/", "cdp", "", Call{Method: "Page.enable", Extra: raw(`{"sessionId":"A 1"}`)},
			`rpcsh|-p|cdp|-e|.call --with sessionId:="A 1" Page.enable|ws://h:1/`,
			`{"id":7,"method":"Page.enable","sessionId":"A 1"}|websocat|-n1|ws://h:1/`, "",
		},
		{
			"a handshake", "http://h:1/", "mcp", "", Call{Method: "tools/list", Begins: true},
			"rpcsh|-p|mcp|http://h:1/|tools/list", "!MCP begins with a handshake, which curl does not make", "",
		},
	} {
		t.Run(tt.name, func(t *testing.T) {
			c := tt.call
			c.Target, c.Wire = wireOf(t, tt.at, tt.protocol, tt.framing)
			if tt.name != "a notification" {
				c.ID = rpcconn.IntID(7)
			}
			for want, write := range map[string]func() (string, []string, error){tt.rpcsh: c.RPCSH, tt.curl: c.Curl} {
				line, left, err := write()
				if text, fails := strings.CutPrefix(want, "!"); fails {
					if err == nil || !strings.HasPrefix(err.Error(), text) {
						t.Errorf("%v, want %s", err, text)
					}
					continue
				}
				if err != nil {
					t.Fatal(err)
				}
				for _, secret := range []string{"of-the-environment", "$ecret", "pa55", "xyz", "=123"} {
					if strings.Contains(line, secret) {
						t.Errorf("%s is in %s", secret, line)
					}
				}
				if got := strings.Join(left, " "); got != tt.left {
					t.Errorf("%s: %s are left out, want %s", line, got, tt.left)
				}
				got := strings.Join(run(t, line, "SERVICE_TOKEN=of-the-environment", "X_API_KEY=KEY", "API_KEY=KEY2",
					"PASSWORD=PASS", "TOKEN=TOK"), "|")
				if got != want {
					t.Errorf("%s is\n%s, want\n%s", line, got, want)
				}
			}
		})
	}
}

// A child process is started by the line, with what its environment had.
func TestLineOfChild(t *testing.T) {
	_, w := wireOf(t, "localhost:1", "jsonrpc", "line")
	c := Call{
		Target: transport.CommandTarget([]string{"KEY=hidden value", "python3", "-u", "my server.py"}), Wire: w,
		Method: "my_add", Params: raw("[1, 2]"), ID: rpcconn.IntID(1),
	}
	line, left, err := c.RPCSH()
	if err != nil || strings.Contains(line, "hidden") || strings.Join(left, " ") != "KEY" {
		t.Errorf("%s, %s, %v", line, left, err)
	}
	const want = "rpcsh|-p|jsonrpc|-f|line|-e|.call my_add [1,2]|--|KEY=hidden value|python3|-u|my server.py"
	if got := strings.Join(run(t, line, "KEY=hidden value"), "|"); got != want {
		t.Errorf("%s is\n%s, want\n%s", line, got, want)
	}
}

// A batch is one message, and one line.
func TestLineOfBatch(t *testing.T) {
	target, w := wireOf(t, "ws://h:1/", "jsonrpc", "")
	c := Call{Target: target, Wire: w, Method: "tick", Batch: []Part{
		{Method: "two words", Params: raw("[1]")}, {Method: "tick", Params: raw(`{"a b":2}`)},
	}}
	line, _, err := c.RPCSH()
	const want = `rpcsh|-p|jsonrpc|-e|.batch !"two words" [1] ; !tick {"a b":2}|ws://h:1/`
	if got := strings.Join(run(t, line), "|"); err != nil || got != want {
		t.Errorf("%v, %s, want\n%s", err, got, want)
	}
	line, _, err = c.Curl()
	const message = `[{"jsonrpc":"2.0","method":"two words","params":[1]},` +
		`{"jsonrpc":"2.0","method":"tick","params":{"a b":2}}]`
	if err != nil || !strings.Contains(line, "'"+message+"'") || strings.Contains(line, "-n1") { // nobody answers it
		t.Errorf("%v, %s", err, line)
	}
	c.Batch[1].Extra, c.Batch[1].ID = raw(`{"s":1}`), rpcconn.IntID(7)
	if line, _, err = c.Curl(); err != nil || !strings.Contains(line, `"id":7`) || !strings.Contains(line, "-n1") {
		t.Errorf("%v, %s", err, line)
	}
	if line, _, err = c.RPCSH(); err == nil {
		t.Errorf("%s has lost what stands beside the params", line)
	}
}

// What no line can say is said.
func TestNoLine(t *testing.T) {
	target, w := wireOf(t, "http://h:1/", "jsonrpc", "")
	for want, c := range map[string]Call{
		"the peer has come by itself":         {Wire: w, Method: "m"},
		"the params have 100.0 KiB, which no": {Target: target, Wire: w, Method: "m", Params: make([]byte, maxLine+2)},
	} {
		for _, write := range []func() (string, []string, error){c.RPCSH, c.Curl} {
			if _, _, err := write(); err == nil || !strings.HasPrefix(err.Error(), want) {
				t.Errorf("%v, want %s", err, want)
			}
		}
	}
}

func raw(text string) json.RawMessage { return json.RawMessage(text) }
