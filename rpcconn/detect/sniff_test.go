package detect

import (
	"encoding/binary"
	"fmt"
	"slices"
	"strings"
	"testing"

	"rpcsh/rpcconn/framing"
)

// framedText returns text as the framing has it.
func framedText(framing, text string) string {
	switch framing {
	case "line":
		return text + "\n"
	case "rfc7464":
		return "\x1e" + text + "\n"
	case "netstring":
		return fmt.Sprintf("%d:%s,", len(text), text)
	case "header":
		return fmt.Sprintf("Content-Length: %d\r\n\r\n%s", len(text), text)
	case "nul":
		return text + "\x00"
	case "length":
		return string(binary.BigEndian.AppendUint32(nil, uint32(len(text)))) + text
	}
	return text
}

// first is what peers say first, and what that means.
func first() map[string]Guess {
	samples := make(map[string]Guess)
	for text, protocol := range map[string]string{
		`{"jsonrpc":"2.0","id":1,"method":"é"}`:                         "jsonrpc",
		`{"id":1,"params":[],"method":"x","jsonrpc":"2.0"}`:             "jsonrpc",
		`{"jsonrpc":"2.0","id":null,"error":{"code":1,"message":"\n"}}`: "jsonrpc",
		`[{"jsonrpc":"2.0","method":"x"}]`:                              "jsonrpc",
		`{"method":"echo","id":"echo","params":[]}`:                     "jsonrpc1",
		`{"method":"update","id":null,"params":{}}`:                     "jsonrpc1",
		`{"id":1,"result":null,"error":"no"}`:                           "jsonrpc1",
		`{"id":1,"result":{}}`:                                          "cdp",
		`{"method":"Runtime.x","params":{},"sessionId":"1"}`:            "cdp",
		`{"id":1,"error":{"code":1,"message":""}}`:                      "cdp",
		`{"hello":"world"}`:                                             "",
	} {
		for _, framing := range framing.Names() {
			samples[framedText(framing, text)] = Guess{Protocol: protocol, Framing: framing}
			const mark = "\xef\xbb\xbf" // some peers put one before each message, some before what they send first
			samples[framedText(framing, mark+text)] = Guess{Protocol: protocol, Framing: framing}
			if framing != "length" {
				samples[mark+framedText(framing, text)] = Guess{Protocol: protocol, Framing: framing}
			}
		}
		if protocol == "jsonrpc" {
			pretty := strings.ReplaceAll(text, ",", ",\n ")
			samples[pretty] = Guess{Protocol: protocol, Framing: "none"}
			samples[text+"\r\n"] = Guess{Protocol: protocol, Framing: "line"}
			samples["\r\n"+text+" \n"] = Guess{Protocol: protocol, Framing: "line"}
			samples["\x1e\x1e "+text+"\n"] = Guess{Protocol: protocol, Framing: "rfc7464"}
			samples[fmt.Sprintf("Content-Type: x\r\nCONTENT-LENGTH:%d\r\n\r\n%s", len(text),
				text)] = Guess{Protocol: protocol, Framing: "header"}
			samples[fmt.Sprintf("Content-Length: %d\r\r\n\r\r\n%s", len(text),
				text)] = Guess{Protocol: protocol, Framing: "header"}
		}
	}
	for text, g := range map[string]Guess{
		bsonProbe:                              {Protocol: "bsonrpc", Framing: "bson"},
		msgpackProbe:                           {Protocol: "msgpackrpc", Framing: "msgpack"},
		"\x94\x01\x00\xc0\x2a":                 {Protocol: "msgpackrpc", Framing: "msgpack"},
		"\x93\x02\xa1x\x90":                    {Protocol: "msgpackrpc", Framing: "msgpack"},
		tlsProbe:                               {Other: OtherTLS},
		"\x15\x03\x01\x00\x02\x02\x28":         {Other: OtherTLS},
		"\x15\x03\x03\x00\x02\x01\x00":         {Other: OtherTLS},
		"HTTP/1.1 400 Bad Request\r\n":         {Other: OtherHTTP},
		"GET / HTTP/1.1\r\n":                   {Other: OtherHTTP},
		"POST /rpc HTTP/1.1\r\nContent-Length": {Other: OtherHTTP},
		"OPTIONS * HTTP/1.1\r\n":               {Other: OtherHTTP},
	} {
		samples[text] = g
	}
	return samples
}

// TestSniff checks that no prefix of what a peer says first is taken for something else.
func TestSniff(t *testing.T) {
	for text, want := range first() {
		for i := range len(text) + 1 {
			g, more := Sniff([]byte(text[:i]))
			switch {
			case i == len(text) && g != want:
				t.Errorf("%.60q: %+v, want %+v", text, g, want)
			case g == want, g == (Guess{}) && more:
			case more && g.Framing == "none" && g.Protocol == want.Protocol: // what follows tells
			default:
				t.Errorf("%.60q, of which %d bytes: %+v, %v, want %+v", text, i, g, more, want)
			}
			if i == len(text) && g.Framing != "none" && more {
				t.Errorf("%.60q: more is wanted", text)
			}
		}
	}
}

// TestSniffLengths checks that the length of a BSON document or of a length-prefixed message is not taken for text.
func TestSniffLengths(t *testing.T) {
	t.Parallel()
	const every, stride = 1 << 12, 61 // all small sizes, and of the others some with every last byte
	for size := uint32(36); size < 1<<18; size++ {
		if size > every {
			size += stride - 1
		}
		bson := string(binary.LittleEndian.AppendUint32(nil, size)) + "\x02bsonrpc\x00"
		if g, more := Sniff([]byte(bson)); g.Framing != "bson" || more {
			t.Fatalf("%q: %+v", bson, g)
		}
		length := string(binary.BigEndian.AppendUint32(nil, size)) + `{"id":1,"result":1}`
		if g, more := Sniff([]byte(length)); g.Framing != "length" || more {
			t.Fatalf("%q: %+v", length, g)
		}
		for i := range 6 {
			if g, more := Sniff([]byte(bson[:i])); g.Framing != "bson" && !more {
				t.Fatalf("%q: %+v", bson[:i], g)
			}
			if g, more := Sniff([]byte(length[:i])); g.Framing != "length" && !more {
				t.Fatalf("%q: %+v", length[:i], g)
			}
		}
	}
}

func TestSniffUnknown(t *testing.T) {
	for _, text := range []string{
		"hello, world", "SSH-2.0-OpenSSH_9.6\r\n", "123456789012:", "12;345", "\x1e hello", "{]....", "5:hello,",
		"\xff\xfe\xfd\xfc\xfb\xfa",
	} {
		if g, more := Sniff([]byte(text)); g != (Guess{}) || more {
			t.Errorf("%q: %+v, %v", text, g, more)
		}
	}
}

// TestSniffLong checks that a first message that is longer than what is looked at is recognised.
func TestSniffLong(t *testing.T) {
	long := `{"jsonrpc":"2.0","method":"x","params":["` + strings.Repeat("x", maxSniff) + `"]}`
	for _, framing := range []string{"line", "rfc7464", "netstring", "header", "length"} {
		g, more := Sniff([]byte(framedText(framing, long)[:maxSniff]))
		if want := (Guess{Protocol: "jsonrpc", Framing: framing}); g != want || more {
			t.Errorf("%s: %+v, %v", framing, g, more)
		}
	}
	pretty := strings.ReplaceAll(long, ",", ",\n")
	if g, more := Sniff([]byte(pretty[:maxSniff])); g.Framing != "none" || more {
		t.Errorf("with line breaks: %+v, %v", g, more)
	}
}

func FuzzSniff(f *testing.F) {
	for text := range first() {
		f.Add([]byte(text))
	}
	f.Add([]byte("\ufeff"))
	f.Fuzz(func(t *testing.T, b []byte) {
		g, more := Sniff(b)
		if g.Other != "" && (g.Framing != "" || g.Protocol != "") || g.Protocol != "" && g.Framing == "" {
			t.Errorf("a guess that makes no sense: %+v", g)
		}
		if len(b) >= maxSniff && more {
			t.Error("more is wanted than is looked at")
		}
		if g != (Guess{}) && g.Other == "" {
			if !slices.Contains([]string{"", "jsonrpc", "jsonrpc1", "cdp", "bsonrpc", "msgpackrpc"}, g.Protocol) {
				t.Errorf("no protocol is called so: %+v", g)
			}
		}
		if !more || len(b) > 1<<10 {
			return
		}
		if padded := append(b[:len(b):len(b)], make([]byte, maxSniff-len(b))...); g == (Guess{}) {
			if _, more := Sniff(padded); more {
				t.Error("more is wanted than is looked at")
			}
		}
		h := &hearing{rest: b}
		if g, more, err := h.look(); len(h.rest) > len(b) || len(h.rest) == 0 && (g != (Guess{}) || !more) {
			t.Errorf("passing over: %+v, %v, %v, %q", g, more, err, h.rest)
		}
	})
}
