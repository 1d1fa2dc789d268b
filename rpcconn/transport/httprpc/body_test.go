package httprpc

import (
	"bytes"
	"cmp"
	"compress/flate"
	"compress/zlib"
	"io"
	"net/http"
	"strings"
	"testing"
)

// TestHarmlessBytes sends what is around a message, or how it is encoded, in ways that real servers have.
func TestHarmlessBytes(t *testing.T) {
	const (
		warning = "<br />\n<b>Warning</b>: Undefined array key [0] in {main} on line <b>3</b><br />\n"
		mark    = "\ufeff"
	)
	compressed := func(w io.WriteCloser, buf *bytes.Buffer, text string) string {
		_, _ = io.WriteString(w, text)
		_ = w.Close()
		return buf.String()
	}
	zlibbed := func(text string) string { b := new(bytes.Buffer); return compressed(zlib.NewWriter(b), b, text) }
	deflated := func(text string) string {
		b := new(bytes.Buffer)
		w, err := flate.NewWriter(b, 9)
		if err != nil {
			t.Fatal(err)
		}
		return compressed(w, b, text)
	}
	wide := ""
	for _, b := range []byte(result) {
		wide += string([]byte{b, 0})
	}
	const noResult = `{"jsonrpc":"2.0","id":1}`
	const events = "data: " + result + "\n\n"
	for _, test := range []struct {
		name, encoding, kind, body string
		rule                       string // of the deviation; "": none is told
		err                        string // of Send; "": none
		received                   string // "": result
	}{
		{name: "as it should be", body: result},
		{name: "no result", body: noResult, received: noResult},
		{name: "byte order mark", body: mark + result, rule: ruleMark},
		{name: "byte order mark alone", body: mark, rule: ruleMark, err: "empty body"},
		{name: "warning", body: warning + result, rule: ruleBeside},
		{name: "warning behind", body: result + "\n" + warning, rule: ruleBeside},
		{name: "log line", body: "[error] no {such} key\n" + result + "\n", rule: ruleBeside},
		{name: "mark and warning", body: mark + warning + result, rule: ruleMark},
		{name: "warning alone", body: warning, err: "that is no answer of this protocol"},
		{name: "a message in something broken", body: `{"old":[` + result + `],}`, err: "what came is no JSON"},
		{name: "deflate", encoding: "deflate", body: zlibbed(result), rule: ruleEncoding},
		{name: "deflate without zlib", encoding: "deflate", body: deflated(result), rule: ruleEncoding},
		{name: "deflate of nothing", encoding: "deflate", rule: ruleEncoding, err: "empty body"},
		{name: "gzip, which is asked for", encoding: "gzip", body: zipped(result)},
		{name: "twice", encoding: "deflate, gzip", body: zipped(zlibbed(result)), rule: ruleEncoding},
		{name: "identity", encoding: "identity", body: result},
		{name: "unknown", encoding: "br", body: result,
			err: `the answer is encoded by "br" (gzip, deflate can be read), which was not asked for`},
		{name: "no deflate", encoding: "deflate", body: "\xff\xff", rule: ruleEncoding, err: "broke off"},
		{name: "UTF-16", body: "\xff\xfe" + wide, rule: ruleCharset},
		{name: "UTF-16 that is declared", kind: "application/json; charset=UTF-16LE", body: wide, rule: ruleCharset},
		{name: "UTF-32", body: "\x00\x00\xfe\xff\x00\x00\x00" + strings.Join(strings.Split(result, ""), "\x00\x00\x00"),
			rule: ruleCharset},
		{name: "Latin-1 that is UTF-8", kind: "application/json; charset=iso-8859-1", body: result},
		{name: "events", kind: streamMIME, body: events},
		{name: "marked events", kind: streamMIME, body: mark + "data: " + mark + result + "\n\n", rule: ruleMark},
		{name: "deflated events", kind: streamMIME, encoding: "deflate", body: zlibbed(events), rule: ruleEncoding},
		{name: "broken event", kind: streamMIME, body: "data: {\"id\":1,\ndata: \"result\":NaN}\n\n",
			err: "what came is no JSON"},
	} {
		t.Run(test.name, func(t *testing.T) {
			c := dial(t, serve(t, func(w http.ResponseWriter, r *http.Request) {
				if test.encoding != "" {
					w.Header().Set("Content-Encoding", test.encoding)
				}
				say(200, test.kind, test.body)(w, r)
			}).URL, Options{})
			err := c.Send(t.Context(), []byte(request))
			if (err != nil) != (test.err != "") || err != nil && !strings.Contains(err.Error(), test.err) {
				t.Errorf("Send: %v, want %q", err, test.err)
			}
			if test.err == "" {
				if got := c.next(t); strings.TrimSpace(got) != cmp.Or(test.received, result) {
					t.Errorf("received %q", got)
				}
			}
			_ = c.Close()
			for range c.got { // until all is received
			}
			if rule := ""; len(c.deviations) > 0 {
				rule = <-c.deviations
				if rule != test.rule {
					t.Errorf("told of %q, want %q", rule, test.rule)
				}
			} else if test.rule != "" {
				t.Errorf("not told of %q", test.rule)
			}
		})
	}
}

// Text in Latin-1 is told, and read as what it says.
func TestLatin1(t *testing.T) {
	answer := strings.Replace(result, "3", "\"caf\xe9\"", 1)
	c := dial(t, serve(t, say(200, "application/json; charset=ISO-8859-1", answer)).URL, Options{})
	if err := c.Send(t.Context(), []byte(request)); err != nil {
		t.Fatal(err)
	}
	if got := c.next(t); !strings.Contains(got, "café") || <-c.deviations != ruleCharset {
		t.Errorf("received %q", got)
	}
}

// FuzzMessage looks for messages in what a server sends.
func FuzzMessage(f *testing.F) {
	f.Add([]byte("<br>" + result))
	f.Add([]byte("[{[{\xff" + result + "}"))
	f.Fuzz(func(t *testing.T, body []byte) {
		ctx := t.Context()
		c := &client{content: &inspector{codec: newCodec()}, in: make(chan received, 1), ctx: ctx}
		part, got, err := c.message(body)
		if err == nil && got.messages > 0 && !bytes.Contains(body, part) {
			t.Errorf("%q is no part of %q", part, body)
		}
	})
}
