package transport

import (
	"path/filepath"
	"reflect"
	"strings"
	"testing"
)

func TestParseTarget(t *testing.T) {
	tests := []struct{ text, url, short, dial string }{
		{"tcp://localhost:6000", "tcp://localhost:6000", "localhost:6000", "localhost:6000"},
		{"tcp://localhost:6000/", "tcp://localhost:6000", "localhost:6000", "localhost:6000"},
		{"localhost:6000", "tcp://localhost:6000", "localhost:6000", "localhost:6000"},
		{"localhost:06000", "tcp://localhost:6000", "localhost:6000", "localhost:6000"},
		{"example.org:0", "tcp://example.org:0", "example.org:0", "example.org:0"},
		{":6000", "tcp://:6000", ":6000", "localhost:6000"},
		{"tcp://:6000", "tcp://:6000", ":6000", "localhost:6000"},
		{"[::1]:6000", "tcp://[::1]:6000", "[::1]:6000", "[::1]:6000"},
		{"tcp://[fe80::1%lo]:65535", "tcp://[fe80::1%lo]:65535", "[fe80::1%lo]:65535", "[fe80::1%lo]:65535"},
		{"unix:///run/s", "unix:///run/s", "/run/s", "/run/s"},
		{"unix://s", "unix://s", "s", "s"},
		{"/run/s", "unix:///run/s", "/run/s", "/run/s"},
		{"./s", "unix://./s", "./s", "./s"},
		{"folder/s:1", "unix://folder/s:1", "folder/s:1", "folder/s:1"},
		{"tls://example.org:6000", "tls://example.org:6000", "tls://example.org:6000", "example.org:6000"},
		{"tls://:6000/", "tls://:6000", "tls://:6000", "localhost:6000"},
		{"ws://localhost", "ws://localhost:80/", "ws://localhost:80", "localhost:80"},
		{"wss://localhost/", "wss://localhost:443/", "wss://localhost:443", "localhost:443"},
		{"ws://:7000/rpc?token=1#top", "ws://:7000/rpc?token=1", "ws://:7000/rpc?token=1", "localhost:7000"},
		{"ws://[::1]/a%20b", "ws://[::1]:80/a%20b", "ws://[::1]:80/a%20b", "[::1]:80"},
		{"ws://[fe80::1%25lo]:7000/", "ws://[fe80::1%25lo]:7000/", "ws://[fe80::1%25lo]:7000", "[fe80::1%lo]:7000"},
		{"http://localhost:8545", "http://localhost:8545/", "http://localhost:8545", "localhost:8545"},
		{"http://example.org?x", "http://example.org:80/?x", "http://example.org:80/?x", "example.org:80"},
		{"https://user@example.org/mcp", "https://user@example.org:443/mcp", "https://user@example.org:443/mcp",
			"example.org:443"},
		{"http+unix:///run/s", "http+unix:///run/s", "http+unix:///run/s", "/run/s"},
		{"http+unix:/run/s:/rpc?x=a:/b#top", "http+unix:///run/s:/rpc?x=a:/b", "http+unix:///run/s:/rpc?x=a:/b",
			"/run/s"},
		{"ws+unix:///run/s.sock:/rpc", "ws+unix:///run/s.sock:/rpc", "ws+unix:///run/s.sock:/rpc", "/run/s.sock"},
		{"http+unix://%2Frun%2Fs/rpc/", "http+unix:///run/s:/rpc/", "http+unix:///run/s:/rpc", "/run/s"},
		{"http+unix://%2frun%2Fa%3A%2Fb", "http+unix://%2Frun%2Fa:%2Fb/", "http+unix://%2Frun%2Fa:%2Fb", "/run/a:/b"},
		{"http://unix:/run/s:/rpc", "http+unix:///run/s:/rpc", "http+unix:///run/s:/rpc", "/run/s"},
		{"ws://unix:./s", "ws+unix://./s", "ws+unix://./s", "./s"},
		{"http://unix/rpc", "http://unix:80/rpc", "http://unix:80/rpc", "unix:80"},
		{"ws://:9229/8b4fa2b6-5b1c-4f1e-9c53-d1f5b9d0a1c2", "ws://:9229/8b4fa2b6-5b1c-4f1e-9c53-d1f5b9d0a1c2",
			"ws://:9229/…", "localhost:9229"},
		{"/run/user/1000/a-long-name/of/a/s", "unix:///run/user/1000/a-long-name/of/a/s", "…/a-long-name/of/a/s",
			"/run/user/1000/a-long-name/of/a/s"},
		{"/run/a-name-that-is-long-by-itself", "unix:///run/a-name-that-is-long-by-itself",
			"…/a-name-that-is-long-by-itself", "/run/a-name-that-is-long-by-itself"},
	}
	for _, test := range tests {
		target, err := ParseTarget(test.text)
		if err != nil {
			t.Errorf("%q: %v", test.text, err)
			continue
		}
		if target.String() != test.url || target.Short() != test.short || target.DialAddress() != test.dial {
			t.Errorf("%q is %q, %q, dialled as %q", test.text, target, target.Short(), target.DialAddress())
		}
		if again, err := ParseTarget(target.String()); err != nil || !reflect.DeepEqual(again, target) {
			t.Errorf("%q becomes %q, %v", target, again, err)
		}
	}
}

// A target is in one place, however it is written.
func TestPlace(t *testing.T) {
	socket, err := filepath.Abs("sock")
	if err != nil {
		t.Fatal(err)
	}
	for place, texts := range map[string][]string{
		"localhost:6000": {":6000", "6000", "localhost:6000", "127.0.0.1:6000", "[::1]:6000", "tcp://:6000",
			"tls://:6000", "http://localhost:6000", "http://127.0.0.1:6000/", "ws://:6000"},
		"localhost:6000/rpc":      {"http://:6000/rpc", "ws://127.0.0.1:6000/rpc/"},
		"user@localhost:80":       {"http://user:secret@localhost"},
		"example.org:443":         {"https://example.org", "wss://example.org/"},
		socket:                    {"./sock", "unix://sock", socket, "ws+unix://sock"},
		socket + ":/rpc":          {"http+unix:sock:/rpc", "http+unix://" + socket + ":/rpc/"},
		"192.0.2.1:1":             {"192.0.2.1:1"},
		"[fe80::1%25lo]:7000/rpc": {"ws://[fe80::1%25lo]:7000/rpc"},
	} {
		for _, text := range texts {
			if got := mustParse(t, text).Place(); got != place {
				t.Errorf("%s is at %s, want %s", text, got, place)
			}
		}
	}
	if got := CommandTarget([]string{"a", "b/"}).Place(); got != "exec:a b/" {
		t.Errorf("a command is at %s", got)
	}
}

func TestTargetHidesPassword(t *testing.T) {
	target := mustParse(t, "http://user:secret@:8332/wallet")
	if got := target.String() + target.Short(); strings.Contains(got, "secret") || !strings.Contains(got, "user@") {
		t.Errorf("it is shown as %s", got)
	}
	if got := target.URL(); got != "http://user:secret@localhost:8332/wallet" {
		t.Errorf("the client gets %s", got)
	}
}

func TestCommandTarget(t *testing.T) {
	target := CommandTarget([]string{"/usr/bin/clangd", "--log=error"})
	if !target.IsCommand() || !target.IsStream() || target.String() != "exec:/usr/bin/clangd --log=error" ||
		target.Short() != "clangd" {
		t.Errorf("it is %q, %q", target, target.Short())
	}
}

// NAME=VALUE before a command is its environment, and is not shown, as it may be a secret.
func TestCommandTargetHasAnEnvironment(t *testing.T) {
	for _, tt := range []struct {
		words   string
		env, n  int    // words that are the environment, and that are the command
		address string // the target as text
	}{
		{"A=1 cmd", 1, 1, "exec:cmd"},
		{"AWS_REGION=us-east-1 _b2= cmd C=3 -x", 2, 3, "exec:cmd C=3 -x"},
		{"A=1", 1, 0, "exec:"},
		{"./A=1 cmd", 0, 2, "exec:./A=1 cmd"},
		{"=1 cmd", 0, 2, "exec:=1 cmd"},
		{"1A=1 cmd", 0, 2, "exec:1A=1 cmd"},
		{"-a=1 cmd", 0, 2, "exec:-a=1 cmd"},
		{"A=a=b cmd", 1, 1, "exec:cmd"},
	} {
		got := CommandTarget(strings.Fields(tt.words))
		if len(got.Env) != tt.env || len(got.Command) != tt.n || got.String() != tt.address {
			t.Errorf("%s: env %q, command %q, %s", tt.words, got.Env, got.Command, got)
		}
	}
}

func TestParseTargetSaysWhatIsWrong(t *testing.T) {
	tests := map[string][]string{ // what the error has in it
		"":                   {"no target", "host:port", "unix:///path"},
		"localhost":          {`"localhost" has no port`, "localhost:PORT", "./localhost"},
		"tcp://localhost":    {"has no port", "localhost:PORT"},
		"tls://localhost":    {"has no port", "localhost:PORT"},
		"tcp://":             {"no host and no port", "host:port"},
		"localhost:":         {`port ""`, "0 to 65535"},
		"localhost:http":     {`port "http"`, "0 to 65535"},
		"localhost:65536":    {`port "65536"`, "0 to 65535"},
		"localhost:-1":       {`port "-1"`, "0 to 65535"},
		"localhost:+1":       {`port "+1"`, "0 to 65535"},
		"ws://::":            {"no IPv6 address"},
		"::1":                {"brackets"},
		"fe80::1:6000":       {"brackets"},
		"[::1]":              {"host:port"},
		"[::1":               {"host:port"},
		"unix://":            {"no path", "unix:///path"},
		"ftp://localhost:80": {`"ftp" is not known`, "tcp, unix, tls, ws, wss, http, https"},
		"://localhost:80":    {`"" is not known`},
		"TCP://localhost:80": {`"TCP" is not known`},
		"ws://":              {"no URL with a host", "ws://host:port/path"},
		"ws:///path":         {"no URL with a host"},
		"http://h:1/%zz":     {"no URL"},
		"http://h:65536/":    {`port "65536"`},
		"wss://[::1/":        {"no URL"},
	}
	for text, wants := range tests {
		target, err := ParseTarget(text)
		if err == nil {
			t.Errorf("%q is %q", text, target)
			continue
		}
		for _, want := range wants {
			if !strings.Contains(err.Error(), want) {
				t.Errorf("%q: %v; want %q in it", text, err, want)
			}
		}
		if strings.Contains(err.Error(), "\n") {
			t.Errorf("%q: the error has several lines: %v", text, err)
		}
	}
}

func FuzzParseTarget(f *testing.F) {
	for _, seed := range []string{
		"localhost:1", ":1", "tcp://[::1]:1", "unix:///s", "./s", "a://b", "[", "%:1", "::::", "a:b:c", "tcp:///:1/",
		"ws://h", "wss://u:p@h/x?y", "http://[fe80::1%25a]:1", "https://:1/%20", "http://[::%25%25]",
		"http://[::%25a%20b]", "http://[::%25\xc3\xa9]", "http://a%25b",
		"ws://::",
	} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		target, err := ParseTarget(text)
		if err != nil {
			return
		}
		again, err := ParseTarget(target.String())
		target.User, _, _ = strings.Cut(target.User, ":")
		if err != nil || !reflect.DeepEqual(again, target) {
			t.Fatalf("%q is %q, which is %q, %v", text, target, again, err)
		}
	})
}

func mustParse(t *testing.T, text string) Target {
	t.Helper()
	target, err := ParseTarget(text)
	if err != nil {
		t.Fatal(err)
	}
	return target
}

// TestErrorsShowNoPassword has targets that are wrong, with a password.
func TestErrorsShowNoPassword(t *testing.T) {
	for _, text := range []string{
		"http://me:s3cret@:x/", "http://me:s3cret@h:99999/", "htp://me:s3cret@h:1/", "tcp://me:s3cret@h:1",
		"me:s3cret@h:1", "me:s3cret@h", "ws://me:s3%zcret@h:1/", "https://me:s3cret/s3cret@h:1", "tls://me:s3cret@h",
		"tcp://:s3cret@h:1", "ws://me:a@s3cret@h:x",
	} {
		target, err := ParseTarget(text)
		switch {
		case err == nil:
			t.Errorf("%s is %v", text, target)
		case strings.Contains(err.Error(), "cret") || !strings.Contains(err.Error(), ":xxxxx@h") &&
			!strings.Contains(err.Error(), ":xxxxx@:x"):
			t.Errorf("%s: %v", text, err)
		}
	}
	if _, err := ParseTarget("h@x:1:2"); err == nil || !strings.Contains(err.Error(), `"h@x:1:2"`) {
		t.Errorf("without a password: %v", err)
	}
}
