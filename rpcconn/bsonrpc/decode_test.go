package bsonrpc

import (
	"bytes"
	"encoding/json"
	"errors"
	"reflect"
	"strconv"
	"strings"
	"testing"

	"go.mongodb.org/mongo-driver/v2/bson"

	"rpcsh/rpcconn"
	"rpcsh/rpcconn/internal/names"
)

func TestDecode(t *testing.T) {
	invalid := func(id rpcconn.ID, reason, raw string) rpcconn.Message {
		return rpcconn.Message{Kind: rpcconn.KindInvalid, ID: id, Err: rpcconn.NewError(rpcconn.CodeInvalidRequest,
			reason), Raw: json.RawMessage(raw)}
	}
	response := func(result string) rpcconn.Message {
		return rpcconn.Message{Kind: rpcconn.KindResponse, ID: rpcconn.IntID(1), Result: json.RawMessage(result)}
	}
	failure := func(e rpcconn.Error) rpcconn.Message {
		return rpcconn.Message{Kind: rpcconn.KindResponse, ID: rpcconn.IntID(1), Err: &e}
	}
	one := rpcconn.IntID(1)
	broken := func(id rpcconn.ID, result, raw string) rpcconn.Message {
		m := invalid(id, "message has neither method nor result nor error", raw)
		m.Broken = true
		if result != "" {
			m.Result = json.RawMessage(result)
		}
		return m
	}
	tests := []struct {
		name string
		doc  bson.D
		want rpcconn.Message
	}{
		{"request", d("params", bson.A{1.0}, "method", "m", "id", int32(1), "bsonrpc", "2.0"),
			rpcconn.Message{Kind: rpcconn.KindRequest, ID: one, Method: "m", Params: json.RawMessage(`[1.0]`)}},
		{"string id", d("bsonrpc", "2.0", "id", "1", "method", ""),
			rpcconn.Message{Kind: rpcconn.KindRequest, ID: rpcconn.ParseID([]byte(`"1"`))}},
		{"null id", d("bsonrpc", "2.0", "id", nil, "method", "m", "params", nil),
			rpcconn.Message{Kind: rpcconn.KindRequest, ID: rpcconn.NullID(), Method: "m",
				Params: json.RawMessage(`null`)}},
		{"int64 id", d("bsonrpc", "2.0", "id", int64(1), "method", "m"),
			rpcconn.Message{Kind: rpcconn.KindRequest, ID: rpcconn.ParseID([]byte(`{"$numberLong":"1"}`)),
				Method: "m"}},
		{"long id", d("bsonrpc", "2.0", "id", int64(1<<40), "method", "m"),
			rpcconn.Message{Kind: rpcconn.KindRequest, ID: rpcconn.IntID(1 << 40), Method: "m"}},
		{"double id", d("bsonrpc", "2.0", "id", 7.5, "method", "m"),
			rpcconn.Message{Kind: rpcconn.KindRequest, ID: rpcconn.ParseID([]byte(`7.5`)), Method: "m"}},
		{"notification with an unknown member", d("bsonrpc", "2.0", "x", d(), "method", "m", "params", d("a", d())),
			rpcconn.Message{Kind: rpcconn.KindNotification, Method: "m", Params: json.RawMessage(`{"a":{}}`)}},

		{"result", d("bsonrpc", "2.0", "id", int32(1), "result", "a\x00\"\\\x1f\n"), response(`"a\u0000\"\\\u001f\n"`)},
		{"result and null error", d("id", int32(1), "result", nil, "error", nil), response(`null`)},
		{"id as int64", d("id", int64(1), "result", true, "params", int32(1)), response(`true`)},
		{"no id", d("bsonrpc", "2.0", "result", false), rpcconn.Message{Kind: rpcconn.KindResponse,
			Result: json.RawMessage(`false`)}},
		{"error", d("id", int32(1), "result", nil, "error", d("data", nil, "code", int32(-1), "message", "é", "more",
			int32(1))),
			failure(rpcconn.Error{Code: -1, Message: "é", Data: json.RawMessage(`null`)})},
		{"error with int64 code", d("id", int32(1), "error", d("code", int64(1<<40), "message", "")),
			failure(rpcconn.Error{Code: 1 << 40})},
		{"error with double code", d("id", int32(1), "error", d("code", -32000.0, "message", "m")),
			failure(rpcconn.Error{Code: -32000, Message: "m"})},
		{"error with odd code", d("id", int32(1), "error", d("code", 1.5, "message", "m")),
			failure(rpcconn.Error{CodeText: json.RawMessage("1.5"), Message: "m"})},
		{"error with a word as code", d("id", int32(1), "error", d("code", "E", "message", "m")),
			failure(rpcconn.Error{CodeText: json.RawMessage(`"E"`), Message: "m"})},
		{"error with huge code", d("id", int32(1), "error", d("code", 1e300, "message", "m")),
			failure(rpcconn.Error{CodeText: json.RawMessage("1e+300"), Message: "m"})},
		{"error without message", d("id", int32(1), "error", d("code", int32(5))), failure(rpcconn.Error{Code: 5})},
		{"error as string", d("id", int32(1), "error", "no"), failure(*rpcconn.Uncoded("no", nil))},
		{"error as array", d("id", int32(1), "error", bson.A{"no"}), failure(*rpcconn.Uncoded(`["no"]`, nil))},

		{"empty", d(), invalid(rpcconn.ID{}, "message has neither method nor result nor error", `{}`)},
		{"event", d("event", "x"), rpcconn.Message{Kind: rpcconn.KindInvalid, Raw: json.RawMessage(`{"event":"x"}`)}},
		{"answer without a result", d("bsonrpc", "2.0", "id", int32(1)),
			broken(one, "null", `{"bsonrpc":"2.0","id":1}`)},
		{"answer with something else", d("id", int32(1), "x", true), broken(one, "", `{"id":1,"x":true}`)},
		{"null error only", d("id", int32(1), "error", nil), response(`null`)},
		{"result and error", d("id", int32(1), "result", int32(1), "error", "x"),
			rpcconn.Message{Kind: rpcconn.KindResponse, ID: one, Result: json.RawMessage(`1`),
				Err: rpcconn.Uncoded("x", nil)}},
		{"null and error", d("id", int32(1), "result", nil, "error", "x"), failure(*rpcconn.Uncoded("x", nil))},
		{"no version", d("id", int32(1), "method", "m"),
			invalid(one, `member bsonrpc is missing, it must be the string "2.0"`, `{"id":1,"method":"m"}`)},
		{"other version", d("bsonrpc", "2.1", "id", "x", "method", "m"), invalid(rpcconn.ParseID([]byte(`"x"`)),
			`bsonrpc must be the string "2.0"`, `{"bsonrpc":"2.1","id":"x","method":"m"}`)},
		{"response of another version", d("bsonrpc", d(), "id", int32(1), "result", true), response(`true`)},
		{"response with an odd id", d("id", bson.A{}, "result", true), rpcconn.Message{Kind: rpcconn.KindResponse,
			ID: rpcconn.ParseID([]byte(`[]`)), Result: json.RawMessage(`true`)}},
		{"error without code", d("id", int32(1), "error", d("message", int32(1), "message", bson.A{int32(1)})),
			failure(*rpcconn.Uncoded("[1]", nil))},
		{"version as number", d("bsonrpc", 2.0, "method", "m"),
			invalid(rpcconn.ID{}, `bsonrpc must be the string "2.0"`, `{"bsonrpc":2.0,"method":"m"}`)},
		{"method as number", d("bsonrpc", "2.0", "method", int32(1)), invalid(rpcconn.ID{}, "method must be a string",
			`{"bsonrpc":"2.0","method":1}`)},
		{"params as string", d("bsonrpc", "2.0", "method", "m", "params", "x"),
			invalid(rpcconn.ID{}, "params must be an array or a document",
				`{"bsonrpc":"2.0","method":"m","params":"x"}`)},
		{"id as array", d("bsonrpc", "2.0", "id", bson.A{}, "method", "m"),
			invalid(rpcconn.ID{}, "id must be a string, a number or null", `{"bsonrpc":"2.0","id":[],"method":"m"}`)},
		{"method and result", d("bsonrpc", "2.0", "method", "m", "result", "x"),
			rpcconn.Message{Kind: rpcconn.KindNotification, Method: "m"}},
		{"null id of an invalid message", d("id", nil, "method", "m"),
			invalid(rpcconn.ID{}, `member bsonrpc is missing, it must be the string "2.0"`,
				`{"id":null,"method":"m"}`)},
		{"two ids", d("bsonrpc", "2.0", "id", int32(1), "id", int32(2), "method", "m"),
			invalid(rpcconn.ID{}, "member id is there twice", `{"bsonrpc":"2.0","id":1,"id":2,"method":"m"}`)},
		{"two methods", d("bsonrpc", "2.0", "id", int32(1), "method", "a", "method", "b"),
			invalid(one, "member method is there twice", `{"bsonrpc":"2.0","id":1,"method":"a","method":"b"}`)},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			if got := decode(t, document(t, test.doc)); !reflect.DeepEqual(got, test.want) {
				t.Errorf("got\n%+v (%v), want\n%+v (%v)", got, got.Err, test.want, test.want.Err)
			}
		})
	}
}

// raw returns a request whose params are a document of the given elements.
func raw(elements string) string {
	params := doc(elements)
	return doc("\x02bsonrpc\x00\x04\x00\x00\x002.0\x00\x02method\x00\x02\x00\x00\x00m\x00\x03params\x00" + params)
}

// doc returns the document of the given elements.
func doc(elements string) string {
	n := len(elements) + 5
	return string([]byte{byte(n), byte(n >> 8), byte(n >> 16), byte(n >> 24)}) + elements + "\x00"
}

func nested(depth int) string {
	elements := ""
	for range depth {
		elements = "\x030\x00" + doc(elements)
	}
	return elements
}

func TestDecodeMalformed(t *testing.T) {
	tests := []struct {
		name, frame string
		reason      string // a part of it
	}{
		{"nothing", "", "document of 0 bytes"},
		{"short", "\x04\x00\x00\x00", "document of 4 bytes"},
		{"length too large", "\x06\x00\x00\x00\x00", "gives its length as 6"},
		{"length too small", "\x05\x00\x00\x00\x00\x00", "gives its length as 5"},
		{"length negative", "\xff\xff\xff\xff\x00", "gives its length as -1"},
		{"no terminator", "\x05\x00\x00\x00\x01", "terminating zero"},
		{"zero type", doc("\x00\x00"), "ends before"},
		{"type only", "\x06\x00\x00\x00\x10\x00", "terminating zero"},
		{"key runs into terminator", doc("\x10id"), "terminating zero"},
		{"unknown type", doc("\x14a\x00"), "no BSON type 0x14"},
		{"short int32", doc("\x10id\x00\x01"), "runs past"},
		{"short string", doc("\x02id\x00\x09\x00\x00\x00a\x00"), "runs past"},
		{"empty string", doc("\x02id\x00\x00\x00\x00\x00"), "impossible length"},
		{"negative string", doc("\x02id\x00\xff\xff\xff\xffa\x00"), "impossible length"},
		{"huge string", doc("\x02id\x00\xff\xff\xff\x7fa\x00"), "runs past"},
		{"string without zero", doc("\x02id\x00\x02\x00\x00\x00ab\x02method\x00\x02\x00\x00\x00m\x00"),
			"id: terminating zero"},
		{"id no UTF-8", doc("\x02id\x00\x02\x00\x00\x00\xff\x00"), "id: string is not UTF-8"},
		{"method no UTF-8", doc("\x02bsonrpc\x00\x04\x00\x00\x002.0\x00\x02method\x00\x02\x00\x00\x00\xff\x00"),
			"method: string is not UTF-8"},
		{"unknown member no UTF-8",
			doc("\x02bsonrpc\x00\x04\x00\x00\x002.0\x00\x02method\x00\x02\x00\x00\x00m\x00" +
				"\x02x\x00\x02\x00\x00\x00\xff\x00"),
			"string is not UTF-8"},
		{"key no UTF-8", raw("\x0a\xff\x00"), "params: string is not UTF-8"},
		{"array key no UTF-8", raw("\x04a\x00" + doc("\x0a\xff\x00")), "params: string is not UTF-8"},
		{"boolean", raw("\x08a\x00\x02"), "params: boolean is 0x02"},
		{"binary", raw("\x05a\x00\x09\x00\x00\x00\x00ab"), "runs past"},
		{"old binary", raw("\x05a\x00\x05\x00\x00\x00\x02\x02\x00\x00\x00a"), "two lengths"},
		{"regex", raw("\x0ba\x00b"), "terminating zero"},
		{"document in document", raw("\x03a\x00\x04\x00\x00\x00\x00"), "impossible length"},
		{"document without terminator", raw("\x03a\x00\x05\x00\x00\x00\x01"), "terminating zero"},
		{"code with scope too short", raw("\x0fa\x00\x0d\x00\x00\x00\x01\x00\x00\x00\x00\x00\x00\x00"),
			"impossible length"},
		{"code with scope without scope", raw("\x0fa\x00\x0e\x00\x00\x00\x06\x00\x00\x00aaaaa\x00"),
			"document of 0 bytes"},
		{"code with scope string too long", raw("\x0fa\x00\x0e\x00\x00\x00\x07\x00\x00\x00aaaaa\x00"), "runs past"},
		{"dbPointer", raw("\x0ca\x00\x01\x00\x00\x00\x00abc"), "runs past"},
		{"error document", doc("\x03error\x00" + doc("\x10code\x00\x01\x00")), "error: value runs past"},
		{"error message", doc("\x03error\x00" +
			doc("\x10code\x00\x01\x00\x00\x00\x02message\x00\x02\x00\x00\x00\xff\x00")), "error: string is not"},
		{"error unknown member",
			doc("\x03error\x00" + doc("\x10code\x00\x01\x00\x00\x00\x02message\x00\x01\x00\x00\x00\x00\x08x\x00\x02")),
			"error: boolean"},
		{"version of a response", doc("\x08bsonrpc\x00\x02\x0aresult\x00"), "boolean"},
		{"params of a response", doc("\x08params\x00\x02\x0aresult\x00"), "boolean"},
		{"result beside an error", doc("\x08result\x00\x02\x10error\x00\x01\x00\x00\x00"), "boolean"},
		{"error beside a method",
			doc("\x02bsonrpc\x00\x04\x00\x00\x002.0\x00\x02method\x00\x02\x00\x00\x00m\x00\x08error\x00\x02"),
			"boolean"},
		{"error code", doc("\x03error\x00" + doc("\x08code\x00\x02")), "error: boolean"},
		{"invalid message with malformed value", doc("\x08x\x00\x02"), "boolean"},
		{"depth", raw(nested(199)), "nested deeper than 200"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			p := rpcconn.Packet{Messages: make([]rpcconn.Message, 3)}
			err := New().Decode([]byte(test.frame), &p)
			var e *rpcconn.Error
			if !errors.As(err, &e) || e.Code != rpcconn.CodeParseError ||
				!strings.Contains(string(e.Data), test.reason) {
				t.Errorf("error %v, want -32700 with %q", err, test.reason)
			}
			if len(p.Messages) != 0 {
				t.Errorf("messages %+v, want none", p.Messages)
			}
		})
	}
}

func TestDecodeDepth(t *testing.T) {
	frame := []byte(raw(nested(198)))
	if again := encode(t, decode(t, frame)); !bytes.Equal(again, frame) {
		t.Errorf("encoded again: %x, want %x", again, frame)
	}
}

func TestDecodeReusesPacket(t *testing.T) {
	c := New()
	p := rpcconn.Packet{Batch: true, Messages: make([]rpcconn.Message, 0, 1)}
	place := &p.Messages[:1][0]
	frame := document(t, d("bsonrpc", "2.0", "method", "m", "params", bson.A{"first"}))
	if err := c.Decode(frame, &p); err != nil {
		t.Fatal(err)
	}
	if &p.Messages[0] != place || p.Batch {
		t.Errorf("Decode left %+v, want one message in the memory that was there, and no batch", p)
	}
	params := p.Messages[0].Params
	clear(frame)
	if err := c.Decode(document(t, d("bsonrpc", "2.0", "method", "m", "params", bson.A{"other"})), &p); err != nil {
		t.Fatal(err)
	}
	if string(params) != `["first"]` {
		t.Errorf("params of the first message became %s", params)
	}
}

func TestMethodNamesAreBounded(t *testing.T) {
	c := New()
	var p rpcconn.Packet
	for i := range 2 * names.MaxNames {
		name := strconv.Itoa(i)
		for _, name := range []string{name, strings.Repeat(name, 2*names.MaxSize)} {
			if err := c.Decode(document(t, d("bsonrpc", "2.0", "method", name)), &p); err != nil ||
				p.Messages[0].Method != name {
				t.Fatalf("Decode: %v, method %q, want %q", err, p.Messages[0].Method, name)
			}
		}
	}
	if len(c.methods.Kept) != names.MaxNames {
		t.Errorf("%d names kept, want %d", len(c.methods.Kept), names.MaxNames)
	}
	for _, name := range c.methods.Kept {
		if len(name) > names.MaxSize {
			t.Errorf("name of %d bytes kept", len(name))
		}
	}
}
