package history_test

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/gofrs/flock"

	"rpcsh/history"
)

func beShellProcess(path, name string) error {
	cmd := exec.Command(os.Args[0])
	cmd.Env = append(os.Environ(), "HISTORY_TEST_PATH="+path, "HISTORY_TEST_NAME="+name)
	if out, err := cmd.CombinedOutput(); err != nil {
		return fmt.Errorf("%w: %s", err, out)
	}
	return nil
}

// TestSeveralShells: no line of any is lost or torn while all add and rewrite the file.
func TestSeveralShells(t *testing.T) {
	path := filepath.Join(t.TempDir(), "history")
	var wg sync.WaitGroup
	var want []string
	for n := range shells {
		name, run := fmt.Sprint("shell", n), beShell
		if n%2 == 1 {
			run = beShellProcess
		}
		want = append(want, name)
		for i := range shellLines {
			want = append(want, shellLine(name, i))
		}
		wg.Go(func() {
			if err := run(path, name); err != nil {
				t.Errorf("%s: %v", name, err)
			}
		})
	}
	wg.Wait()
	if n := strings.Count(readFile(t, path), "\n"); n >= shells*shellLines*fillers {
		t.Errorf("the file has %d lines: it was never rewritten", n)
	}
	got := slices.Sorted(slices.Values(open(t, path, 2*shellLimit).Entries()))
	slices.Sort(want)
	if !slices.Equal(got, want) {
		t.Errorf("%d entries, want %d; the first that differs: %q", len(got), len(want), firstDifference(got, want))
	}
	if leftOver, _ := filepath.Glob(path + ".*.tmp"); len(leftOver) > 0 {
		t.Errorf("left over: %q", leftOver)
	}
}

func firstDifference(got, want []string) string {
	for i := range min(len(got), len(want)) {
		if got[i] != want[i] {
			return got[i] + " for " + want[i]
		}
	}
	return "the length"
}

// TestRewriteKeepsOthersLines: what another shell added since this one was opened survives when this one rewrites the
// file.
func TestRewriteKeepsOthersLines(t *testing.T) {
	path := filepath.Join(t.TempDir(), "history")
	mine, others := open(t, path, 4), open(t, path, 4)
	for i := range 8 {
		add(t, mine, fmt.Sprint("mine ", i))
	}
	add(t, others, "other's")
	add(t, mine, "last") // the ninth line of mine, more than twice the limit
	if got, want := readFile(t, path), "mine 6\nmine 7\nother's\nlast\n"; got != want {
		t.Errorf("the file is %q, want %q", got, want)
	}
	add(t, others, "after")
	wantEntries(t, open(t, path, 4), "mine 7", "other's", "last", "after")
	wantEntries(t, others, "other's", "after")
}

// TestRewriteWaitsForOthers: while another shell adds a line, who opens a long file does not replace it.
func TestRewriteWaitsForOthers(t *testing.T) {
	path := filepath.Join(t.TempDir(), "history")
	writeFile(t, path, "a\nb\nc\n")
	other := flock.New(path + ".lock")
	if ok, err := other.TryLock(); err != nil || !ok {
		t.Fatal(ok, err)
	}
	open(t, path, 1)
	if got, want := readFile(t, path), "a\nb\nc\n"; got != want {
		t.Errorf("the file is %q while it is in use, want %q", got, want)
	}
	if err := other.Unlock(); err != nil {
		t.Fatal(err)
	}
	open(t, path, 1)
	if got, want := readFile(t, path), "c\n"; got != want {
		t.Errorf("the file is %q once it is free, want %q", got, want)
	}
}

// TestAddWaitsForRewrite: while another shell replaces the file, no line goes to the old one.
func TestAddWaitsForRewrite(t *testing.T) {
	path := filepath.Join(t.TempDir(), "history")
	h := open(t, path, 10)
	add(t, h, "a")
	other := flock.New(path + ".lock")
	if ok, err := other.TryLock(); err != nil || !ok {
		t.Fatal(ok, err)
	}
	added := make(chan error, 1)
	go func() { added <- h.Add("b") }()
	// However fast Add is, it must not have written; however slow, it is to write to the new file.
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Millisecond)
	defer cancel()
	select {
	case err := <-added:
		t.Fatalf("Add did not wait: %v", err)
	case <-ctx.Done():
	}
	writeFile(t, path+".new", "new\n")
	if err := os.Rename(path+".new", path); err != nil {
		t.Fatal(err)
	}
	if err := other.Unlock(); err != nil {
		t.Fatal(err)
	}
	if err := <-added; err != nil {
		t.Fatalf("Add: %v", err)
	}
	if got, want := readFile(t, path), "new\nb\n"; got != want {
		t.Errorf("the file is %q, want %q", got, want)
	}
}

// TestConcurrentUse is for the race detector.
func TestConcurrentUse(t *testing.T) {
	for _, path := range []string{"", filepath.Join(t.TempDir(), "history")} {
		h := open(t, path, 20)
		var wg sync.WaitGroup
		for i := range 4 {
			wg.Go(func() {
				for n := range 20 {
					if err := h.Add(fmt.Sprint(i, n)); err != nil {
						t.Error(err)
					}
					h.Entries()
					h.Find("1")
				}
			})
		}
		wg.Wait()
		if got := len(h.Entries()); got != 20 {
			t.Errorf("%d entries, want 20", got)
		}
	}
}

// TestNotWritable: an unwritable folder does not keep a history from being read.
func TestNotWritable(t *testing.T) {
	if runtime.GOOS == "windows" || os.Geteuid() == 0 {
		t.Skip("modes do not stop this user")
	}
	dir := t.TempDir()
	path := filepath.Join(dir, "history")
	writeFile(t, path, "a\nb\nc\n")
	if err := os.Chmod(dir, 0o500); err != nil {
		t.Fatal(err)
	}
	defer os.Chmod(dir, 0o700)
	h, err := history.Open(path, 1)
	if err != nil {
		t.Fatal(err)
	}
	wantEntries(t, h, "c")
}
