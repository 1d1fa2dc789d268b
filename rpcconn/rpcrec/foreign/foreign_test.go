package foreign

import (
	"bufio"
	"bytes"
	"encoding/base64"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"testing/iotest"
	"time"

	"rpcsh/rpcconn/jsontext"
	"rpcsh/rpcconn/rpcrec"
)

var update = flag.Bool("update", false, "write what the logs mean anew")

// text returns what a Reader has read, a record or an error a line.
func text(in io.Reader) string {
	var b strings.Builder
	r := NewReader(in)
	for first := true; ; first = false {
		rec, err := r.Next()
		if errors.As(err, new(*rpcrec.LineError)) {
			fmt.Fprintf(&b, "left out: %v\n", err)
			continue
		}
		if err != nil {
			fmt.Fprintf(&b, "error: %v\n", err)
			return b.String()
		}
		if first {
			fmt.Fprintf(&b, "by %s at %s\n", r.Header().By, r.Header().Start.Format(time.RFC3339Nano))
		}
		fmt.Fprintf(&b, "%v %d %s%s%s%s\n", rec.At, rec.Conn, rec.Event, rec.Dir, rec.Details, rec.Data)
	}
}

// The logs of other tools mean what the files beside them say, in whichever pieces they come.
func TestLogs(t *testing.T) {
	files, err := filepath.Glob("testdata/*.*")
	if err != nil || len(files) == 0 {
		t.Fatalf("no logs found: %v", err)
	}
	for _, file := range files {
		if strings.HasSuffix(file, ".txt") {
			continue
		}
		log, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		got := text(bytes.NewReader(log))
		if *update {
			if err := os.WriteFile(file+".txt", []byte(got), 0o644); err != nil {
				t.Fatal(err)
			}
		}
		want, err := os.ReadFile(file + ".txt")
		if err != nil {
			t.Fatal(err)
		}
		if got != string(want) {
			t.Errorf("%s: got\n%swant\n%s", file, got, want)
		}
		if again := text(iotest.OneByteReader(bytes.NewReader(log))); again != got {
			t.Errorf("%s, byte by byte: got\n%s", file, again)
		}
		others := "\xef\xbb\xbf" + strings.ReplaceAll(string(log), "\n", "\r\n")
		if again := text(strings.NewReader(others)); again != got {
			t.Errorf("%s, with the line breaks of other systems: got\n%s", file, again)
		}
	}
}

// A recording is read as it is, and what is nothing that is known is refused.
func TestOthers(t *testing.T) {
	const recording = `{"rpcrec":1,"start":"2026-11-29T17:15:11Z"}` + "\n" +
		`{"t":1,"c":1,"d":">","m":{"log":1}}` + "\n"
	if got := text(strings.NewReader(recording)); !strings.Contains(got, `1s 1 >{"log":1}`) {
		t.Errorf("a recording: %s", got)
	}
	for _, other := range []string{"", "words\n", "{}", `{"a":1}` + "\n", "<html>", "\x00\x01", "[Trace", `{"log":`} {
		if got := text(strings.NewReader(other)); !strings.HasPrefix(got, "error: ") {
			t.Errorf("%q: %s", other, got)
		}
	}
}

// What looks like a masked value is one: logs that were made of recordings do not say how many there are.
func TestMasks(t *testing.T) {
	for message, want := range map[string]int{
		`["***1","Bearer ***12",{"a":"***1"}]`: 3, `["***","** 1","***0","***x"]`: 0, `"****1"`: 0,
	} {
		log := `{"log":{"entries":[{"request":{"method":"POST","url":"http://h/","postData":{"text":` +
			jsontext.Quote(message) + `}}}]}}`
		in := NewReader(strings.NewReader(log))
		_, opens := in.Next()
		r, err := in.Next()
		if opens != nil || err != nil || string(r.Data) != message || r.Redacted != want {
			t.Errorf("%s: %+v, %v, %v; want %d masked", message, r, opens, err, want)
		}
	}
}

// Archives do not say what is spoken over a WebSocket: the first message does.
func TestSpoken(t *testing.T) {
	for first, want := range map[string]string{
		`{"id":1}`: "jsonrpc", "": "jsonrpc", "\x94\x00\x01\xa1m\x90": "msgpackrpc",
		"\x05\x00\x00\x00\x00": "bsonrpc", "\x06\x00\x00\x00\x00": "jsonrpc",
	} {
		log := `{"log":{"entries":[{"_webSocketMessages":[{"type":"send","opcode":2,"data":"` +
			base64.StdEncoding.EncodeToString([]byte(first)) + `"}]}]}}`
		r, err := NewReader(strings.NewReader(log)).Next()
		if err != nil || r.Event != rpcrec.Open || !strings.Contains(string(r.Details), `"protocol":"`+want+`"`) {
			t.Errorf("%q: %+v, %v; want %s", first, r, err, want)
		}
	}
}

// An archive is read as a whole, and so has a bound.
func TestArchiveLimit(t *testing.T) {
	const archive = `{"log":{"entries":[]}}`
	for limit, want := range map[int64]error{
		int64(len(archive)): io.EOF, int64(len(archive)) - 1: errors.New("the archive has more than 21 bytes"),
	} {
		s := &archiveSource{in: bufio.NewReader(strings.NewReader(archive)), limit: limit}
		if _, err := s.next(); err == nil || err.Error() != want.Error() {
			t.Errorf("limit %d: %v, want %v", limit, err, want)
		}
	}
}

// A recording that is under way is read as far as it is there.
func TestUnderWay(t *testing.T) {
	in, out := io.Pipe()
	defer in.Close()
	go func() {
		_, _ = io.WriteString(out, `{"rpcrec":1,"start":"2026-11-29T17:15:11Z"}`+"\n")
		_, _ = io.WriteString(out, `{"t":1,"c":1,"d":">","m":1}`+"\n")
	}()
	if r, err := NewReader(in).Next(); err != nil || string(r.Data) != "1" {
		t.Errorf("read %+v, %v", r, err)
	}
}

// Whatever a log has, reading it ends, and what was read is a recording.
func FuzzLogs(f *testing.F) {
	files, _ := filepath.Glob("testdata/*.*")
	for _, file := range files {
		if log, err := os.ReadFile(file); err == nil && !strings.HasSuffix(file, ".txt") {
			f.Add(log)
		}
	}
	f.Fuzz(func(t *testing.T, log []byte) {
		known := slices.ContainsFunc(formats(), func(f format) bool { return f.is(log[:min(len(log), headSize)]) })
		if got := text(bytes.NewReader(log)); known && strings.Contains(got, "left out: ") {
			t.Errorf("%q became\n%s", log, got)
		}
	})
}
