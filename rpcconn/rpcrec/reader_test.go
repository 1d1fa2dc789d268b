package rpcrec

import (
	"bytes"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/iotest"
	"time"
)

var update = flag.Bool("update", false, "write what the test vectors mean anew")

// text returns what a Reader has read, and its errors, one a line.
func text(in io.Reader) string {
	var b strings.Builder
	r := NewReader(in)
	for part := 0; ; {
		rec, err := r.Next()
		if err != nil {
			fmt.Fprintf(&b, "error: %v\n", err)
			if errors.As(err, new(*LineError)) {
				continue
			}
			return b.String()
		}
		if rec.Part != part {
			part = rec.Part
			h := r.Header()
			fmt.Fprintf(&b, "part %d: start %s by %q redacted %q argv %q\n", part,
				h.Start.Format(time.RFC3339Nano), h.By, h.Redacted, h.Argv)
		}
		fmt.Fprintf(&b, "line %d: %v connection %d", r.Line(), rec.At, rec.Conn)
		if !rec.IsMessage() {
			fmt.Fprintf(&b, " event %s %s\n", rec.Event, rec.Details)
			continue
		}
		fmt.Fprintf(&b, " %s %q", rec.Dir, rec.Data)
		if rec.Readable != nil {
			fmt.Fprintf(&b, " readable %s", rec.Readable)
		}
		if rec.IsCut() {
			fmt.Fprintf(&b, " of %d bytes", rec.Length)
		}
		if rec.Redacted > 0 {
			fmt.Fprintf(&b, " redacted %d", rec.Redacted)
		}
		if rec.Fault+rec.Kind != "" {
			fmt.Fprintf(&b, " fault %q kind %q original %q", rec.Fault, rec.Kind, rec.Original)
		}
		b.WriteString("\n")
	}
}

// The test vectors mean what the files beside them say.
func TestVectors(t *testing.T) {
	files, err := filepath.Glob("testdata/*.rpcrec")
	if err != nil || len(files) == 0 {
		t.Fatal("there are no test vectors", err)
	}
	for _, file := range files {
		t.Run(filepath.Base(file), func(t *testing.T) {
			content, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			got, meaning := text(bytes.NewReader(content)), strings.TrimSuffix(file, ".rpcrec")+".txt"
			if *update {
				if err := os.WriteFile(meaning, []byte(got), 0o600); err != nil {
					t.Fatal(err)
				}
			}
			want, err := os.ReadFile(meaning)
			if err != nil {
				t.Fatal(err)
			}
			if got != string(want) {
				t.Errorf("it means\n%s\nwant\n%s", got, want)
			}
			if slow := text(iotest.OneByteReader(bytes.NewReader(content))); slow != got {
				t.Errorf("read byte by byte it means\n%s\nwant\n%s", slow, got)
			}
		})
	}
}

// Wherever a recording is cut off, what comes before is read, and the cut line is told of.
func TestCutAnywhere(t *testing.T) {
	const first = `{"rpcrec":1,"start":"2026-11-29T17:15:11Z"}` + "\n" + `{"t":0,"c":1,"d":">","m":{"id":1}}` + "\n"
	const last = `{"t":0.5,"c":12,"d":"<","m":{"text":"é"},"r":1}`
	for n := range len(last) + 1 {
		r := NewReader(strings.NewReader(first + last[:n]))
		if _, err := r.Next(); err != nil {
			t.Fatalf("%d bytes of the last line: %v", n, err)
		}
		_, err := r.Next()
		var broken *LineError
		switch isCut := errors.As(err, &broken) && broken.Cut; {
		case n == 0 && err != io.EOF, n == len(last) && err != nil, n > 0 && n < len(last) && !isCut:
			t.Errorf("%d bytes of the last line: error %v", n, err)
		}
		for range 2 {
			if _, err := r.Next(); err != io.EOF {
				t.Errorf("%d bytes of the last line: at the end error %v", n, err)
			}
		}
	}
}

func TestNoRecording(t *testing.T) {
	tests := []struct {
		name, text, want string
	}{
		{"empty", "", "EOF"},
		{"comments only", "# nothing\n\n", "EOF"},
		{"words", "Hello\nWorld\n", "this is no recording: its first line is no rpcrec header"},
		{"a record first", `{"t":0,"c":1,"d":">","m":1}`, "this is no recording: its first line is no rpcrec header"},
		{"one endless line", strings.Repeat("x", 3<<20), "this is no recording: its first line is no rpcrec header"},
		{"version 0", `{"rpcrec":0}`, "this is no recording: its first line is no rpcrec header"},
		{"later version", `{"rpcrec":7}`, "line 1: this is rpcrec/7, and only rpcrec/1 can be read"},
		{"cut header", `{"rpcrec":1,"sta`, "line 1: the header is broken, or cut off"},
		{"no start", "#\n" + `{"rpcrec":1,"start":12}`, `line 2: the header has no start, the time at which the ` +
			`recording began, as in "2006-01-02T15:04:05Z"`},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			r := NewReader(strings.NewReader(test.text))
			for range 2 {
				if _, err := r.Next(); err == nil || err.Error() != test.want {
					t.Errorf("error %v, want %s", err, test.want)
				}
			}
		})
	}
}

// A line that is too long is left out, with its number, and what comes behind it is read.
func TestLongLines(t *testing.T) {
	const most = 1 << 20
	record := func(size int) string {
		const frame = `{"t":0,"c":1,"d":">","m":""}`
		return `{"t":0,"c":1,"d":">","m":"` + strings.Repeat("x", size-len(frame)) + `"}`
	}
	lines := []string{
		`{"rpcrec":1,"start":"2026-11-29T17:15:11Z"}`, record(most), record(most + 1), record(50),
		record(bufferSize), record(3 * most),
	}
	r := NewReader(strings.NewReader(strings.Join(lines, "\n")))
	r.max = most
	var got []string
	for {
		rec, err := r.Next()
		if err == io.EOF {
			break
		}
		if err != nil {
			got = append(got, err.Error())
			continue
		}
		got = append(got, fmt.Sprintf("line %d: %d bytes", r.Line(), len(rec.Data)))
	}
	want := "line 2: 1048550 bytes; line 3: it is longer than 1048576 bytes; line 4: 24 bytes; " +
		"line 5: 262118 bytes; line 6: it is longer than 1048576 bytes"
	if all := strings.Join(got, "; "); all != want {
		t.Errorf("got  %s\nwant %s", all, want)
	}
}

// An error of reading is told as it is, after what was read before.
func TestReadError(t *testing.T) {
	broken := errors.New("the disk is on fire")
	in := io.MultiReader(
		strings.NewReader(`{"rpcrec":1,"start":"2026-11-29T17:15:11Z"}`+"\n"+`{"t":0,"c":1,"e":"open"}`+"\n"),
		iotest.ErrReader(broken),
	)
	r := NewReader(in)
	if rec, err := r.Next(); err != nil || rec.Event != Open {
		t.Fatalf("record %v, error %v", rec, err)
	}
	if _, err := r.Next(); !errors.Is(err, broken) {
		t.Errorf("error %v, want %v", err, broken)
	}
}

// FuzzReader reads anything; what it has read is the same after it was written.
func FuzzReader(f *testing.F) {
	files, err := filepath.Glob("testdata/*.rpcrec")
	if err != nil {
		f.Fatal(err)
	}
	for _, file := range files {
		content, err := os.ReadFile(file)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(content)
	}
	f.Fuzz(func(t *testing.T, content []byte) {
		header, all := readAll(t, content)
		var out bytes.Buffer
		w := NewWriter(&out, header, WriterOptions{After: never})
		for _, rec := range all {
			if err := w.Write(rec); err != nil {
				t.Fatalf("writing %+v: %v", rec, err)
			}
		}
		if err := w.Flush(); err != nil {
			t.Fatal(err)
		}
		_, again := readAll(t, out.Bytes())
		if len(again) != len(all) {
			t.Fatalf("%d records were written, and %d read", len(all), len(again))
		}
		for i, rec := range all {
			rec.Part = 1
			if got, want := fmt.Sprintf("%+v", again[i]), fmt.Sprintf("%+v", rec); got != want {
				t.Errorf("read %s\nwant %s\nfrom %s", got, want, out.Bytes())
			}
		}
	})
}

// readAll returns the records of a file, and its first header.
func readAll(t *testing.T, content []byte) (h Header, all []*Record) {
	t.Helper()
	r := NewReader(bytes.NewReader(content))
	for errors := 0; ; {
		rec, err := r.Next()
		if err == nil {
			if all == nil {
				h = r.Header()
			}
			all = append(all, rec.Clone())
			continue
		}
		if _, is := err.(*LineError); !is {
			return h, all
		}
		if errors++; errors > len(content) {
			t.Fatalf("it does not end: %v", err)
		}
	}
}

func never(time.Duration, func()) {}
