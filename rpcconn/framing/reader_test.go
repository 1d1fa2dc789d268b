package framing

import (
	"encoding/binary"
	"errors"
	"io"
	"runtime"
	"strconv"
	"strings"
	"testing"

	"rpcsh/rpcconn"
)

// endless gives the same bytes over and over, size of them in all.
type endless struct {
	head, body string
	size       int
}

func (e *endless) Read(b []byte) (int, error) {
	if e.size <= 0 {
		return 0, io.EOF
	}
	n := copy(b, e.head)
	e.head = e.head[n:]
	for n < len(b) {
		n += copy(b[n:], e.body)
	}
	n = min(n, e.size)
	e.size -= n
	return n, nil
}

func allocated(f func()) uint64 {
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	f()
	runtime.ReadMemStats(&after)
	return after.TotalAlloc - before.TotalAlloc
}

// A message over the limit takes no memory of its own.
func TestOverLimitTakesNoMemory(t *testing.T) {
	const size, limit = 64 << 20, 1 << 20
	filling := strings.Repeat("x", 4<<10)
	bodies := map[string]*endless{
		"none":      {head: `{"`, body: filling},
		"line":      {body: filling},
		"rfc7464":   {head: "\x1e{\"", body: filling},
		"netstring": {head: "200000000:", body: filling},
		"bson":      {head: "\x00\x00\x00\x7f\x02", body: filling},
		"header":    {head: "Content-Length: 200000000\r\n\r\n", body: filling},
		"length":    {head: "\x10\x00\x00\x00", body: filling},
		"nul":       {body: filling},
		"msgpack": {head: "\xdd\xff\xff\xff\xff", body: "\x92\xdb\x00\x00\x10\x00" + filling +
			"\xdd\xff\xff\xff\xff"},
	}
	for _, f := range framings() {
		body := bodies[f.Name]
		body.size = size
		rd := newReader(body, f.Split(limit), limit, new(ending))
		got := allocated(func() {
			var frameErr *rpcconn.FrameError
			if _, err := rd.Recv(); !errors.As(err, &frameErr) {
				t.Errorf("%s: Recv returned %v", f.Name, err)
			}
			if _, err := rd.Recv(); !errors.Is(err, io.EOF) && !errors.Is(err, io.ErrUnexpectedEOF) {
				t.Errorf("%s: Recv returned %v", f.Name, err)
			}
		})
		if got > 3*limit {
			t.Errorf("%s: %d bytes were allocated for a message over the limit of %d", f.Name, got, limit)
		}
		if len(rd.buf) > keepBuffer {
			t.Errorf("%s: the buffer is still %d bytes", f.Name, len(rd.buf))
		}
	}
}

// A message whose length is over the limit is refused once its beginning is there, in which its id is: what is
// announced need not come.
func TestLengthsOverTheLimit(t *testing.T) {
	const limit = 1 << 10
	begins := map[string]string{
		"netstring": "200000000:", "header": "Content-Length: 200000000\r\n\r\n", "length": "\x0b\xeb\xc2\x00",
		"bson": "\x00\xc2\xeb\x0b\x02",
	}
	for name, begin := range begins {
		t.Run(name, func(t *testing.T) {
			ours, theirs := io.Pipe()
			defer ours.Close()
			go func() { _, _ = io.WriteString(theirs, begin+strings.Repeat("x", rpcconn.HeadSize)) }() // and no more
			rd := newReader(ours, framingNamed(t, name).Split(limit), limit, new(ending))
			_, err := rd.Recv()
			var size *rpcconn.SizeError
			if !errors.As(err, &size) || size.Size != 200_000_000 || size.Limit != limit {
				t.Errorf("Recv returned %v, want that 200 MB are over the limit", err)
			}
		})
	}
}

// A big message takes little more memory than itself, and the buffer is small again after it.
func TestBigMessageMemory(t *testing.T) {
	const size = 32 << 20
	for _, test := range []struct {
		framing, head, tail string
		most                uint64 // bytes
	}{
		{"netstring", strconv.Itoa(size) + ":", ",", size + size/16},
		{"bson", string(binary.LittleEndian.AppendUint32(nil, size)) + "\x02", "", size + size/16},
		{"header", "Content-Length: " + strconv.Itoa(size) + "\r\n\r\n", "", size + size/16},
		{"length", string(binary.BigEndian.AppendUint32(nil, size)), "", size + size/16},
		{"msgpack", string(binary.BigEndian.AppendUint32([]byte{0x91, 0xdb}, size)), "", 4 * size},
		{"line", "", "\n", 4 * size}, // half of it is the rest of the last buffer, which is never touched
	} {
		size := size
		if test.framing == "bson" {
			size -= len(test.head)
		}
		in := io.MultiReader(strings.NewReader(test.head), &endless{body: strings.Repeat("x", 4<<10), size: size},
			strings.NewReader(test.tail+strings.Repeat(" ", 100)))
		rd := newReader(in, framingNamed(t, test.framing).Split(rpcconn.DefaultMaxMessage), rpcconn.DefaultMaxMessage,
			new(ending))
		got := allocated(func() {
			if frame, err := rd.Recv(); err != nil || len(frame) < size {
				t.Errorf("%s: Recv returned %d bytes, %v", test.framing, len(frame), err)
			}
		})
		if got > test.most {
			t.Errorf("%s: %d bytes were allocated for a message of %d", test.framing, got, size)
		}
		if len(rd.buf) > keepBuffer {
			t.Errorf("%s: the buffer is still %d bytes", test.framing, len(rd.buf))
		}
	}
}

func TestReaderThatReadsNothing(t *testing.T) {
	rd := newReader(new(readNothing), framingNamed(t, "line").Split(64), 64, new(ending))
	if _, err := rd.Recv(); !errors.Is(err, io.ErrNoProgress) {
		t.Errorf("Recv returned %v", err)
	}
}

// A readNothing reads nothing, often; then it ends, so that who has no limit fails.
type readNothing struct{ times int }

func (r *readNothing) Read([]byte) (int, error) {
	if r.times++; r.times > 1000*emptyReads {
		return 0, io.EOF
	}
	return 0, nil
}

// Were any byte looked at for each piece that comes, this would take an hour.
func TestManyPieces(t *testing.T) {
	const size, piece = 2 << 20, 16
	text := "{\"a\":[\n" + strings.Repeat("{\"b\":\"c\"},\n", size/12) + "1]}"
	flat := strings.ReplaceAll(text, "\n", " ")
	for name, in := range map[string]string{
		"none": text, "line": flat + "\n", "rfc7464": "\x1e" + text + "\n", "netstring": strconv.Itoa(len(text)) + ":" +
			text + ",",
		"bson": string(message("bson", "", size)), "header": "Content-Length: " + strconv.Itoa(len(text)) +
			"\n\n" + text,
		"length": string(binary.BigEndian.AppendUint32(nil, uint32(len(text)))) + text, "nul": text + "\x00",
		"msgpack": "\xdd\x00\x04\x00\x00" + strings.Repeat("\x92\xa4beef\xc0", 1<<18),
	} {
		rd := newReader(inPieces{strings.NewReader(in), piece}, framingNamed(t, name).Split(2*size), 2*size,
			new(ending))
		got, err := rd.Recv()
		if err != nil || !strings.Contains(in, string(got)) || len(got) < size/2 {
			t.Errorf("%s: Recv returned %d bytes, %v", name, len(got), err)
		}
		if _, err := rd.Recv(); err != io.EOF {
			t.Errorf("%s: at the end Recv returned %v", name, err)
		}
	}
}

// inPieces reads at most size bytes at a time.
type inPieces struct {
	io.Reader
	size int
}

func (p inPieces) Read(b []byte) (int, error) { return p.Reader.Read(b[:min(len(b), p.size)]) }

// What a big message leaves behind while its buffer grows is little beside it, whatever the limit is.
func TestGrowth(t *testing.T) {
	const message = 64 << 20
	for _, limit := range []int{message, message + 1, 100 << 20, 256 << 20, 1 << 30} {
		r := &reader{max: limit}
		left, size := 0, readSize
		for size < message {
			left += size
			size = r.bigger(size)
		}
		if left > message*3/10 {
			t.Errorf("limit %d: %d bytes are left behind", limit, left)
		}
	}
}

// A large frame keeps the buffer that it lies in, of which the rest was hardly written to; of one that is small beside
// it, there is a copy.
func TestLargeFramesAreNotCopied(t *testing.T) {
	const size = 128 << 20
	for _, tt := range []struct {
		frame int
		same  bool
	}{{size / 8, true}, {size - 1, true}, {size/8 - 1, false}, {rpcconn.OwnSize, false}} {
		r := &reader{buf: make([]byte, size)}
		r.start = tt.frame
		r.end = r.start
		first := &r.buf[0]
		if got := r.own(r.buf[:tt.frame]); len(got) != tt.frame || (&got[0] == first) != tt.same {
			t.Errorf("%d bytes of %d: the buffer itself: %v", tt.frame, size, &got[0] == first)
		}
	}
}
