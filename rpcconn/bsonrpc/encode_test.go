package bsonrpc

import (
	"bytes"
	"encoding/json"
	"errors"
	"strings"
	"testing"

	"go.mongodb.org/mongo-driver/v2/bson"

	"rpcsh/rpcconn"
)

func TestAppendEncode(t *testing.T) {
	request := func(id rpcconn.ID, params string) rpcconn.Message {
		return rpcconn.Message{Kind: rpcconn.KindRequest, ID: id, Method: "m", Params: json.RawMessage(params)}
	}
	head := func(id any) bson.D { return d("bsonrpc", "2.0", "id", id) }
	call := func(id any) bson.D { return append(head(id), bson.E{Key: "method", Value: "m"}) }
	none := rpcconn.Message{Kind: rpcconn.KindRequest, ID: rpcconn.IntID(1), Method: "m"}
	with := func(d bson.D, key string, value any) bson.D { return append(d, bson.E{Key: key, Value: value}) }
	id := func(text string) rpcconn.Message {
		m := none
		m.ID = rpcconn.ParseID([]byte(text))
		return m
	}
	tests := []struct {
		name string
		m    rpcconn.Message
		want bson.D
	}{
		{"no params", none, call(int32(1))},
		{"array", request(rpcconn.IntID(1), ` [ 1 , "a" ] `), with(call(int32(1)), "params", bson.A{int32(1), "a"})},
		{"object", request(rpcconn.IntID(1), `{"b":1,"a":2}`),
			with(call(int32(1)), "params", d("b", int32(1), "a", int32(2)))},
		{"null params", request(rpcconn.IntID(1), `null`), with(call(int32(1)), "params", nil)},
		{"notification", rpcconn.Message{Kind: rpcconn.KindNotification, Method: "m"},
			d("bsonrpc", "2.0", "method", "m")},
		{"int64 id", id(`2147483648`), call(int64(1 << 31))},
		{"small int64 id", id(`{"$numberLong":"5"}`), call(int64(5))},
		{"largest id", id(`9223372036854775807`), call(int64(1<<63 - 1))},
		{"string id", id(`"é\n"`), call("é\n")},
		{"double id", id(`7.5`), call(7.5)},
		{"whole double id", id(`7.0`), call(7.0)},
		{"null id", id(`null`), call(nil)},
		{"result", rpcconn.Message{Kind: rpcconn.KindResponse, ID: rpcconn.IntID(-1), Result: json.RawMessage(`[1]`)},
			with(head(int32(-1)), "result", bson.A{int32(1)})},
		{"no result, no id", rpcconn.Message{Kind: rpcconn.KindResponse}, with(head(nil), "result", nil)},
		{"error", rpcconn.Message{Kind: rpcconn.KindResponse, ID: rpcconn.IntID(1),
			Err: &rpcconn.Error{Code: -32000, Message: "no", Data: json.RawMessage(`[1]`)}},
			with(head(int32(1)), "error", d("code", int32(-32000), "message", "no", "data", bson.A{int32(1)}))},
		{"result and error, on purpose", rpcconn.Message{Kind: rpcconn.KindResponse, ID: rpcconn.IntID(1),
			Result: json.RawMessage(`5`), Err: &rpcconn.Error{Code: 2, Message: "no"}},
			append(with(head(int32(1)), "result", int32(5)),
				bson.E{Key: "error", Value: d("code", int32(2), "message", "no")})},
		{"error with a long code", rpcconn.Message{Kind: rpcconn.KindResponse, ID: rpcconn.IntID(1),
			Err: &rpcconn.Error{Code: 1 << 40, Message: "\xff"}},
			with(head(int32(1)), "error", d("code", int64(1<<40), "message", "\uFFFD"))},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			got, err := New().AppendEncode([]byte("before"), &rpcconn.Packet{Messages: []rpcconn.Message{test.m}})
			if err != nil {
				t.Fatal(err)
			}
			if want := append([]byte("before"), document(t, test.want)...); !bytes.Equal(got, want) {
				t.Errorf("got\n%x, want\n%x", got, want)
			}
		})
	}
}

func TestAppendEncodeErrors(t *testing.T) {
	request := func(params string) rpcconn.Packet {
		return rpcconn.Packet{Messages: []rpcconn.Message{{Kind: rpcconn.KindRequest, ID: rpcconn.IntID(1), Method: "m",
			Params: json.RawMessage(params)}}}
	}
	one := func(m rpcconn.Message) rpcconn.Packet { return rpcconn.Packet{Messages: []rpcconn.Message{m}} }
	tests := []struct {
		name string
		p    rpcconn.Packet
		want string // a part of the error
	}{
		{"batch", rpcconn.Packet{Batch: true, Messages: request(`[]`).Messages}, "send the calls one by one"},
		{"nothing", rpcconn.Packet{}, "0 messages"},
		{"invalid message", one(rpcconn.Message{}), "cannot be sent"},
		{"request without id", one(rpcconn.Message{Kind: rpcconn.KindRequest, Method: "m"}), "without an id"},
		{"id too large", one(rpcconn.Message{Kind: rpcconn.KindRequest,
			ID: rpcconn.ParseID([]byte(`9223372036854775808`)), Method: "m"}), "id: integer"},
		{"method", one(rpcconn.Message{Kind: rpcconn.KindNotification, Method: "\xff"}), "method: string is not UTF-8"},
		{"number params", request(`1`), "put it into an array"},
		{"wrapper params", request(`{"$oid":"5f50c31e1c9d440000a1b2c3"}`), "put it into an array"},
		{"empty params", request(``), "params: "},
		{"no JSON", request(`[1,]`), "params: "},
		{"two values", request(`[] []`), "params: "},
		{"no UTF-8", request("[\"\xff\"]"), "params: "},
		{"zero in a key", request(`{"a\u0000b":1}`), "zero character"},
		{"integer", request(`[9223372036854775808]`), `integer 9223372036854775808 does not fit 64 bits, and BSON ` +
			`has none longer: write 9223372036854775808e0 for a double, or {"$numberDecimal":"9223372036854775808"}`},
		{"double", request(`[1e400]`), "number 1e400 is out of the range"},
		{"depth", request(strings.Repeat("[", 200) + strings.Repeat("]", 200)), "nested deeper than 200"},
		{"result", one(rpcconn.Message{Kind: rpcconn.KindResponse, Result: json.RawMessage(`x`)}), "result: "},
		{"data", one(rpcconn.Message{Kind: rpcconn.KindResponse, Err: &rpcconn.Error{Data: json.RawMessage(`x`)}}),
			"data: "},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			got, err := New().AppendEncode([]byte("before"), &test.p)
			if err == nil || !strings.Contains(err.Error(), test.want) {
				t.Errorf("error %v, want %q in it", err, test.want)
			}
			if string(got) != "before" {
				t.Errorf("dst came back as %q", got)
			}
			if errors.Is(err, errors.ErrUnsupported) != test.p.Batch {
				t.Errorf("error %v, want errors.ErrUnsupported for a batch only", err)
			}
		})
	}
}
