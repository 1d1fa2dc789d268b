package httprpc

import (
	"bufio"
	"bytes"
	"compress/flate"
	"compress/gzip"
	"compress/zlib"
	"fmt"
	"io"
	"iter"
	"net/http"
	"strings"

	"rpcsh/rpcconn"
	"rpcsh/rpcconn/jsontext"
)

// The rules of Deviations over HTTP.
const (
	ruleEncoding = "content encoding"
	ruleMark     = "byte order mark"
	ruleBeside   = "text beside JSON"
)

var byteOrderMark = []byte("\ufeff")

// decode makes res.Body what was encoded, where the http package, which has asked for gzip alone, leaves it as it came.
// What is encoded and how is read with the body.
func (c *client) decode(res *http.Response) error {
	body, names, err := decoding(res.Header, res.Body)
	if err != nil {
		return fmt.Errorf("the answer is %w, which was not asked for", err)
	}
	res.Body = body
	for _, name := range names {
		if !strings.Contains(c.header.Get("Accept-Encoding"), name) {
			c.deviates(ruleEncoding, "sends Content-Encoding: "+name+" unasked (RFC 9110 section 12.5.3)")
		}
	}
	return nil
}

// decoding returns body without the encodings that header has (RFC 9110 section 8.4.1), and their names. The error
// says which cannot be read.
func decoding(header http.Header, body io.ReadCloser) (plain io.ReadCloser, names []string, err error) {
	encodings := strings.Split(strings.ToLower(strings.Join(header.Values("Content-Encoding"), ",")), ",")
	if len(encodings) > maxEncodings {
		return nil, nil, fmt.Errorf("encoded %d times (%d at most)", len(encodings), maxEncodings)
	}
	for i := len(encodings) - 1; i >= 0; i-- { // the last one was applied last
		var open func(r *bufio.Reader) (io.Reader, error)
		name := strings.TrimSpace(encodings[i])
		switch name {
		case "", "identity":
			continue
		case "gzip", "x-gzip":
			open = func(r *bufio.Reader) (io.Reader, error) { return gzip.NewReader(r) }
		case "deflate":
			open = inflate
		default:
			return nil, nil, fmt.Errorf("encoded by %.40q (%s can be read)", name, readable)
		}
		body = &decoded{Closer: body, from: body, open: open}
		names = append(names, name)
	}
	return body, names, nil
}

// maxEncodings is how often a body may be encoded, one encoding in the other: each takes memory.
const maxEncodings = 4

// readable are the encodings that can be read.
const readable = "gzip, deflate"

// inflate reads what is encoded by deflate. That is the zlib format (RFC 1950), but some servers send its bare content
// (RFC 1951).
func inflate(r *bufio.Reader) (io.Reader, error) {
	const method = 8 // in the low half of the first byte; both bytes together are a multiple of 31
	if b, err := r.Peek(2); err == nil && b[0]&0x0f == method && (int(b[0])<<8|int(b[1]))%31 == 0 {
		return zlib.NewReader(r)
	}
	return flate.NewReader(r), nil
}

// A decoded body is read through a decoder, which is opened by the first Read, since it waits for bytes. An empty body
// stays one.
type decoded struct {
	io.Closer
	from io.Reader
	open func(*bufio.Reader) (io.Reader, error)
	r    io.Reader // nil before the first Read
}

// Read implements io.Reader.
func (d *decoded) Read(p []byte) (int, error) {
	if d.r == nil {
		in := bufio.NewReader(d.from)
		if _, err := in.Peek(1); err != nil {
			return 0, err
		}
		r, err := d.open(in)
		if err != nil {
			return 0, fmt.Errorf("decoding: %w", err)
		}
		d.r = r
	}
	return d.r.Read(p)
}

// unmarked returns text without a byte order mark, which RFC 8259 section 8.1 lets a receiver ignore.
func (c *client) unmarked(text []byte) []byte {
	rest := bytes.TrimPrefix(text, byteOrderMark)
	if len(rest) < len(text) {
		c.deviates(ruleMark, "sends a byte order mark before the JSON (RFC 8259 section 8.1)")
	}
	return rest
}

// maxStarts is how many places in a body are tried as the beginning of a message, each of which costs reading what
// follows.
const maxStarts = 16

// message returns the message in body and what is in it: body as it is, or, where that is none, the part that is one:
// servers write warnings before what they answer, or behind it. The error says why body is none.
func (c *client) message(body []byte) ([]byte, content, error) {
	got, err := c.content.look(body)
	if err == nil && got.messages > 0 {
		return body, got, nil
	}
	for start := range starts(body) {
		_, end, invalid := jsontext.Value(body[start:])
		if invalid != nil {
			continue
		}
		part := body[start : start+end]
		if inPart, invalid := c.content.look(part); invalid == nil && inPart.messages > 0 {
			beside := append(bytes.Clone(body[:start]), body[start+end:]...)
			c.deviates(ruleBeside, "sends other text with the JSON: "+rpcconn.Excerpt(bytes.TrimSpace(beside)))
			return part, inPart, nil
		}
	}
	return body, got, err
}

// starts yields the first offsets in body at which a message may begin that is no part of something broken.
func starts(body []byte) iter.Seq[int] {
	return func(yield func(int) bool) {
		before, at := byte(0), 0 // before: the last byte that is no white space
		for range maxStarts {
			next := bytes.IndexAny(body[at:], "{[")
			if next < 0 {
				return
			}
			if text := bytes.TrimSpace(body[at : at+next]); len(text) > 0 {
				before = text[len(text)-1]
			}
			at += next
			if bytes.IndexByte([]byte(":,[{"), before) < 0 && !yield(at) {
				return
			}
			before = body[at]
			at++
		}
	}
}
