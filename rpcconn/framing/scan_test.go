package framing_test

import (
	"bufio"
	"bytes"
	"errors"
	"io"
	"slices"
	"strings"
	"testing"

	"rpcsh/rpcconn"
	"rpcsh/rpcconn/framing"
	"rpcsh/rpcconn/framing/framingtest"
)

// What is made of a bufio.SplitFunc keeps the limit and the end of the stream as others do.
func TestScan(t *testing.T) {
	lines := framing.Framing{Name: "lines", Tail: "\n", Split: framing.Scan(bufio.ScanLines)}
	framingtest.Run(t, lines, []framingtest.Case{
		{Name: "empty", In: "", Want: []string{framingtest.EOF}},
		{Name: "two", In: "{}\n[]\n", Want: []string{"{}", "[]", framingtest.EOF}},
		{Name: "blank lines", In: "\n\n{}\n\n", Want: []string{"{}", framingtest.EOF}},
		{Name: "no end", In: "{}\n[]", Want: []string{"{}", "[]", framingtest.EOF}},
		{Name: "over the limit", In: long + "\n{}\n", Want: []string{framingtest.Over(long, "of 108 bytes "), "{}",
			framingtest.EOF}},
	})
	bar := framing.Framing{Name: "bar", Split: framing.Scan(func(data []byte, _ bool) (int, []byte, error) {
		switch i := bytes.IndexByte(data, '|'); {
		case i == 0:
			return 0, nil, errors.New("no bar begins a stream")
		case i > 0 && data[i-1] == '.':
			return i + 1, data[:i], bufio.ErrFinalToken
		case i > 0:
			return i + 1, data[:i], nil
		}
		return 0, nil, nil
	})}
	framingtest.Run(t, bar, []framingtest.Case{
		{Name: "cut off", In: "a|b", Want: []string{"a", framingtest.Cut("b", "")}},
		{Name: "an error", In: "a||", Want: []string{"a", "= no bar begins a stream"}},
		{Name: "the final message", In: "a|b.|c", Want: []string{"a", "b.", framingtest.EOF}},
	})
}

// A stream in which no message ends takes no memory beyond some times the limit.
func TestScanWithoutEnd(t *testing.T) {
	never := framing.Framing{Name: "never", Split: framing.Scan(func([]byte, bool) (int, []byte, error) {
		return 0, nil, nil
	})}
	open, err := never.New(framingtest.Limit)
	if err != nil {
		t.Fatal(err)
	}
	in := io.LimitReader(strings.NewReader(strings.Repeat("x", 1<<20)), 1<<20)
	ch := open(struct {
		io.Reader
		io.WriteCloser
	}{in, discard{}})
	defer ch.Close()
	var tooLong *rpcconn.SizeError
	if _, err := ch.Recv(); !errors.As(err, &tooLong) || tooLong.Limit != framingtest.Limit {
		t.Errorf("Recv returned %v", err)
	}
}

type discard struct{}

func (discard) Write(b []byte) (int, error) { return len(b), nil }
func (discard) Close() error                { return nil }

// A wrongSplitter says that it used so many bytes.
type wrongSplitter int

func (s wrongSplitter) Split([]byte, bool) (framing.Step, error) {
	return framing.Step{Used: int(s)}, nil
}
func (s wrongSplitter) Begun() framing.Begun { return framing.Begun{} }

// A splitter that says what cannot be ends the stream: it uses more than there is, or needs what it has.
func TestSplitterThatIsWrong(t *testing.T) {
	for _, used := range []int{-2, -1, 3} {
		wrong := framing.Framing{Name: "wrong", Split: func(int) framing.Splitter {
			return wrongSplitter(used)
		}}
		got := framingtest.Receive(t, wrong, framingtest.Limit, strings.NewReader("ab"))
		if !slices.ContainsFunc(got, func(s string) bool {
			return strings.Contains(s, "splitter of the framing used")
		}) {
			t.Errorf("used %d: %q", used, got)
		}
	}
}
