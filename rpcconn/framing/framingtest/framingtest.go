// Package framingtest tests a framing: what is received of a stream, however it is cut into pieces.
package framingtest

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"testing"

	"rpcsh/rpcconn"
	"rpcsh/rpcconn/framing"
)

// Limit is how long a message of a Case may be, in bytes.
const Limit = 64

// A Case is a stream, and what is received of it with a limit of Limit bytes, as Receive returns it.
type Case struct {
	Name, In string
	Want     []string
}

const (
	// EOF is what is received at the orderly end of a stream.
	EOF = "= EOF"
	// CutSkip is what is received where a stream ends in a message over the limit.
	CutSkip = "= the connection ended in the middle of a message that was over the limit"
)

// Over is what is received in place of text, a message over the limit; said is how long it is, such as "of 99 bytes ",
// where that is known.
func Over(text, said string) string {
	excerpt := rpcconn.Excerpt([]byte(text))
	return fmt.Sprintf("! message %sis over the limit of %d bytes: %s", said, Limit, excerpt)
}

// Cut is what is received in the end where a message ends after text; of is how long it is, such as " of 99", where
// that is known.
func Cut(text, of string) string {
	return fmt.Sprintf("= the connection ended in the middle of a message, after %d%s bytes, %s",
		len(text), of, rpcconn.Excerpt([]byte(text)))
}

// CutWhole is Cut for a text that is whole, of which size bytes were announced.
func CutWhole(text string, size int) string {
	return fmt.Sprintf("= the connection ended in the middle of a message, after %d of %d bytes, %s, which are a "+
		"whole JSON text, so that the length before it does not match it",
		len(text), size, rpcconn.Excerpt([]byte(text)))
}

// Run reads each case whole, byte by byte, and cut in two: at every place near its ends, and at some in the middle of a
// long one, which says the same over and over.
func Run(t *testing.T, f framing.Framing, cases []Case) {
	t.Helper()
	for _, test := range cases {
		t.Run(test.Name, func(t *testing.T) {
			in := []byte(test.In)
			check := func(how string, r io.Reader) {
				t.Helper()
				if got := comparable(Receive(t, f, Limit, r)); !slices.Equal(got, test.Want) {
					t.Errorf("%s:\n got %q\nwant %q", how, got, test.Want)
				}
			}
			check("whole", &Pieces{Pieces: [][]byte{in}})
			check("whole, with EOF", &Pieces{Pieces: [][]byte{in}, Early: true})
			check("byte by byte", &Pieces{Pieces: slices.Collect(slices.Chunk(in, 1))})
			const ends, step = 300, 61 // a prime, which is in step with nothing
			for i := 0; i < len(in); i++ {
				check(fmt.Sprintf("cut at %d", i), &Pieces{Pieces: [][]byte{in[:i], in[i:]}})
				if i >= ends && i+step < len(in)-ends {
					i += step - 1
				}
			}
		})
	}
}

// Fuzz gives the same bytes whole and in pieces, which sizes tells, to a framing that must make the same of them. A
// message may be limit+1 bytes long.
func Fuzz(t *testing.T, f framing.Framing, in, sizes []byte, limit uint8) {
	t.Helper()
	max := int(limit) + 1
	var cut [][]byte
	for i, rest := 0, in; len(rest) > 0; i++ {
		n := len(rest)
		if len(sizes) > 0 {
			n = min(n, 1+int(sizes[i%len(sizes)])%17)
		}
		cut = append(cut, rest[:n])
		rest = rest[n:]
	}
	want := comparable(Receive(t, f, max, &Pieces{Pieces: [][]byte{bytes.Clone(in)}}))
	got := comparable(Receive(t, f, max, &Pieces{Pieces: cut}))
	if !slices.Equal(got, want) {
		t.Errorf("%s in pieces:\n got %q\nwant %q", f.Name, got, want)
	}
}

// Receive returns what a channel makes of r: frames as they are, errors of one as "! text", deviations as "~ rule", and
// the last error as "= text". No frame may be over max, nor change before the channel is done where it is big.
func Receive(t testing.TB, f framing.Framing, max int, r io.Reader) []string {
	t.Helper()
	open, err := f.New(max)
	if err != nil {
		t.Fatal(err)
	}
	ch := open(readOnly{r})
	defer ch.Close()
	var got []string
	type kept struct {
		frame []byte
		text  string
	}
	var big []kept
	defer func() {
		for _, k := range big {
			if string(k.frame) != k.text {
				t.Errorf("a frame of %d bytes was changed after Recv returned it", len(k.frame))
			}
		}
	}()
	for {
		frame, err := ch.Recv()
		var frameErr *rpcconn.FrameError
		var deviation *rpcconn.Deviation
		switch {
		case errors.As(err, &deviation):
			got = append(got, "~ "+deviation.Rule)
		case errors.As(err, &frameErr):
			got = append(got, "! "+err.Error())
		case err != nil:
			if _, again := ch.Recv(); again != err {
				t.Errorf("Recv returned %v, and then %v", err, again)
			}
			return append(got, "= "+err.Error())
		case len(frame) > max:
			t.Errorf("a frame has %d bytes with a limit of %d", len(frame), max)
		default:
			text := string(frame)
			got = append(got, text)
			if len(frame) >= rpcconn.OwnSize {
				big = append(big, kept{frame, text})
			}
		}
	}
}

// comparable makes what Receive returned the same for all ways to cut a stream: how much of what is no message is
// shown, and in how many pieces, depends on how it came.
func comparable(got []string) []string {
	var out []string
	for _, s := range got {
		for _, vary := range []string{", got ", "no RS (0x1e)"} {
			if head, _, ok := strings.Cut(s, vary); ok && (s[0] == '!' || s[0] == '=') {
				s = head + vary
			}
		}
		if len(out) == 0 || s != out[len(out)-1] || !strings.HasSuffix(s, "no RS (0x1e)") {
			out = append(out, s)
		}
	}
	return out
}

// Pieces is a stream that gives one piece a Read, then Err (io.EOF where nil), with the last piece already if Early.
type Pieces struct {
	Pieces [][]byte
	Err    error
	Early  bool
}

// Read implements io.Reader.
func (p *Pieces) Read(b []byte) (int, error) {
	err := p.Err
	if err == nil {
		err = io.EOF
	}
	if len(p.Pieces) == 0 {
		return 0, err
	}
	n := copy(b, p.Pieces[0])
	if p.Pieces[0] = p.Pieces[0][n:]; len(p.Pieces[0]) == 0 {
		p.Pieces = p.Pieces[1:]
	}
	if p.Early && len(p.Pieces) == 0 {
		return n, err
	}
	return n, nil
}

// readOnly is a stream that is only read from.
type readOnly struct{ io.Reader }

func (readOnly) Write(b []byte) (int, error) { return len(b), nil }
func (readOnly) Close() error                { return nil }
