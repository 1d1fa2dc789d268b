package process

import (
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// TestShellQuotes has lines that cmd gets as they are written.
func TestShellQuotes(t *testing.T) {
	folder := filepath.Join(t.TempDir(), "two words")
	if err := os.Mkdir(folder, 0o700); err != nil {
		t.Fatal(err)
	}
	script := filepath.Join(folder, "say.bat")
	if err := os.WriteFile(script, []byte("@echo [%1] [%2]\r\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	for line, want := range map[string]string{
		`echo "a b" c`:                  `"a b" c`,
		`echo {"a":"b\n"}`:              `{"a":"b\n"}`,
		`echo a& echo b`:                "a\r\nb",
		`"` + script + `" 1 "x y"`:      `[1] ["x y"]`,
		`"` + script + `" "1" & echo c`: "[\"1\"] []\r\nc",
	} {
		p, err := Start(Options{Shell: line})
		if err != nil {
			t.Fatal(err)
		}
		_ = p.CloseWrite()
		out, err := io.ReadAll(p)
		if got := strings.TrimSpace(string(out)); err != nil || got != want || p.Status() != "exit status 0" {
			t.Errorf("%s: %q, %s, %v, want %q", line, got, p.Status(), err, want)
		}
		_ = p.Close()
	}
}

// TestProcess talks to a child.
func TestProcess(t *testing.T) {
	var said []string
	p, err := Start(Options{
		Shell:  `echo ready>&2& set /p LINE=& call echo got %^LINE%& exit 3`,
		Stderr: func(line string) { said = append(said, line) },
	})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := p.Write([]byte("hello\r\n")); err != nil {
		t.Fatal(err)
	}
	out, err := io.ReadAll(p)
	if got := strings.TrimSpace(string(out)); err != nil || got != "got hello" {
		t.Errorf("it says %q, %v", got, err)
	}
	if err := p.Close(); err != nil || p.OwnEnd() != "exit status 3" || strings.Join(said, "|") != "ready" {
		t.Errorf("it ends with %q, %v, and has said %q", p.OwnEnd(), err, said)
	}
}

// TestProcessHasEnded reads what a child has written when it has ended.
func TestProcessHasEnded(t *testing.T) {
	p, err := Start(Options{Shell: `echo a& echo b`})
	if err != nil {
		t.Fatal(err)
	}
	defer p.Close()
	<-p.Done()
	if out, err := io.ReadAll(p); err != nil || string(out) != "a\r\nb\r\n" {
		t.Errorf("it has written %q, %v", out, err)
	}
}

// TestProcessIsEnded has a child that does not end by itself.
func TestProcessIsEnded(t *testing.T) {
	p, err := Start(Options{Args: []string{"ping", "-n", "1000", "127.0.0.1"}, Grace: 1})
	if err != nil {
		t.Fatal(err)
	}
	_ = p.Close()
	if p.Status() == "" || p.Status() == "exit status 0" {
		t.Errorf("it ends with %q", p.Status())
	}
}

func TestStartErrors(t *testing.T) {
	folder := t.TempDir()
	data := filepath.Join(folder, "data")
	if err := os.WriteFile(data, []byte("{}"), 0o600); err != nil {
		t.Fatal(err)
	}
	for program, want := range map[string]string{
		"no-such-program":             "not found in PATH",
		`C:\no\such\program.exe`:      "there is no such program",
		`C:\no\such\program`:          "there is no such program",
		"/no/such/program":            "there is no such program",
		data:                          "it is no program; Windows knows one by the end of its name",
		folder:                        "it is a folder",
		filepath.Join(folder, "data"): "PATHEXT",
	} {
		p, err := Start(Options{Args: []string{program}})
		if err == nil {
			_ = p.Close()
		}
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v, want %q", program, err, want)
		}
	}
	if _, err := Start(Options{Shell: "echo", Dir: filepath.Join(folder, "none")}); err == nil ||
		!strings.Contains(err.Error(), "there is no folder") {
		t.Errorf("in no folder: %v", err)
	}
}
