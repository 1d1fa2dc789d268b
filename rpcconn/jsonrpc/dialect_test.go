package jsonrpc

import (
	"errors"
	"strings"
	"testing"

	"rpcsh/rpcconn"
)

const invalidRequest = `code=-32600 message="Invalid Request" data=`

func TestDecodeDialects(t *testing.T) {
	tests := []struct {
		codec       *Codec
		frame, want string
	}{
		// 1.0: the examples of its specification.
		{New1(), `{"method": "echo", "params": ["Hello JSON-RPC"], "id": 1}`,
			`request id=1 echo params=["Hello JSON-RPC"]`},
		{New1(), `{"result": "Hello JSON-RPC", "error": null, "id": 1}`, `response id=1 result="Hello JSON-RPC"`},
		{New1(), `{"method": "handleMessage", "params": ["user1", "we"], "id": null}`,
			`notification handleMessage params=["user1", "we"]`},
		{New1(), `{"result": 1, "error": null, "id": 101}`, "response id=101 result=1"},

		{New1(), `{"method":"a"}`, "notification a"},
		{New1(), `{"jsonrpc":"2.0","method":"a","id":7}`, "request id=7 a"},
		{New1(), `{"jsonrpc":1,"method":"a","id":"x"}`, `request id="x" a`},
		{New1(), `{"method":"a","id":[1,{}],"params":null}`, "request id=[1,{}] a params=null"},
		{New1(), `{"method":"a","id":false,"params":{"b":1}}`, `request id=false a params={"b":1}`},
		{New1(), `{"method":"a","params":[],"more":1}`, "notification a params=[]"},
		{New1(), `{"id":1,"result":null,"error":null}`, "response id=1 result=null"},
		{New1(), `{"id":1,"result":null,"error":{"code":-32601,"message":"m","data":[1]}}`,
			`response id=1 code=-32601 message="m" data=[1]`},
		{New1(), `{"id":1,"error":{"code":-32e0,"message":"m"}}`, `response id=1 code=-32 message="m"`},
		{New1(), `{"id":1,"result":null,"error":"no \u0041"}`,
			`response id=1 code=null message="no A" data="no \u0041"`},
		{New1(), `{"id":1,"error":[ 1, "x y" ]}`, `response id=1 code=null message="[1,\"x y\"]" data=[ 1, "x y" ]`},
		{New1(), `{"id":1,"error":5}`, `response id=1 code=null message="5" data=5`},
		{New1(), `{"id":1,"error":false}`, `response id=1 code=null message="false" data=false`},
		{New1(), `{"id":1,"error":{"error": "unknown"}}`,
			`response id=1 code=null message="{\"error\":\"unknown\"}" data={"error": "unknown"}`},
		{New1(), `{"id":1,"error":{"code":1}}`, `response id=1 code=null message="{\"code\":1}" data={"code":1}`},
		{New1(), `{"id":1,"error":{"code":"1","message":"m"}}`,
			`response id=1 code=null message="{\"code\":\"1\",\"message\":\"m\"}" data={"code":"1","message":"m"}`},
		{New1(), `{"id":1,"error":{"code":1,"message":[]}}`,
			`response id=1 code=null message="{\"code\":1,\"message\":[]}" data={"code":1,"message":[]}`},
		{New1(), `{"id":null,"result":1}`, "response id=null result=1"},

		// 1.0: what is no message is answered only where somebody waits for the answer.
		{New1(), `{"id":1}`, `broken response id=1 result=null raw={"id":1}`},
		{New1(), `{"event":"x"}`, `invalid id= raw={"event":"x"}`},
		{New1(), `"hello"`, `invalid id= raw="hello"`},
		{New1(), `{"method":1}`, `invalid id= raw={"method":1}`},
		{New1(), `{"method":1,"id":null}`, `invalid id= raw={"method":1,"id":null}`},
		{New1(), `{"id":1,"result":1,"result":2}`, `broken response id=1 raw={"id":1,"result":1,"result":2}`},
		{New1(), `{"method":1,"id":2}`, `invalid id=2 ` + invalidRequest +
			`"method is no string" raw={"method":1,"id":2}`},
		{New1(), `{"method":"a","id":2,"params":3}`,
			`invalid id=2 ` + invalidRequest + `"params is no array or object" raw={"method":"a","id":2,"params":3}`},
		{New1(), `{"method":"a","id":2,"id":3}`, `invalid id= raw={"method":"a","id":2,"id":3}`},

		// Without a version.
		{NewVersionless(), `{"id":1,"method":"a","params":{}}`, "request id=1 a params={}"},
		{NewVersionless(), `{"id":null,"method":"a"}`, "request id=null a"},
		{NewVersionless(), `{"jsonrpc":"3","method":"a"}`, "notification a"},
		{NewVersionless(), `{"method":"a","sessionId":"S"}`, `notification a extra={"sessionId":"S"}`},
		{NewVersionless(), `{ "z" : 1 , "method" : "a", "b\u00e9\"" : [ 1 ], "z":2 }`,
			`notification a extra={"z":1,"b\u00e9\"":[ 1 ],"z":2}`},
		{NewVersionless(), `{"id":1,"result":{},"sessionId":"S"}`, `response id=1 result={} extra={"sessionId":"S"}`},
		{NewVersionless(), `{"id":1,"error":{"code":-32601,"message":"m"},"sessionId":"S"}`,
			`response id=1 code=-32601 message="m" extra={"sessionId":"S"}`},
		{NewVersionless(), `{"id":1,"error":"text"}`, `response id=1 code=null message="text"`},
		{NewVersionless(), `{"id":[1],"method":"a"}`, `invalid id= raw={"id":[1],"method":"a"}`},
		{NewVersionless(), `{"id":1,"method":"a","params":1,"x":1}`,
			`invalid id=1 ` + invalidRequest +
				`"params is no array or object" raw={"id":1,"method":"a","params":1,"x":1}`},
		{NewVersionless(), `{"hello":"there"}`, `invalid id= raw={"hello":"there"}`},
		{NewVersionless(), `7`, `invalid id= raw=7`},
	}
	var p rpcconn.Packet
	for _, test := range tests {
		if err := test.codec.Decode([]byte(test.frame), &p); err != nil {
			t.Errorf("%s: Decode(%s): %v", test.codec.dialect.name, test.frame, err)
			continue
		}
		if p.Batch || len(p.Messages) != 1 {
			t.Errorf("%s: Decode(%s): %d messages, batch %v", test.codec.dialect.name, test.frame, len(p.Messages),
				p.Batch)
			continue
		}
		if got := show(p.Messages[0]); got != test.want {
			t.Errorf("%s: Decode(%s):\n got %s\nwant %s", test.codec.dialect.name, test.frame, got, test.want)
		}
	}
}

// What a message has besides must not turn up in the next one, nor change when that is decoded.
func TestExtraIsTheMessagesOwn(t *testing.T) {
	codec := NewVersionless()
	var p rpcconn.Packet
	frame := `[{"method":"a","x":1},{"method":"b"},{"y":1},{"method":"c","z":"` + strings.Repeat("long", 200) +
		`"},{"method":"d","x":2}]`
	if err := codec.Decode([]byte(frame), &p); err != nil {
		t.Fatal(err)
	}
	first := p.Messages[0].Extra
	for i, want := range []string{`{"x":1}`, "", "", `{"z":"` + strings.Repeat("long", 200) + `"}`, `{"x":2}`} {
		if got := string(p.Messages[i].Extra); got != want {
			t.Errorf("message %d has the further members %s, want %s", i, got, want)
		}
	}
	if err := codec.Decode([]byte(`{"method":"a","q":9}`), &p); err != nil {
		t.Fatal(err)
	}
	if string(first) != `{"x":1}` {
		t.Errorf("the further members of the first message became %s", first)
	}
}

func TestEncodeDialects(t *testing.T) {
	kinds := func(kind rpcconn.Kind, change func(*rpcconn.Message)) rpcconn.Message {
		m := rpcconn.Message{Kind: kind, ID: rpcconn.IntID(7), Method: "a"}
		change(&m)
		return m
	}
	request := func(params string) rpcconn.Message {
		return kinds(rpcconn.KindRequest, func(m *rpcconn.Message) { m.Params = []byte(params) })
	}
	note := func(extra string) rpcconn.Message {
		return kinds(rpcconn.KindNotification, func(m *rpcconn.Message) { m.Extra = []byte(extra) })
	}
	failure := func(code int64, message, data string) rpcconn.Message {
		return kinds(rpcconn.KindResponse, func(m *rpcconn.Message) {
			m.Err = &rpcconn.Error{Code: code, Message: message, Data: []byte(data)}
		})
	}
	result := func(result string) rpcconn.Message {
		return kinds(rpcconn.KindResponse, func(m *rpcconn.Message) { m.Result = []byte(result) })
	}
	both := failure(5, "m", "")
	both.Result = []byte("1")
	tests := []struct {
		codec *Codec
		m     rpcconn.Message
		want  string
	}{
		{New1(), both, `{"id":7,"result":1,"error":{"code":5,"message":"m"}}`},
		{NewVersionless(), both, `{"id":7,"result":1,"error":{"code":5,"message":"m"}}`},
		{New1(), request("[1]"), `{"id":7,"method":"a","params":[1]}`},
		{New1(), request(""), `{"id":7,"method":"a","params":[]}`},
		{New1(), request(`{"b":1}`), `{"id":7,"method":"a","params":{"b":1}}`},
		{New1(), note(""), `{"id":null,"method":"a","params":[]}`},
		{New1(), result("[1]"), `{"id":7,"result":[1],"error":null}`},
		{New1(), result(""), `{"id":7,"result":null,"error":null}`},
		{New1(), failure(5, "m", ""), `{"id":7,"result":null,"error":{"code":5,"message":"m"}}`},
		{New1(), failure(5, "", "[1]"), `{"id":7,"result":null,"error":{"code":5,"message":"","data":[1]}}`},
		{New1(), failure(0, "m", ""), `{"id":7,"result":null,"error":{"code":0,"message":"m"}}`},
		{New1(), failure(0, "m", "[1]"), `{"id":7,"result":null,"error":{"code":0,"message":"m","data":[1]}}`},
		{New1(), failure(0, "", "[1]"), `{"id":7,"result":null,"error":[1]}`},
		{New1(), failure(0, "[1,2]", "[1, 2]"), `{"id":7,"result":null,"error":[1, 2]}`},
		{New1(), failure(0, "text", ` "te\u0078t"`), `{"id":7,"result":null,"error": "te\u0078t"}`},
		{New1(), failure(0, "", "null"), `{"id":7,"result":null,"error":{"code":0,"message":"","data":null}}`},

		{NewVersionless(), request(""), `{"id":7,"method":"a"}`},
		{NewVersionless(), note(""), `{"method":"a"}`},
		{NewVersionless(), note(`{}`), `{"method":"a"}`},
		{NewVersionless(), note("\n{ \"sessionId\" :\n\"S\", \"b\\\"\":[\n1] }\n"),
			`{"method":"a","sessionId":"S","b\"":[ 1]}`},
		{NewVersionless(), result("1"), `{"id":7,"result":1}`},
		{NewVersionless(), failure(0, "", "[1]"), `{"id":7,"error":{"code":0,"message":"","data":[1]}}`},

		{New(), note(`{"x":1}`), `{"jsonrpc":"2.0","method":"a","x":1}`},
		{New1(), note(`{"x":1}`), `{"id":null,"method":"a","params":[],"x":1}`},
	}
	for _, test := range tests {
		p := single(test.m)
		got, err := test.codec.AppendEncode([]byte("before"), &p)
		if err != nil || string(got) != "before"+test.want {
			t.Errorf("%s:\n got %s, %v\nwant %s", test.codec.dialect.name, got, err, test.want)
		}
	}
}

func TestEncodeDialectsErrors(t *testing.T) {
	note := rpcconn.Message{Kind: rpcconn.KindNotification, Method: "a"}
	with := func(extra string) rpcconn.Packet {
		m := note
		m.Extra = []byte(extra)
		return single(m)
	}
	tests := []struct {
		codec       *Codec
		p           rpcconn.Packet
		want        string
		unsupported bool
	}{
		{New1(), rpcconn.Packet{Batch: true, Messages: []rpcconn.Message{note}},
			"encoding JSON-RPC 1.0: there are no batches", true},
		{NewVersionless(), rpcconn.Packet{Batch: true}, "there are no batches", true},
		{New1(), single(rpcconn.Message{Kind: rpcconn.KindRequest, ID: rpcconn.NullID(), Method: "a"}),
			"cannot be null", false},
		{New1(), single(rpcconn.Message{Kind: rpcconn.KindRequest, Method: "a"}), "needs an id", false},
		{NewVersionless(), with(`[1]`), "further members: offset 0", false},
		{NewVersionless(), with(`{"a":1}{}`), "further members: offset 7", false},
		{NewVersionless(), with(`{"a"`), "ends too early", false},
		{NewVersionless(), with(`{"a":1,"\u0069d":1}`), `"id" is a member of the message itself`, false},
		{New(), with(`{"jsonrpc":1}`), `"jsonrpc" is a member of the message itself`, false},
	}
	for _, test := range tests {
		got, err := test.codec.AppendEncode([]byte("before"), &test.p)
		if err == nil || !strings.Contains(err.Error(), test.want) || string(got) != "before" ||
			errors.Is(err, errors.ErrUnsupported) != test.unsupported {
			t.Errorf("AppendEncode(%+v) = %q, %v, want an error with %q and dst as it was", test.p, got, err, test.want)
		}
	}
}

func TestDecodeBatchOfDialect(t *testing.T) {
	for _, codec := range []*Codec{New1(), NewVersionless()} {
		var p rpcconn.Packet
		err := codec.Decode([]byte(`[{"id":1,"method":"a"},2]`), &p)
		if err != nil || !p.Batch || len(p.Messages) != 2 || show(p.Messages[0]) != "request id=1 a" ||
			show(p.Messages[1]) != "invalid id= raw=2" {
			t.Errorf("%s: %v, %+v", codec.dialect.name, err, p)
		}
	}
}
