//go:build unix

package main

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"rpcsh/shell/term/termtest"
)

// BenchmarkKey presses keys at a prompt below which methods are listed, and waits until each is on the screen. An op is
// a key; the median and the worst are metrics. In echo, cat sends every byte back in a terminal of the same kind: what
// it takes cannot be saved.
func BenchmarkKey(b *testing.B) {
	b.Run("echo", func(b *testing.B) {
		cmd := exec.Command("sh", "-c", `stty raw -echo; printf 'ready\r'; exec cat`)
		cmd.Env = append(os.Environ(), "TERM=xterm")
		s := termtest.Start(b, 120, 40, cmd)
		s.Await("that cat runs", func(e *termtest.Emulator) bool { return strings.Contains(e.Window(), "ready") })
		pressKeys(b, s, "\r")
	})
	for _, n := range []int{1000, 100_000} {
		b.Run(fmt.Sprintf("methods=%d", n), func(b *testing.B) {
			own := b.TempDir()
			schema := filepath.Join(own, "many.json")
			if err := os.WriteFile(schema, manyMethods(n), 0o600); err != nil {
				b.Fatal(err)
			}
			const dropTyped = "\x15" // Ctrl-U
			s := termtest.Start(b, 120, 40, rpcshIn(own, nil, "--demo", "--schema", schema))
			s.Await("a prompt", func(e *termtest.Emulator) bool { return strings.Contains(e.Window(), ">\n") })
			listed := func(e *termtest.Emulator) bool { return strings.Contains(e.Window(), "group0.") }
			s.Press("group")
			s.Await("a list", listed) // the methods are put in order beside the editor
			s.Press(dropTyped)
			s.Await("an empty line", func(e *termtest.Emulator) bool { return !listed(e) })
			pressKeys(b, s, dropTyped)
		})
	}
}

// BenchmarkKeyInFlood is BenchmarkKey at a prompt above which notifications come, as fast as they are read.
func BenchmarkKeyInFlood(b *testing.B) {
	const note = `{"jsonrpc":"2.0","method":"tick","params":[1,"x"]}`
	s := termtest.Start(b, 120, 40, rpcshIn(b.TempDir(), nil, "-p", "jsonrpc", "-f", "line", "--", "yes", note))
	s.Await("a flood", func(e *termtest.Emulator) bool {
		return strings.Contains(e.Window(), "tick") && strings.Contains(e.Window(), ">\n")
	})
	pressKeys(b, s, "\x15") // Ctrl-U
}

// pressKeys presses the keys of a word, which home takes back, again and again.
func pressKeys(b *testing.B, s *termtest.Terminal, home string) {
	const word = "group7.method_707"
	shows := func(column int) {
		s.Await("a key", func(e *termtest.Emulator) bool { return e.Column() == column && !e.Hidden() })
	}
	start := 0
	s.Await("a cursor", func(e *termtest.Emulator) bool { start = e.Column(); return true })
	var took []time.Duration
	for b.Loop() {
		i := len(took) % len(word)
		if i == 0 && len(took) > 0 {
			b.StopTimer()
			s.Press(home)
			shows(start)
			b.StartTimer()
		}
		pressed := time.Now()
		s.Press(word[i : i+1])
		shows(start + i + 1)
		took = append(took, time.Since(pressed))
	}
	slices.Sort(took)
	b.ReportMetric(float64(took[len(took)/2].Microseconds()), "p50-µs")
	b.ReportMetric(float64(took[len(took)-1].Microseconds()), "worst-µs")
}

// manyMethods returns an OpenRPC document of n methods.
func manyMethods(n int) []byte {
	var doc strings.Builder
	doc.WriteString(`{"openrpc":"1.2.6","info":{"title":"many","version":"1"},"methods":[`)
	for i := range n {
		if i > 0 {
			doc.WriteByte(',')
		}
		fmt.Fprintf(&doc, `{"name":"group%d.method_%d","params":[{"name":"a","schema":{"type":"integer"}}]}`, i%100, i)
	}
	doc.WriteString("]}")
	return []byte(doc.String())
}
