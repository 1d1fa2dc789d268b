package jsonrpc

import (
	"strings"
	"testing"

	"rpcsh/rpcconn"
)

func TestAppendEncode(t *testing.T) {
	request := rpcconn.Message{Kind: rpcconn.KindRequest, ID: rpcconn.IntID(7), Method: "a", Params: []byte("[1, 2]")}
	notification := rpcconn.Message{Kind: rpcconn.KindNotification, Method: "b"}
	tests := []struct {
		name string
		p    rpcconn.Packet
		want string
	}{
		{"request", single(request), `{"jsonrpc":"2.0","id":7,"method":"a","params":[1, 2]}`},
		{"notification", single(notification), `{"jsonrpc":"2.0","method":"b"}`},
		{"request without params, string id",
			single(rpcconn.Message{Kind: rpcconn.KindRequest, ID: rpcconn.ParseID([]byte(`"x"`)), Method: "a"}),
			`{"jsonrpc":"2.0","id":"x","method":"a"}`},
		{"null params",
			single(rpcconn.Message{Kind: rpcconn.KindNotification, Method: "a", Params: []byte("null")}),
			`{"jsonrpc":"2.0","method":"a","params":null}`},
		{"odd method",
			single(rpcconn.Message{Kind: rpcconn.KindNotification, Method: "<\"\\\n\x00\xffé>"}),
			`{"jsonrpc":"2.0","method":"<\"\\\n\u0000` + "\ufffd" + `é>"}`},
		{"line breaks",
			single(rpcconn.Message{Kind: rpcconn.KindNotification, Method: "a",
				Params: []byte("{\r\n\"a\\n\":\n1\n}")}),
			`{"jsonrpc":"2.0","method":"a","params":{  "a\n": 1 }}`},
		{"result",
			single(rpcconn.Message{Kind: rpcconn.KindResponse, ID: rpcconn.IntID(-1), Result: []byte("\n{}")}),
			`{"jsonrpc":"2.0","id":-1,"result": {}}`},
		{"no result", single(rpcconn.Message{Kind: rpcconn.KindResponse, ID: rpcconn.NullID()}),
			`{"jsonrpc":"2.0","id":null,"result":null}`},
		{"no id", single(rpcconn.Message{Kind: rpcconn.KindResponse, Result: []byte("1")}),
			`{"jsonrpc":"2.0","id":null,"result":1}`},
		{"id of several lines",
			single(rpcconn.Message{Kind: rpcconn.KindResponse, ID: rpcconn.ParseID([]byte("[\n]")),
				Result: []byte("1")}),
			`{"jsonrpc":"2.0","id":[ ],"result":1}`},
		{"error",
			single(rpcconn.Message{
				Kind: rpcconn.KindResponse, ID: rpcconn.IntID(1),
				Err: &rpcconn.Error{Code: -32601, Message: "no \"x\"", Data: []byte("[\n1]")},
			}),
			`{"jsonrpc":"2.0","id":1,"error":{"code":-32601,"message":"no \"x\"","data":[ 1]}}`},
		{"result and error, on purpose",
			single(rpcconn.Message{Kind: rpcconn.KindResponse, ID: rpcconn.IntID(1), Result: []byte("1"),
				Err: &rpcconn.Error{Code: 2, Message: "no"}}),
			`{"jsonrpc":"2.0","id":1,"result":1,"error":{"code":2,"message":"no"}}`},
		{"error without data",
			single(rpcconn.Message{Kind: rpcconn.KindResponse, ID: rpcconn.IntID(1), Err: &rpcconn.Error{}}),
			`{"jsonrpc":"2.0","id":1,"error":{"code":0,"message":""}}`},
		{"empty batch", rpcconn.Packet{Batch: true}, `[]`},
		{"batch of one", rpcconn.Packet{Batch: true, Messages: []rpcconn.Message{notification}},
			`[{"jsonrpc":"2.0","method":"b"}]`},
		{"batch", rpcconn.Packet{Batch: true, Messages: []rpcconn.Message{request, notification}},
			`[{"jsonrpc":"2.0","id":7,"method":"a","params":[1, 2]},{"jsonrpc":"2.0","method":"b"}]`},
	}
	codec := New()
	for _, test := range tests {
		got, err := codec.AppendEncode([]byte("before\n"), &test.p)
		if err != nil || string(got) != "before\n"+test.want {
			t.Errorf("%s: got %q, %v, want %q", test.name, got, err, "before\n"+test.want)
		}
	}
}

func TestAppendEncodeErrors(t *testing.T) {
	good := rpcconn.Message{Kind: rpcconn.KindNotification, Method: "a"}
	tests := []struct {
		p    rpcconn.Packet
		want string
	}{
		{rpcconn.Packet{}, "0 messages"},
		{rpcconn.Packet{Messages: []rpcconn.Message{good, good}}, "2 messages"},
		{single(rpcconn.Message{}), "invalid message"},
		{single(rpcconn.Message{Kind: rpcconn.KindRequest, Method: "a"}), "needs an id"},
		{rpcconn.Packet{Batch: true, Messages: []rpcconn.Message{good, {}}}, "message 2 of the batch"},
	}
	codec := New()
	for _, test := range tests {
		got, err := codec.AppendEncode([]byte("before"), &test.p)
		if err == nil || !strings.Contains(err.Error(), test.want) || string(got) != "before" {
			t.Errorf("AppendEncode(%+v) = %q, %v, want an error with %q and dst as it was", test.p, got, err, test.want)
		}
	}
}

func single(m rpcconn.Message) rpcconn.Packet {
	return rpcconn.Packet{Messages: []rpcconn.Message{m}}
}
