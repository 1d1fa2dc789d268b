//go:build unix

package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"rpcsh/rpcconn/rpcrec"
)

// A stage is what rpcsh is doing when its end comes. A panic in a Handler, which ends nothing, is TestPanicIsReported.
type stage struct {
	name  string
	args  string                  // PEER is the peer's address, FILE the recording
	peer  func(*finale, net.Conn) // nil: it does not even take connections
	comes func(*finale, *seat)    // waits until it has come
	keys  keysOf                  // at a terminal
	code  int                     // of SIGTERM, SIGHUP and SIGINT, without one
}

// keysOf says who has what the keys of the terminal send.
type keysOf int

const (
	keysOfLine    keysOf = iota // the line: Ctrl-C drops it
	keysOfRun                   // rpcsh has no line yet: Ctrl-C ends it
	keysOfProgram               // another program
)

// A finale is where a stage takes place: the peer, and the folder in which rpcsh runs.
type finale struct {
	t       *testing.T
	cmd     *exec.Cmd
	dir     string
	arrived chan struct{} // gets something where a peer or a child waits for what does not come
	gone    chan struct{} // closed when rpcsh has ended with all that it haserviceted
	records bool          // a recording is written
	held    *os.File      // what they have open as long as they run, as descriptor 3; who writes there has arrived
}

// files returns what there is in the folder of a finale: children and an editor that do not end, a script, and a
// project's configuration.
func files() map[string]string {
	return map[string]string{
		"child":       "while read -r line; do echo >&3; done",
		"parent":      "sleep 600 & while read -r line; do echo >&3; done",
		"ticks":       `sleep 600 & while sleep 0.01; do echo '{"jsonrpc":"2.0","method":"tick"}'; done`,
		"pager":       "echo the pager; exec sleep 600",
		"old.rpcrec":  `{"rpcrec":1,"start":"2026-11-30T12:00:00Z"}` + "\n",
		"editor":      "echo the editor; exec sleep 600",
		"service":     "def f():\n    return 1\n",
		".rpcsh.toml": "[alias]\nx = \"y\"\n",
	}
}

// set makes the finale of a stage, in which rpcsh has not been started.
func (st stage) set(t *testing.T) *finale {
	t.Helper()
	fin := &finale{t: t, dir: t.TempDir(), arrived: make(chan struct{}, 100), gone: make(chan struct{})}
	r, w, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = r.Close() })
	fin.held = w
	go func() {
		defer close(fin.gone)
		for one := make([]byte, 1); ; fin.arrived <- struct{}{} {
			if _, err := r.Read(one); err != nil {
				return
			}
		}
	}()
	for name, text := range files() {
		if err := os.WriteFile(filepath.Join(fin.dir, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	address := fin.listen(st.peer)
	var args []string
	for _, word := range strings.Fields(st.args) {
		word = strings.ReplaceAll(word, "PEER", address)
		args = append(args, strings.ReplaceAll(word, "FILE", fin.recording()))
	}
	fin.records = strings.Contains(st.args, "FILE")
	env := []string{"NO_COLOR=1", "VISUAL=sh editor", "PAGER=sh pager", "TMPDIR=" + fin.dir}
	fin.cmd = rpcshIn(fin.dir, env, args...)
	fin.cmd.Dir, fin.cmd.ExtraFiles = fin.dir, []*os.File{w}
	return fin
}

func (fin *finale) recording() string { return filepath.Join(fin.dir, "all.rpcrec") }

// listen has peer serve who connects; nil: nobody ever answers the attempt.
func (fin *finale) listen(peer func(*finale, net.Conn)) (address string) {
	if peer == nil {
		return fin.stall()
	}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		fin.t.Fatal(err)
	}
	fin.t.Cleanup(func() { _ = l.Close() })
	go func() {
		for {
			nc, err := l.Accept()
			if err != nil {
				return
			}
			go func() {
				defer nc.Close()
				peer(fin, nc)
			}()
		}
	}()
	return l.Addr().String()
}

// stall returns an address where so many wait to be accepted that the system takes no more, on Linux.
func (fin *finale) stall() (address string) {
	fd, err := unix.Socket(unix.AF_INET, unix.SOCK_STREAM, 0)
	if err == nil {
		fin.t.Cleanup(func() { _ = unix.Close(fd) })
		err = errors.Join(unix.Bind(fd, &unix.SockaddrInet4{Addr: [4]byte{127, 0, 0, 1}}), unix.Listen(fd, 0))
	}
	if err != nil {
		fin.t.Fatal(err)
	}
	own, err := unix.Getsockname(fd)
	if err != nil {
		fin.t.Fatal(err)
	}
	address = fmt.Sprintf("127.0.0.1:%d", own.(*unix.SockaddrInet4).Port)
	if nc, err := net.Dial("tcp", address); err == nil {
		fin.t.Cleanup(func() { _ = nc.Close() })
	}
	return address
}

// hear is a peer that says nothing.
func (fin *finale) hear(nc net.Conn) {
	for b := make([]byte, 1<<10); ; fin.arrived <- struct{}{} {
		if _, err := nc.Read(b); err != nil {
			return
		}
	}
}

// answer is a peer with the methods stall, which is not answered, long, whose result is, and ask, which calls us.
func (fin *finale) answer(nc net.Conn) {
	for d := json.NewDecoder(nc); ; {
		var m struct {
			ID     json.RawMessage
			Method string
		}
		if d.Decode(&m) != nil {
			return
		}
		switch m.Method {
		case "stall":
			fin.arrived <- struct{}{}
		case "ask":
			fmt.Fprintln(nc, `{"jsonrpc":"2.0","id":1,"method":"slow"}`)
		case "long":
			fmt.Fprintf(nc, `{"jsonrpc":"2.0","id":%s,"result":[%s0]}`+"\n", m.ID, strings.Repeat("0,", 500))
		}
	}
}

// waits waits for what comes through c.
func (fin *finale) waits(c <-chan struct{}, what string) {
	fin.t.Helper()
	select {
	case <-c:
	case <-time.After(interopPatience):
		fin.t.Fatalf("never: %s", what)
	}
}

// ends waits for the end, and checks the exit code and what is left: no process, and files that are whole.
func (fin *finale) ends(code int) {
	fin.t.Helper()
	patience := time.AfterFunc(interopPatience, func() {
		fin.t.Error("it does not end")
		_ = fin.cmd.Process.Kill()
	})
	_ = fin.cmd.Wait() // its error is the code
	patience.Stop()
	if got := fin.cmd.ProcessState.ExitCode(); got != code {
		fin.t.Errorf("it ended with %d (%v), want %d", got, fin.cmd.ProcessState, code)
	}
	fin.waits(fin.gone, "the end of all that it started")
	fin.isWhole()
	left, err := filepath.Glob(filepath.Join(fin.dir, "rpcsh-*"))
	if err != nil || len(left) > 0 {
		fin.t.Errorf("left behind: %v %v", left, err)
	}
}

// isWhole checks the recording, and the history, where there is one.
func (fin *finale) isWhole() {
	fin.t.Helper()
	text, err := os.ReadFile(fin.recording())
	if err != nil && !fin.records {
		return
	}
	if err != nil {
		fin.t.Fatal(err)
	}
	r := rpcrec.NewReader(bytes.NewReader(text))
	records := 0
	for err = r.Start(); err == nil; records++ {
		_, err = r.Next()
	}
	if err != io.EOF || !bytes.HasSuffix(text, []byte("\n")) {
		fin.t.Errorf("the recording breaks off behind %d records: %v", records, err)
	}
	lines, err := os.ReadFile(filepath.Join(fin.dir, "rpcsh", "history"))
	if err == nil && len(lines) > 0 && !bytes.HasSuffix(lines, []byte("\n")) {
		fin.t.Errorf("the history breaks off: %q", lines)
	}
}
