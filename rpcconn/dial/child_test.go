package dial

import (
	"bufio"
	"fmt"
	"io"
	"os"
	"strings"
	"testing"
	"time"

	"rpcsh/rpcconn/transport"
)

// childRole is before what this test program is when it is started as a child.
const childRole = "child="

// childTarget returns this test program as a child.
func childTarget(t *testing.T, role string) Target {
	t.Helper()
	program, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	return transport.CommandTarget([]string{program, childRole + role})
}

const childAnswer = `{"jsonrpc":"2.0","id":1,"error":{"code":-32601,"message":"Method not found"}}`

// beChild is the child's main; it returns the exit status.
func beChild(role string) int {
	if strings.HasPrefix(role, faultyRole) {
		return faultyChild(role)
	}
	in := bufio.NewReader(os.Stdin)
	switch role {
	case "exits":
		fmt.Fprintln(os.Stderr, "no such option: -x")
		return 3
	case "complains": // more than once, before it answers
		fmt.Fprintf(os.Stderr, "starting\nstarted\n")
		fallthrough
	case "line":
		for {
			line, err := in.ReadString('\n')
			if err != nil {
				return 0
			}
			if strings.HasPrefix(line, "{") {
				fmt.Println(childAnswer)
			}
		}
	case "rubbish":
		fmt.Println("Loading ...\n{oh dear}")
		_, _ = in.ReadString('\n')
		fmt.Println(childAnswer)
	case "header":
		line, _ := in.ReadString('\n')
		if !strings.HasPrefix(line, "Content-Length:") {
			fmt.Fprintln(os.Stderr, "that is no header")
			return 1
		}
		fmt.Print(framedText("header", childAnswer))
	case "silent":
	case "stubborn": // does not end when its stdin does
		time.Sleep(time.Hour)
	}
	_, _ = io.Copy(io.Discard, in)
	return 0
}

func TestDetectChild(t *testing.T) {
	t.Parallel()
	tests := map[string]string{
		"line":      "exec jsonrpc/line",
		"complains": "exec jsonrpc/line",
		"rubbish":   "exec jsonrpc/line",
		"header":    "exec jsonrpc/header",
		"exits": `it ended: exit status 3, "no such option: -x"; ` +
			`tried jsonrpc, header or line; jsonrpc, line; it was started 2 times`,
		"silent":   "it stays silent",
		"stubborn": "it stays silent",
	}
	for role, want := range tests {
		t.Run(role, func(t *testing.T) {
			t.Parallel() // they wait, most of the time
			var shown []string
			cfg := Config{Stderr: func(line string) { shown = append(shown, line) }, DetectLimit: patience}
			if strings.Contains(want, "silent") {
				cfg.DetectLimit = time.Second
			}
			if got := detected(t, cfg, childTarget(t, role)); !strings.Contains(got, want) {
				t.Errorf("found %s, want %s", got, want)
			}
			if role == "exits" && len(shown) != 1 || role != "exits" && shown != nil {
				t.Errorf("it shows %q; what a child says is to be shown where it is not understood", shown)
			}
		})
	}
	if got := (detected(t, Config{}, transport.CommandTarget([]string{"/no/such/program"}))); !strings.Contains(got,
		"there is no such program") || strings.Contains(got, "tried") {
		t.Errorf("a program that is not there: %s", got)
	}
}

// TestConnectChild talks to a child whose protocol and framing are not given.
func TestConnectChild(t *testing.T) {
	t.Parallel()
	lines := make(chan string, 10)
	cfg := Config{Stderr: func(line string) { lines <- line }}
	link, found, err := cfg.Connect(t.Context(), childTarget(t, "complains"), nil, nil)
	if err != nil {
		t.Fatal(err)
	}
	if found.Framing != "line" || link.Target.Short() == "" || link.Status() != "" {
		t.Errorf("found %v, status %q", found, link.Status())
	}
	if r, err := link.Call(t.Context(), "x", nil); err != nil || r.Err == nil {
		t.Errorf("it answers %v, %v", r, err)
	}
	_ = link.Close()
	if got := link.Status(); got != "" {
		t.Errorf("it ended by itself, with %q", got)
	}
	if first := <-lines; first != "starting" || len(lines) != 1 {
		t.Errorf("it said %q and %d lines more, want 1: those of the probes are not shown", first, len(lines))
	}
}
