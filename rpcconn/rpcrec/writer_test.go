package rpcrec

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"time"
)

// start is when the recordings of the tests begin.
var start = time.Date(2026, 11, 29, 18, 15, 11, 482_137_999, time.FixedZone("", 3600))

// written returns the lines of a recording without its header.
func written(t *testing.T, opts WriterOptions, records ...*Record) string {
	t.Helper()
	var out bytes.Buffer
	opts.After = never
	w := NewWriter(&out, Header{Start: start}, opts)
	for _, r := range records {
		if err := w.Write(r); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Flush(); err != nil {
		t.Fatal(err)
	}
	_, lines, _ := strings.Cut(out.String(), "\n")
	return lines
}

func TestWriter(t *testing.T) {
	const at = 12_345_678_901 * time.Microsecond
	nested := func(depth int) string { return strings.Repeat("[", depth) + strings.Repeat("]", depth) }
	tests := []struct {
		name   string
		record Record
		max    int
		want   string
	}{
		{"json", Record{At: at, Conn: 1, Dir: Out, Data: []byte(`{"b": 1.0,"a":2}`)}, 0,
			`{"t":12345.678901,"c":1,"d":">","m":{"b": 1.0,"a":2}}`},
		{"before the start", Record{At: -1500 * time.Microsecond, Dir: In, Data: []byte(`1`)}, 0,
			`{"t":-0.001500,"d":"<","m":1}`},
		{"a tap", Record{Dir: AToB, Conn: 12, Data: []byte(`null`)}, 0, `{"t":0.000000,"c":12,"d":"a>b","m":null}`},
		{"blanks around", Record{Dir: In, Data: []byte(` 1`)}, 0, `{"t":0.000000,"d":"<","s":" 1"}`},
		{"a line break", Record{Dir: In, Data: []byte("{\n}")}, 0, `{"t":0.000000,"d":"<","s":"{\n}"}`},
		{"a carriage return", Record{Dir: In, Data: []byte("[1,\r2]")}, 0, `{"t":0.000000,"d":"<","s":"[1,\r2]"}`},
		{"no JSON", Record{Dir: In, Data: []byte(`1,"x":2`)}, 0, `{"t":0.000000,"d":"<","s":"1,\"x\":2"}`},
		{"nothing", Record{Dir: In, Data: []byte{}}, 0, `{"t":0.000000,"d":"<","s":""}`},
		{"no text", Record{Dir: In, Data: []byte{0xff, 0}}, 0, `{"t":0.000000,"d":"<","b":"/wA="}`},
		{"binary", Record{Dir: In, Data: []byte("7"), Readable: []byte(`[7]`)}, 0,
			`{"t":0.000000,"d":"<","b":"Nw==","m":[7]}`},
		{"binary, read wrongly", Record{Dir: In, Data: []byte("7"), Readable: []byte("[7\n]")}, 0,
			`{"t":0.000000,"d":"<","b":"Nw=="}`},
		{"JSON as deep as it may be in a line", Record{Dir: In, Data: []byte(nested(998))}, 0,
			`{"t":0.000000,"d":"<","m":` + nested(998) + `}`},
		{"deeper JSON", Record{Dir: In, Data: []byte(nested(999))}, 0,
			`{"t":0.000000,"d":"<","s":"` + nested(999) + `"}`},
		{"marks", Record{
			Dir: Out, Data: []byte(`1`), Redacted: 2, Fault: "delay", Kind: Edited, Original: []byte("\xff"),
		}, 0, `{"t":0.000000,"d":">","m":1,"r":2,"f":"delay","k":"edited","o":{"b":"/w=="}}`},
		{"cut", Record{Dir: Out, Data: []byte(`{"id":1}`)}, 4, `{"t":0.000000,"d":">","s":"{\"id","n":8}`},
		{"cut, and JSON", Record{Dir: Out, Data: []byte(`123456`)}, 3, `{"t":0.000000,"d":">","s":"123","n":6}`},
		{"cut between characters", Record{Dir: Out, Data: []byte(`"aé"`)}, 3,
			`{"t":0.000000,"d":">","s":"\"a","n":5}`},
		{"cut behind a character", Record{Dir: Out, Data: []byte(`"aé"`)}, 4,
			`{"t":0.000000,"d":">","s":"\"aé","n":5}`},
		{"cut, and no text", Record{Dir: Out, Data: []byte("\x80\x80\x80\x80\x80"), Readable: []byte(`1`)}, 4,
			`{"t":0.000000,"d":">","b":"gICAgA==","n":5}`},
		{"cut before", Record{Dir: Out, Data: []byte(`{"id":1}`), Length: 99}, 4,
			`{"t":0.000000,"d":">","s":"{\"id","n":99}`},
		{"event", Record{At: time.Second, Conn: 3, Event: Open, Details: []byte(`{"target":"x"}`)}, 0,
			`{"t":1.000000,"c":3,"e":"open","x":{"target":"x"}}`},
		{"event alone", Record{Conn: 3, Event: Close}, 0, `{"t":0.000000,"c":3,"e":"close"}`},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			if got := written(t, WriterOptions{Max: test.max}, &test.record); got != test.want+"\n" {
				t.Errorf("got  %swant %s", got, test.want)
			}
		})
	}
}

func TestHeader(t *testing.T) {
	tests := []struct {
		header Header
		want   string
	}{
		{Header{Start: start}, `{"rpcrec":1,"start":"2026-11-29T17:15:11.482137Z"}`},
		{Header{start, "x 1", []string{}, []string{"x", `a "b"`}},
			`{"rpcrec":1,"start":"2026-11-29T17:15:11.482137Z","by":"x 1","redacted":[],"argv":["x","a \"b\""]}`},
	}
	for _, test := range tests {
		var out bytes.Buffer
		if err := NewWriter(&out, test.header, WriterOptions{}).Flush(); err != nil {
			t.Fatal(err)
		}
		if got := out.String(); got != test.want+"\n" {
			t.Errorf("got  %swant %s", got, test.want)
		}
		r := NewReader(&out)
		if err := r.Start(); err != nil {
			t.Fatal(err)
		}
		test.header.Start = test.header.Start.UTC().Truncate(time.Microsecond)
		if got, want := fmt.Sprintf("%#v", r.Header()), fmt.Sprintf("%#v", test.header); got != want {
			t.Errorf("read %s\nwant %s", got, want)
		}
	}
}

// What a Writer cannot write is an error, and nothing of it is written.
func TestRefused(t *testing.T) {
	var out bytes.Buffer
	w := NewWriter(&out, Header{Start: start}, WriterOptions{After: never})
	for _, r := range []*Record{
		{Dir: "up", Data: []byte(`1`)},
		{Event: Open, Details: []byte(`"x"`)},
		{Event: Open, Details: []byte("{\n}")},
		{Event: Open, Details: []byte(`{},"d":1`)},
	} {
		if err := w.Write(r); err == nil {
			t.Errorf("%+v is written", r)
		}
	}
	if err := w.Flush(); err != nil {
		t.Fatal(err)
	}
	if _, records, _ := strings.Cut(out.String(), "\n"); records != "" {
		t.Errorf("written: %s", records)
	}
}

// A line has at most 40 bytes more than its message.
func TestOverhead(t *testing.T) {
	r := &Record{At: 99_999_999_999 * time.Microsecond, Conn: 999, Dir: Out, Data: []byte(`{"id":1}`)}
	if more := len(written(t, WriterOptions{}, r)) - len(r.Data); more > 40 {
		t.Errorf("a line has %d bytes more than its message", more)
	}
}

// writes takes note of each write, and refuses those beyond a number of bytes.
type writes struct {
	all  []string
	room int
}

var errFull = errors.New("no space left on device")

func (w *writes) Write(b []byte) (int, error) {
	if w.room -= len(b); w.room < 0 {
		return 0, errFull
	}
	w.all = append(w.all, string(b))
	return len(b), nil
}

// Records are written together, whole lines at a time: when After says so, and when there are many.
func TestFlush(t *testing.T) {
	out := &writes{room: 1 << 20}
	var later []func()
	w := NewWriter(out, Header{Start: start}, WriterOptions{After: func(d time.Duration, f func()) {
		if d != FlushAfter {
			t.Errorf("after %v", d)
		}
		later = append(later, f)
	}})
	write := func(n int) {
		t.Helper()
		for range n {
			if err := w.Write(&Record{Dir: In, Data: []byte(`{"jsonrpc":"2.0","method":"tick"}`)}); err != nil {
				t.Fatal(err)
			}
		}
	}
	write(2)
	if len(out.all) != 0 || len(later) != 1 {
		t.Fatalf("after two records: %q written, After called %d times", out.all, len(later))
	}
	later[0]()
	if len(out.all) != 1 || strings.Count(out.all[0], "\n") != 3 {
		t.Fatalf("after the time: %q written", out.all)
	}
	later[0]()
	if len(out.all) != 1 {
		t.Errorf("nothing was there to be written, and was: %q", out.all[1:])
	}
	write(5000)
	if len(later) != 2 {
		t.Errorf("After was called %d times", len(later))
	}
	if err := w.Flush(); err != nil {
		t.Fatal(err)
	}
	records := -1
	for _, text := range out.all {
		if !strings.HasSuffix(text, "}\n") || len(text) > flushAt+200 {
			t.Errorf("a write of %d bytes ends in %q", len(text), text[len(text)-10:])
		}
		records += strings.Count(text, "\n")
	}
	if records != 5002 || len(out.all) < 5 {
		t.Errorf("%d records in %d writes", records, len(out.all))
	}
}

// After an error nothing is written, and each call returns it.
func TestFull(t *testing.T) {
	out := &writes{room: 100_000}
	w := NewWriter(out, Header{Start: start}, WriterOptions{After: never})
	var err error
	n := 0
	for ; err == nil && n < 10_000; n++ {
		err = w.Write(&Record{Dir: In, Data: []byte(`{"jsonrpc":"2.0","method":"tick"}`)})
	}
	written := len(out.all)
	out.room = 1 << 20
	if !errors.Is(err, errFull) || n == 10_000 {
		t.Fatalf("after %d records: error %v", n, err)
	}
	if err := w.Write(&Record{Dir: In, Data: []byte(`1`)}); !errors.Is(err, errFull) {
		t.Errorf("writing on: error %v", err)
	}
	if err := w.Flush(); !errors.Is(err, errFull) || len(out.all) != written {
		t.Errorf("flushing: error %v, %d writes more", err, len(out.all)-written)
	}
}

func TestOpenFile(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "x.rpcrec")
	record := func(appending bool) error {
		f, err := OpenFile(path, appending)
		if err != nil {
			return err
		}
		w := NewWriter(f, Header{Start: start}, WriterOptions{After: never})
		return errors.Join(w.Write(&Record{Dir: In, Data: []byte(`1`)}), w.Flush(), f.Close())
	}
	if err := record(false); err != nil {
		t.Fatal(err)
	}
	if info, err := os.Stat(path); err != nil || info.Mode().Perm()&0o077 != 0 && runtime.GOOS != "windows" {
		t.Errorf("the file is for others, too: %v %v", info.Mode(), err)
	}
	if err := record(false); !errors.Is(err, fs.ErrExist) {
		t.Errorf("a file that exists: error %v", err)
	}
	if err := os.WriteFile(path, append(read(t, path), `{"t":1,"c":`...), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := record(true); err != nil {
		t.Fatal(err)
	}
	const want = "part 1: start 2026-11-29T17:15:11.482137Z by \"\" redacted [] argv []\n" +
		"line 2: 0s connection 0 < \"1\"\n" +
		"error: line 3: it ends in the middle\n" +
		"part 2: start 2026-11-29T17:15:11.482137Z by \"\" redacted [] argv []\n" +
		"line 5: 0s connection 0 < \"1\"\n" +
		"error: EOF\n"
	if got := text(bytes.NewReader(read(t, path))); got != want {
		t.Errorf("appended:\n%s\nwant\n%s", got, want)
	}
	for name, content := range map[string]string{"foreign": "words\n", "later": `{"rpcrec":2}` + "\n"} {
		if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
		if err := record(true); err == nil || !strings.Contains(err.Error(), path) {
			t.Errorf("appending to a %s file: error %v", name, err)
		}
		if got := string(read(t, path)); got != content {
			t.Errorf("a %s file has become %q", name, got)
		}
	}
	path = filepath.Join(dir, "new.rpcrec")
	if err := record(true); err != nil {
		t.Errorf("appending to a new file: error %v", err)
	}
	if f, err := OpenFile(os.DevNull, false); err != nil {
		t.Errorf("a device: error %v", err)
	} else {
		_ = f.Close()
	}
}

func read(t *testing.T, path string) []byte {
	t.Helper()
	content, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return content
}
