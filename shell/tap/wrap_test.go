package tap_test

import (
	"strings"
	"testing"

	"rpcsh/shell/tap"
)

const clientConfig = `{
  "theme": "dark",
  "mcpServers": {
    "files": { "command": "npx", "args": ["-y", "server-files", "/tmp"], "env": {"A": "1"} },
    "plain": {"command":"server"},
    "far": {"url": "https://example.com/mcp"}
  }
}
`

// What is wrapped and unwrapped is what it was, byte for byte.
func TestWrap(t *testing.T) {
	wrapped, err := tap.Wrap([]byte(clientConfig), "files", "/bin/rpcsh", []string{"--record", "x.rpcrec"})
	if err != nil {
		t.Fatal(err)
	}
	want := strings.NewReplacer(`"npx"`, `"/bin/rpcsh"`, `["-y", "server-files", "/tmp"]`,
		`["tap","--record","x.rpcrec","--","npx","-y", "server-files", "/tmp"]`).Replace(clientConfig)
	if string(wrapped) != want {
		t.Errorf("got\n%swant\n%s", wrapped, want)
	}
	if wrapped, err = tap.Wrap([]byte(clientConfig), "plain", "rpcsh", nil); err != nil ||
		!strings.Contains(string(wrapped), `{"command":"rpcsh","args": ["tap","--","server"]}`) {
		t.Errorf("%v, got\n%s", err, wrapped)
	}
	// as editors have it
	commented := strings.NewReplacer(`{
  "theme"`, "\ufeff// mine, \"all\" {\n{ /* } */\n  \"theme\"", `/tmp"]`, `/tmp", /* , */ ]`, `"1"} }`, `"1",}, // ]
    }`, `mcp"}`, `mcp"},`).Replace(clientConfig)
	if wrapped, err = tap.Wrap([]byte(commented), "files", "/bin/rpcsh", nil); err != nil {
		t.Fatal(err)
	}
	want = strings.NewReplacer(`"npx"`, `"/bin/rpcsh"`, `["-y", "server-files", "/tmp", /* , */ ]`,
		`["tap","--","npx","-y", "server-files", "/tmp", /* , */ ]`).Replace(commented)
	if string(wrapped) != want {
		t.Errorf("got\n%swant\n%s", wrapped, want)
	}
	wrapped, _ = tap.Wrap([]byte(clientConfig), "plain", "rpcsh", nil)
	for _, tt := range []struct{ config, server, want string }{
		{clientConfig, "nosuch", "it has no server nosuch: there are far, files, plain"},
		{clientConfig, "far", "no command starts it: a server at an address is tapped by rpcsh tap -l ADDRESS TARGET"},
		{string(wrapped), "plain", "plain is started by a tap already"},
		{"{}", "x", "it has no servers: none of mcpServers, servers, context_servers, lsp"},
		{"// x\n{", "x", "it is no JSON, with comments or without: "},
		{"{/* x", "x", "it is no JSON, with comments or without: "},
	} {
		if _, err := tap.Wrap([]byte(tt.config), tt.server, "rpcsh", nil); err == nil ||
			!strings.HasPrefix(err.Error(), tt.want) {
			t.Errorf("%s: %v, want %s", tt.server, err, tt.want)
		}
	}
	_, err = tap.Unwrap([]byte(clientConfig), "files")
	if err == nil || err.Error() != "files is not started by a tap" {
		t.Errorf("unwrapped: %v", err)
	}
}

// Whatever a configuration looks like, it is the same after it was unwrapped, and has no taps then.
func TestUnwrap(t *testing.T) {
	entry := func(text string) string { return `{"servers": {"x": ` + text + `, "y": {"command": "y"}}}` }
	for _, config := range []string{
		entry(`{"command": "npx", "args": ["-y", "server" ]}`),
		entry(`{"command": "npx", "args": [ "-y" , "server" ]}`),
		entry("{\n\"args\": [\n\t\"-y\",\n\t\"server\"\n],\n\"command\": \"npx\"\n}"),
		entry(`{"command": "npx", "args": ["-y", "server", /* , */ ], }`),
		entry(`{"command": "npx", "args": [ ]}`),
		entry(`{"command":"npx","args":[]}`),
		entry(`{"args":[],"command":"npx"}`),
		entry(`{"command":"npx"}`),
		entry(`{"command": "npx", "env": {}}`),
		entry(`{"command":"npx","args":["--","tap","]"]}`),
	} {
		both := []byte(config)
		for _, server := range []string{"x", "y"} {
			wrapped, err := tap.Wrap(both, server, "/bin/rpcsh", []string{"--record", "a [b], c"})
			if err != nil || !tap.HasTaps(wrapped) {
				t.Fatalf("%s: %s, %v", config, wrapped, err)
			}
			both = wrapped
		}
		for _, server := range []string{"x", "y"} {
			if !tap.HasTaps(both) {
				t.Errorf("%s has no taps", both)
			}
			back, err := tap.Unwrap(both, server)
			if err != nil {
				t.Fatalf("%s: %v", both, err)
			}
			both = back
		}
		if string(both) != config || tap.HasTaps(both) {
			t.Errorf("got  %s\nwant %s", both, config)
		}
	}
	null := entry(`{"command": "npx", "args": null}`)
	wrapped, err := tap.Wrap([]byte(null), "x", "rpcsh", nil)
	if want := strings.NewReplacer(`"npx"`, `"rpcsh"`, `null`, `["tap","--","npx"]`).Replace(null); err != nil ||
		string(wrapped) != want {
		t.Errorf("%v, got %s, want %s", err, wrapped, want)
	}
}
