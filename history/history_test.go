package history_test

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"testing"

	"rpcsh/history"
)

// open opens a history that has to open without an error.
func open(t *testing.T, path string, limit int) *history.History {
	t.Helper()
	h, err := history.Open(path, limit)
	if err != nil {
		t.Fatalf("Open: %v", err)
	}
	t.Cleanup(func() { h.Close() })
	return h
}

func add(t *testing.T, h *history.History, lines ...string) {
	t.Helper()
	for _, l := range lines {
		if err := h.Add(l); err != nil {
			t.Fatalf("Add(%q): %v", l, err)
		}
	}
}

func wantEntries(t *testing.T, h *history.History, want ...string) {
	t.Helper()
	if got := h.Entries(); !slices.Equal(got, want) {
		t.Errorf("Entries() = %q, want %q", got, want)
	}
}

func readFile(t *testing.T, path string) string {
	t.Helper()
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

func writeFile(t *testing.T, path, text string) {
	t.Helper()
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
}

// TestAdd looks at what is kept, in this run and in the next one.
func TestAdd(t *testing.T) {
	tests := []struct {
		name  string
		limit int
		lines []string
		want  []string
	}{
		{"nothing", 10, nil, nil},
		{"in order", 10, []string{"a", "b"}, []string{"a", "b"}},
		{"a duplicate moves to the end", 10, []string{"a", "b", "a"}, []string{"b", "a"}},
		{"the same again", 10, []string{"a", "a"}, []string{"a"}},
		{"limit", 2, []string{"a", "b", "c"}, []string{"b", "c"}},
		{"limit counts different lines", 2, []string{"a", "b", "b"}, []string{"a", "b"}},
		{"far beyond the limit", 2, []string{"a", "b", "c", "d", "e", "f", "g"}, []string{"f", "g"}},
		{"many duplicates", 2, []string{"a", "b", "a", "b", "a", "b", "a"}, []string{"b", "a"}},
		{"limit zero keeps nothing", 0, []string{"a"}, nil},
		{"negative limit keeps nothing", -1, []string{"a"}, nil},
		{"not kept", 10, []string{"", " secret", "\tsecret", "   ", "\n"}, nil},
		{"blanks elsewhere are kept", 10, []string{"a b ", "\na"}, []string{"a b ", "\na"}},
		{"line breaks", 10, []string{"a\nb", "c\r\nd", "e\r", "f\n"}, []string{"a\nb", "c\r\nd", "e\r", "f\n"}},
		{"signs for line breaks", 10, []string{"a␤b", "␛", "␛␤", "␍␛"}, []string{"a␤b", "␛", "␛␤", "␍␛"}},
		{"backslashes", 10, []string{`echo "a\nb\\"`}, []string{`echo "a\nb\\"`}},
		{"control characters, invalid UTF-8", 10, []string{"a\x00\x1b[31m\x7f", "\xff\xe2\x90"},
			[]string{"a\x00\x1b[31m\x7f", "\xff\xe2\x90"}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			path := filepath.Join(t.TempDir(), "history")
			for _, path := range []string{path, ""} {
				h := open(t, path, tt.limit)
				add(t, h, tt.lines...)
				wantEntries(t, h, tt.want...)
			}
			wantEntries(t, open(t, path, tt.limit), tt.want...)
		})
	}
}

func TestFileLooksAsTyped(t *testing.T) {
	path := filepath.Join(t.TempDir(), "history")
	add(t, open(t, path, 10), `my_add 2 2`, `echo {"a":"ä\n"}`, "echo 1\n2")
	if got, want := readFile(t, path), "my_add 2 2\necho {\"a\":\"ä\\n\"}\necho 1␤2\n"; got != want {
		t.Errorf("the file is %q, want %q", got, want)
	}
}

// TestLoad is about files that other programs, or a crash, left.
func TestLoad(t *testing.T) {
	tests := []struct {
		name, text string
		want       []string
	}{
		{"empty", "", nil},
		{"empty lines", "\n\na\n\n", []string{"a"}},
		{"duplicates", "a\nb\na\n", []string{"b", "a"}},
		{"beyond the limit", "a\nb\nc\nd\n", []string{"b", "c", "d"}},
		{"no end", "a\nhalf a li", []string{"a", "half a li"}},
		{"CR LF", "a\r\nb\r\n", []string{"a", "b"}},
		{"mark before nothing", "␛\n␛x\n", []string{"␛", "␛x"}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			path := filepath.Join(t.TempDir(), "history")
			writeFile(t, path, tt.text)
			h := open(t, path, 3)
			wantEntries(t, h, tt.want...)
			add(t, h, "new")
			want := append(slices.Clone(tt.want), "new")
			want = want[max(0, len(want)-3):]
			wantEntries(t, h, want...)
			wantEntries(t, open(t, path, 3), want...)
		})
	}
}

func TestMissingFile(t *testing.T) {
	folder := filepath.Join(t.TempDir(), "new", "folder")
	path := filepath.Join(folder, "history")
	h := open(t, path, 10)
	wantEntries(t, h)
	if _, err := os.Stat(filepath.Dir(folder)); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("Open made a folder (%v)", err)
	}
	add(t, h, "a")
	if runtime.GOOS != "windows" {
		wantMode(t, filepath.Dir(folder), 0o700)
		wantMode(t, folder, 0o700)
		wantMode(t, path, 0o600)
	}
}

func TestModes(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("windows has no such modes")
	}
	path := filepath.Join(t.TempDir(), "history")
	for _, mode := range []os.FileMode{0o644, 0o400, 0o777} {
		writeFile(t, path, "a\nb\nc\n")
		if err := os.Chmod(path, mode); err != nil {
			t.Fatal(err)
		}
		h := open(t, path, 10)
		wantMode(t, path, 0o600)
		add(t, h, "d")
		wantEntries(t, open(t, path, 1), "d") // which rewrites the file
		if got := readFile(t, path); got != "d\n" {
			t.Errorf("the file is %q, was not rewritten", got)
		}
		wantMode(t, path, 0o600)
		wantMode(t, path+".lock", 0o600)
		if err := os.Remove(path); err != nil {
			t.Fatal(err)
		}
	}
}

func wantMode(t *testing.T, path string, want os.FileMode) {
	t.Helper()
	info, err := os.Stat(path)
	if err != nil {
		t.Fatal(err)
	}
	if got := info.Mode().Perm(); got != want {
		t.Errorf("mode of %s is %o, want %o", filepath.Base(path), got, want)
	}
}

// TestUnusable: a folder where the file should be, and a file where its folder should be.
func TestUnusable(t *testing.T) {
	dir := t.TempDir()
	writeFile(t, filepath.Join(dir, "file"), "x\n")
	for _, path := range []string{dir, filepath.Join(dir, "file", "history")} {
		h, err := history.Open(path, 10)
		if err == nil || !strings.Contains(err.Error(), "choose another") || !strings.Contains(err.Error(), path) {
			t.Errorf("Open(%q) gives error %v, which does not say what to do with which file", path, err)
		}
		add(t, h, "a", "b")
		wantEntries(t, h, "a", "b")
		if err := h.Close(); err != nil {
			t.Errorf("Close: %v", err)
		}
	}
	if entries, err := os.ReadDir(dir); err != nil || len(entries) != 1 {
		t.Errorf("files were made: %v, %v", entries, err)
	}
}

// TestFailedWrite: the folder vanished, and a file took its name.
func TestFailedWrite(t *testing.T) {
	folder := filepath.Join(t.TempDir(), "folder")
	h := open(t, filepath.Join(folder, "history"), 10)
	writeFile(t, folder, "")
	if err := h.Add("a"); err == nil {
		t.Error("Add gives no error")
	}
	wantEntries(t, h, "a")
	if err := os.Remove(folder); err != nil {
		t.Fatal(err)
	}
	add(t, h, "b")
	wantEntries(t, open(t, filepath.Join(folder, "history"), 10), "b")
}

// TestLink: a link stays one when the file is rewritten.
func TestLink(t *testing.T) {
	dir := t.TempDir()
	target, link := filepath.Join(dir, "target"), filepath.Join(dir, "link")
	writeFile(t, target, "a\nb\nc\n")
	if err := os.Symlink(target, link); err != nil {
		t.Skip(err)
	}
	open(t, link, 1)
	if got := readFile(t, target); got != "c\n" {
		t.Errorf("the file is %q, want %q", got, "c\n")
	}
	if info, err := os.Lstat(link); err != nil || info.Mode()&os.ModeSymlink == 0 {
		t.Errorf("the link is none any more: %v, %v", info, err)
	}
}

func TestEntriesNeverChange(t *testing.T) {
	h := open(t, "", 3)
	add(t, h, "a", "b", "c")
	before := h.Entries()
	_ = append(before, "the caller's")
	add(t, h, "b", "d")
	if want := []string{"a", "b", "c"}; !slices.Equal(before, want) {
		t.Errorf("the earlier entries became %q, want %q", before, want)
	}
	wantEntries(t, h, "c", "b", "d")
}

func TestFind(t *testing.T) {
	h := open(t, "", 10)
	add(t, h, "eth_getBlock 1", "my_add 2 2", "ETH_call", "Über")
	tests := []struct {
		pattern string
		want    []string
	}{
		{"", []string{"eth_getBlock 1", "my_add 2 2", "ETH_call", "Über"}},
		{"eth", []string{"eth_getBlock 1", "ETH_call"}},
		{"ETH", []string{"ETH_call"}},
		{"getblock", []string{"eth_getBlock 1"}},
		{"getBlock", []string{"eth_getBlock 1"}},
		{"GetBlock", nil},
		{"über", []string{"Über"}},
		{"2", []string{"my_add 2 2"}},
		{"nothing like it", nil},
	}
	for _, tt := range tests {
		if got := h.Find(tt.pattern); !slices.Equal(got, tt.want) {
			t.Errorf("Find(%q) = %q, want %q", tt.pattern, got, tt.want)
		}
	}
}

func TestClose(t *testing.T) {
	path := filepath.Join(t.TempDir(), "history")
	h := open(t, path, 10)
	add(t, h, "a")
	for range 2 {
		if err := h.Close(); err != nil {
			t.Errorf("Close: %v", err)
		}
	}
	if err := h.Add("b"); !errors.Is(err, os.ErrClosed) {
		t.Errorf("Add after Close gives %v, want os.ErrClosed", err)
	}
	wantEntries(t, h, "a")
	if got := readFile(t, path); got != "a\n" {
		t.Errorf("the file is %q, want %q", got, "a\n")
	}
}

// FuzzAdd: an entry is one line of the file, and the next run has it back unchanged.
func FuzzAdd(f *testing.F) {
	for _, s := range []string{"my_add 2 2", "a\nb\r", "␤␍␛", "␛\n", "\xe2\x90\n\xa4", "\x00\x1b[2J\xff", `"\n"`} {
		f.Add(s)
	}
	dir := f.TempDir()
	f.Fuzz(func(t *testing.T, line string) {
		path := filepath.Join(dir, fmt.Sprint(os.Getpid()))
		defer os.Remove(path)
		h := open(t, path, 2)
		add(t, h, "first", line, "last")
		want := h.Entries()
		if len(want) == 2 && want[1] != "last" {
			t.Fatalf("Entries() = %q", want)
		}
		wantEntries(t, open(t, path, 2), want...)
		if n := strings.Count(readFile(t, path), "\n"); n > 3 {
			t.Errorf("the file has %d lines", n)
		}
	})
}

func BenchmarkEntries(b *testing.B) {
	h, _ := history.Open("", 10_000)
	for i := range 10_000 {
		if err := h.Add(fmt.Sprint("my_add ", i)); err != nil {
			b.Fatal(err)
		}
	}
	b.ReportAllocs()
	for b.Loop() {
		h.Entries()
	}
}

func BenchmarkAdd(b *testing.B) {
	h, err := history.Open(filepath.Join(b.TempDir(), "history"), 10_000)
	if err != nil {
		b.Fatal(err)
	}
	b.ReportAllocs()
	for i := 0; b.Loop(); i++ {
		if err := h.Add(fmt.Sprint("my_add ", i)); err != nil {
			b.Fatal(err)
		}
	}
}

func TestAddForNow(t *testing.T) {
	path := filepath.Join(t.TempDir(), "history")
	h := open(t, path, 10)
	add(t, h, "one")
	if err := h.AddForNow("two"); err != nil {
		t.Fatal(err)
	}
	add(t, h, "three")
	wantEntries(t, h, "one", "two", "three")
	if got := readFile(t, path); got != "one\nthree\n" {
		t.Errorf("the file has %q", got)
	}
}
