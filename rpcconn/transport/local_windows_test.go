package transport

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"

	"golang.org/x/sys/windows"
)

// TestParsePaths has the paths of Windows.
func TestParsePaths(t *testing.T) {
	for _, test := range []struct{ text, url, short, dial string }{
		{`C:\run\s`, `unix://C:\run\s`, `C:\run\s`, `C:\run\s`},
		{`C:/run/s`, `unix://C:/run/s`, `C:/run/s`, `C:/run/s`},
		{`c:\run`, `unix://c:\run`, `c:\run`, `c:\run`},
		{`.\s`, `unix://.\s`, `.\s`, `.\s`},
		{`folder\s:1`, `unix://folder\s:1`, `folder\s:1`, `folder\s:1`},
		{`\\server\share\s`, `unix://\\server\share\s`, `\\server\share\s`, `\\server\share\s`},
		{`unix:///C:/run/s`, `unix://C:/run/s`, `C:/run/s`, `C:/run/s`},
		{`unix://C:\run\s`, `unix://C:\run\s`, `C:\run\s`, `C:\run\s`},
		{`C:\Users\somebody\a long name\s`, `unix://C:\Users\somebody\a long name\s`, `…\a long name\s`,
			`C:\Users\somebody\a long name\s`},
		{`\\.\pipe\s`, `unix://\\.\pipe\s`, `\\.\pipe\s`, `\\.\pipe\s`},
		{`//./pipe/s`, `unix:////./pipe/s`, `//./pipe/s`, `//./pipe/s`},
		{`http+unix://C:\run\s`, `http+unix://C:\run\s`, `http+unix://C:\run\s`, `C:\run\s`},
		{`ws+unix:C:/run/s:/rpc`, `ws+unix://C:/run/s:/rpc`, `ws+unix://C:/run/s:/rpc`, `C:/run/s`},
		{`http+unix:///C:/run/s:/rpc`, `http+unix://C:/run/s:/rpc`, `http+unix://C:/run/s:/rpc`, `C:/run/s`},
		{`http://unix:C:\run\s:/rpc`, `http+unix://C:\run\s:/rpc`, `http+unix://C:\run\s:/rpc`, `C:\run\s`},
		{`ws+unix:\\.\pipe\s:/rpc`, `ws+unix://\\.\pipe\s:/rpc`, `ws+unix://\\.\pipe\s:/rpc`, `\\.\pipe\s`},
	} {
		target, err := ParseTarget(test.text)
		if err != nil {
			t.Errorf("%s: %v", test.text, err)
			continue
		}
		if target.String() != test.url || target.Short() != test.short || target.DialAddress() != test.dial {
			t.Errorf("%s is %s, %s, dialled as %s", test.text, target, target.Short(), target.DialAddress())
		}
		if again, err := ParseTarget(target.String()); err != nil || !reflect.DeepEqual(again, target) {
			t.Errorf("%s becomes %s, %v", target, again, err)
		}
		if target.IsOpen() {
			t.Errorf("%s can be reached from other machines", target)
		}
	}
	for path, want := range map[string]string{`.\s`: "", `//./pipe/s`: `\\.\pipe\s`, `\\.\pipe\s`: `\\.\pipe\s`} {
		at := mustParse(t, path).Place()
		if want == "" {
			want, _ = filepath.Abs(path)
		}
		if at != want {
			t.Errorf("%s is at %s, want %s", path, at, want)
		}
	}
	if got := CommandTarget([]string{`C:\bin\clangd.exe`}).Short(); got != "clangd.exe" {
		t.Errorf("a command is %s", got)
	}
}

func TestIsPipe(t *testing.T) {
	for path, want := range map[string]bool{
		`\\.\pipe\s`: true, `//./PIPE/s`: true, `\\server\pipe\a\b`: true,
		`\\.\pipe\`: false, `\\.\pipe`: false, `\.\pipe\s`: false, `C:\pipe\s`: false, `\\server\share\s`: false,
	} {
		if isPipe(path) != want {
			t.Errorf("%s: %v", path, !want)
		}
	}
}

// TestDialPipe has a pipe of the system's own functions.
func TestDialPipe(t *testing.T) {
	pipe := pipeOf(t)
	if _, err := Dial(t.Context(), networkUnix, pipe); !errors.Is(err, fs.ErrNotExist) ||
		!strings.HasSuffix(err.Error(), ": there is no such socket; start what makes it, or check the path") {
		t.Errorf("before it is there: %v", err)
	}
	name, err := windows.UTF16PtrFromString(pipe)
	if err != nil {
		t.Fatal(err)
	}
	const instances, buffer = 1, 512
	h, err := windows.CreateNamedPipe(
		name, windows.PIPE_ACCESS_DUPLEX, windows.PIPE_TYPE_BYTE, instances, buffer, buffer, 0, nil)
	if err != nil {
		t.Fatal(err)
	}
	go func() {
		_ = windows.ConnectNamedPipe(h, nil) // where the client was faster, it says so
		echo := os.NewFile(uintptr(h), pipe)
		_, _ = io.CopyN(echo, echo, 4)
		_ = windows.FlushFileBuffers(h) // waits until it is read
		_ = echo.Close()
	}()
	converse(t, pipe)
}

// TestListenPipe has a client and a listener of ours.
func TestListenPipe(t *testing.T) {
	pipe := pipeOf(t)
	l, err := Listen(t.Context(), networkUnix, pipe)
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	if l, err := Listen(t.Context(), networkUnix, pipe); err == nil || !strings.Contains(err.Error(), "already") {
		t.Fatalf("a second listener: %v, %v", l, err)
	}
	go func() {
		if conn, err := l.Accept(); err == nil {
			_, _ = io.CopyN(conn, conn, 4)
			_ = conn.Close()
		}
	}()
	converse(t, pipe)
}

// converse sends to a pipe, and reads what it sends back, until its end.
func converse(t *testing.T, pipe string) {
	t.Helper()
	conn, err := Dial(t.Context(), networkUnix, pipe)
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	if _, err := conn.Write([]byte("ping")); err != nil {
		t.Fatal(err)
	}
	if got, err := io.ReadAll(conn); err != nil || string(got) != "ping" {
		t.Errorf("got %q, %v", got, err)
	}
}

// pipeOf returns the name of a pipe for one test.
func pipeOf(t *testing.T) string { return fmt.Sprintf(`\\.\pipe\%s-%d`, t.Name(), os.Getpid()) }

// TestDialMissingSocket has an error of Windows that does not say so.
func TestDialMissingSocket(t *testing.T) {
	_, err := Dial(t.Context(), networkUnix, filepath.Join(t.TempDir(), "s"))
	if !errors.Is(err, fs.ErrNotExist) || !strings.Contains(err.Error(), "there is no such socket") {
		t.Errorf("%v", err)
	}
}
