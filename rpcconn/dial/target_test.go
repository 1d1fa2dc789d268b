package dial

import (
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
	}
	for _, test := range tests {
		target, err := ParseTarget(test.text)
		if err != nil {
			t.Errorf("%q: %v", test.text, err)
			continue
		}
		if target.String() != test.url || target.Short() != test.short || target.dialAddress() != test.dial {
			t.Errorf("%q is %q, %q, dialled as %q", test.text, target, target.Short(), target.dialAddress())
		}
		if again, err := ParseTarget(target.String()); err != nil || again != target {
			t.Errorf("%q becomes %q, %v", target, again, err)
		}
	}
}

func TestParseTargetSaysWhatIsWrong(t *testing.T) {
	tests := map[string][]string{ // what the error has in it
		"":                   {"no target", "host:port", "unix:///path"},
		"localhost":          {`"localhost" has no port`, "localhost:PORT", "./localhost"},
		"tcp://localhost":    {"has no port", "localhost:PORT"},
		"tcp://":             {"names no peer", "tcp://", "host:port"},
		"localhost:":         {`port ""`, "0 to 65535"},
		"localhost:http":     {`port "http"`, "0 to 65535"},
		"localhost:65536":    {`port "65536"`, "0 to 65535"},
		"localhost:-1":       {`port "-1"`, "0 to 65535"},
		"localhost:+1":       {`port "+1"`, "0 to 65535"},
		"::1":                {"brackets"},
		"fe80::1:6000":       {"brackets"},
		"[::1]":              {"host:port"},
		"[::1":               {"host:port"},
		"unix://":            {"no path", "unix:///path"},
		"ws://localhost:80":  {`"ws" is not known`, "tcp and unix"},
		"://localhost:80":    {`"" is not known`},
		"TCP://localhost:80": {`"TCP" is not known`},
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
	for _, seed := range []string{"localhost:1", ":1", "tcp://[::1]:1", "unix:///s", "./s", "a://b", "[", "%:1", "::::", "a:b:c", "tcp:///:1/"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		target, err := ParseTarget(text)
		if err != nil {
			return
		}
		if again, err := ParseTarget(target.String()); err != nil || again != target {
			t.Fatalf("%q is %q, which is %q, %v", text, target, again, err)
		}
	})
}
