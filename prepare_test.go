package main

import (
	"bufio"
	"io"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"
)

// The rules with which lines begin answer a peer's first request, which it makes at once.
func TestRulesAreInTime(t *testing.T) {
	t.Parallel()
	lines := []string{"# of a mock", ".serve m .[0]", ".serve 'm*' 0", "", ".prefer 2", ".wait over"}
	file := filepath.Join(t.TempDir(), "mock.rpc")
	if err := os.WriteFile(file, []byte(strings.Join(lines, "\n")), 0o600); err != nil {
		t.Fatal(err)
	}
	var execute []string
	for _, line := range lines {
		execute = append(execute, "-e", line)
	}
	const target = "TARGET"
	for name, args := range map[string][]string{"-e": append(execute, target), "a file": {target, file}} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			listener, err := net.Listen("tcp", "127.0.0.1:0")
			if err != nil {
				t.Fatal(err)
			}
			defer listener.Close()
			_ = listener.(*net.TCPListener).SetDeadline(time.Now().Add(interopPatience))
			args[slices.Index(args, target)] = listener.Addr().String()
			args := append([]string{"-p", "jsonrpc", "-f", "line", "--no-discover"}, args...)
			cmd, own := exec.Command("rpcsh", args...), t.TempDir()
			cmd.Env = append(os.Environ(), "XDG_STATE_HOME="+own, "XDG_CONFIG_HOME="+own)
			if err := cmd.Start(); err != nil {
				t.Fatal(err)
			}
			peer, err := listener.Accept()
			if err != nil {
				t.Fatal(err)
			}
			if _, err := io.WriteString(peer, `{"jsonrpc":"2.0","id":1,"method":"m","params":[7]}`+"\n"); err != nil {
				t.Fatal(err)
			}
			answer, err := bufio.NewReader(peer).ReadString('\n')
			if want := `{"jsonrpc":"2.0","id":1,"result":0}` + "\n"; err != nil || answer != want {
				t.Errorf("the answer is %q (%v), want %q", answer, err, want)
			}
			_ = peer.Close()
			_ = cmd.Wait() // its exit code says that the connection has ended
		})
	}
}
