package dial

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"rpcsh/rpcconn/detect"
	"rpcsh/rpcconn/transport"
)

func TestFindings(t *testing.T) {
	t.Parallel()
	f := Findings(filepath.Join(t.TempDir(), "folder", "found.json"))
	tcp := mustParse(t, "localhost:1")
	tests := []struct {
		at    Target
		found detect.Finding
	}{
		{tcp, detect.Finding{Target: tcp, Protocol: "jsonrpc", Framing: "line"}},
		{mustParse(t, "localhost:2"), detect.Finding{Target: mustParse(t, "ws://localhost:2/x"), Protocol: "jsonrpc1"}},
		{mustParse(t, "localhost:3"), detect.Finding{Target: mustParse(t, "tls://localhost:3"), Protocol: "bsonrpc",
			Framing: "bson"}},
		{mustParse(t, "localhost:4"), detect.Finding{Target: mustParse(t, "localhost:4"), Protocol: "jsonrpc",
			Framing: "rfc7464", Settled: true}},
		{mustParse(t, "http://u:p@h/"), detect.Finding{Target: mustParse(t, "http://u:p@h/"), Protocol: "jsonrpc"}},
		{transport.CommandTarget([]string{"clangd", "-x"}),
			detect.Finding{Target: transport.CommandTarget([]string{"clangd", "-x"}), Protocol: "jsonrpc",
				Framing: "header"}},
	}
	for _, test := range tests {
		if got := f.Load(test.at); got != nil {
			t.Errorf("%s: %v before it was saved", test.at, got)
		}
		if err := f.Save(test.at, &test.found); err != nil {
			t.Fatal(err)
		}
	}
	for _, test := range tests {
		got := f.Load(test.at)
		if got == nil || got.Target.String() != test.found.Target.String() || got.Protocol != test.found.Protocol ||
			got.Target.User != test.found.Target.User || got.Settled != test.found.Settled {
			t.Errorf("%s: %v, want %v", test.at, got, &test.found)
		}
	}
	if got := f.Load(mustParse(t, ":3")); got == nil || got.Target.String() != "tls://localhost:3" {
		t.Errorf("by another name of this machine it is %v", got)
	}
	if got := f.Load(mustParse(t, "127.0.0.1:1")); got == nil || got.Target.String() != "tcp://127.0.0.1:1" {
		t.Errorf("by another name of this machine it is %v", got)
	}
	// which has another URL next time
	debugger := &detect.Finding{Target: mustParse(t, "ws://localhost:1/devtools/1"), Protocol: "cdp"}
	if err := f.Save(tcp, debugger); err != nil || f.Load(tcp) != nil {
		t.Errorf("%v is remembered, %v", f.Load(tcp), err)
	}
	if err := f.Forget(tests[1].at); err != nil || f.Load(tests[1].at) != nil || f.Load(tests[2].at) == nil {
		t.Errorf("forgetting one of them: %v", err)
	}
	if data, err := os.ReadFile(f.File); err != nil || strings.Contains(string(data), "u:p") {
		t.Errorf("the file has a password, %v: %s", err, data)
	}
	if err := (detect.Findings{}).Save(tcp, &tests[0].found); err != nil || (detect.Findings{}).Load(tcp) != nil {
		t.Errorf("without a file something is remembered, %v", err)
	}
	blocked := Findings(filepath.Join(f.File, "below"))
	if err := blocked.Save(tcp, &tests[0].found); err == nil ||
		!strings.Contains(err.Error(), "remembering what tcp://localhost:1 speaks") {
		t.Errorf("where nothing can be written: %v", err)
	}
}

// TestFindingsUnreadable checks that a file that is wrong is as good as none, and is replaced.
func TestFindingsUnreadable(t *testing.T) {
	t.Parallel()
	target := mustParse(t, "localhost:1")
	entry := func(at, protocol, framing string) string {
		return fmt.Sprintf(`{"tcp://localhost:1":{"target":%q,"protocol":%q,"framing":%q}}`, at, protocol, framing)
	}
	for _, text := range []string{
		"", "null", "[]", "{", "\x00", `{"tcp://localhost:1":null}`, `{"tcp://localhost:1":7}`,
		entry("tcp://localhost:1", "soap", "line"), entry("tcp://localhost:1", "jsonrpc",
			"xml"), entry("tcp://localhost:1", "jsonrpc", ""),
		entry("tcp://localhost:1", "", "line"), entry("tcp://localhost:1", Auto, "line"), entry("tcp://localhost:1",
			"jsonrpc", Auto),
		entry("tcp://localhost:1", "bsonrpc", "line"), entry("exec:rm -r", "jsonrpc",
			"line"), entry("ws://localhost:1/", "jsonrpc", "line"), entry("", "jsonrpc", "line"),
	} {
		f := Findings(filepath.Join(t.TempDir(), "found.json"))
		if err := os.WriteFile(f.File, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		if got := f.Load(target); got != nil {
			t.Errorf("%s: %+v", text, got)
		}
		found := &detect.Finding{Target: target, Protocol: "jsonrpc", Framing: "nul"}
		if err := f.Save(target, found); err != nil {
			t.Errorf("%s: %v", text, err)
		}
		if got := f.Load(target); got == nil || got.Framing != "nul" {
			t.Errorf("%s: then %v", text, got)
		}
	}
}

// TestFindingsAtOnce saves from several shells: the file stays whole, nothing is lost, and nothing else is left beside
// it but a lock.
func TestFindingsAtOnce(t *testing.T) {
	t.Parallel()
	f := Findings(filepath.Join(t.TempDir(), "found.json"))
	var shells sync.WaitGroup
	for i := range 20 {
		shells.Go(func() {
			target := Target{Scheme: transport.SchemeTCP, Address: fmt.Sprintf("localhost:%d", i+1)}
			if err := f.Save(target, &detect.Finding{Target: target, Protocol: "jsonrpc",
				Framing: "line"}); err != nil {
				t.Error(err)
			}
			if !isWhole(f.File) {
				t.Error("the file is not whole")
			}
		})
	}
	shells.Wait()
	for i := range 20 {
		if target := mustParse(t, fmt.Sprintf("localhost:%d", i+1)); f.Load(target) == nil {
			t.Errorf("what %s speaks is lost", target)
		}
	}
	files, err := filepath.Glob(f.File + "*")
	if err != nil || len(files) != 1+1 {
		t.Errorf("%q, %v", files, err)
	}
}

// isWhole reports whether file is JSON.
func isWhole(file string) bool {
	data, err := os.ReadFile(file)
	return err == nil && json.Valid(data)
}
