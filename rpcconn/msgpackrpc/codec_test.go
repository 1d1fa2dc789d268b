package msgpackrpc

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"testing"

	"rpcsh/rpcconn"
)

// show returns all that a message says, in one line, for the tables.
func show(m rpcconn.Message) string {
	s := [...]string{"invalid", "request", "notification", "response"}[m.Kind]
	if !m.ID.IsNone() {
		s += " id=" + m.ID.String()
	}
	if m.Method != "" {
		s += " method=" + m.Method
	}
	for _, part := range []struct {
		name string
		text json.RawMessage
	}{{"params", m.Params}, {"result", m.Result}, {"raw", m.Raw}} {
		if part.text != nil {
			s += " " + part.name + "=" + string(part.text)
		}
	}
	if m.Err != nil {
		s += fmt.Sprintf(" code=%s message=%q data=%s", m.Err.AppendCode(nil), m.Err.Message, m.Err.Data)
	}
	return s
}

func TestDecode(t *testing.T) {
	refused := func(reason string) string { return ` code=-32600 message="Invalid Request" data="` + reason + `"` }
	tests := []struct{ frame, want string }{
		{"94 00 01 a161 92 01 02", "request id=1 method=a params=[1,2]"},
		{"94 00 ceffffffff a161 90", "request id=4294967295 method=a params=[]"},
		{"dc0004 cc00 d301 a161 90", "offset 5: the MessagePack value ends too early"},
		{"dc0004 cc00 d30000000000000001 d90161 90", "request id=1 method=a params=[]"},
		{"94 00 00 a0 90", "request id=0 params=[]"},
		{"94 00 01 a161 81 a162 01", `request id=1 method=a params={"b":1}`},
		{"94 00 01 a161 c0", "request id=1 method=a params=null"},
		{"93 02 a161 91 c403000102", `notification method=a params=[{"$binary":"AAEC"}]`},
		{"94 01 05 c0 81 a161 01", `response id=5 result={"a":1}`},
		{"94 01 05 c0 c0", "response id=5 result=null"},

		// Errors of all kinds.
		{"94 01 05 92 01 a36f6f70 c0", `response id=5 code=1 message="oop" data=[1,"oop"]`},
		{"94 01 05 92 d1ff38 a16d 07", `response id=5 result=7 code=-200 message="m" data=[-200,"m"]`},
		{"94 01 05 a36f220a c0", `response id=5 code=null message="o\"\n" data="o\"\n"`},
		{"94 01 05 82 a7 6d657373616765 a16d a4 636f6465 03 c0",
			`response id=5 code=3 message="m" data={"message":"m","code":3}`},
		{"94 01 05 81 a4 636f6465 03 c0", `response id=5 code=null message="{\"code\":3}" data={"code":3}`},
		{"94 01 05 92 cb3ff0000000000000 a16d c0", `response id=5 code=null message="[1.0,\"m\"]" data=[1.0,"m"]`},
		{"94 01 05 92 01 02 c0", `response id=5 code=null message="[1,2]" data=[1,2]`},
		{"94 01 05 93 01 a16d 02 c0", `response id=5 code=null message="[1,\"m\",2]" data=[1,"m",2]`},
		{"94 01 05 90 c0", `response id=5 code=null message="[]" data=[]`},
		{"94 01 05 c2 c0", `response id=5 code=null message="false" data=false`},
		{"94 01 05 07 c0", `response id=5 code=null message="7" data=7`},
		{"94 01 05 a1ff c0", `response id=5 code=null message="{\"$str\":\"/w==\"}" data={"$str":"/w=="}`},

		// What is no message. Only what is a request but for a mistake is answered.
		{"c0", "invalid raw=null"},
		{"a161", `invalid raw="a"`},
		{"81 01 02", `invalid raw={"$map":[[1,2]]}`},
		{"90", "invalid raw=[]"},
		{"91 00", "invalid raw=[0]"},
		{"94 03 01 a161 90", `invalid raw=[3,1,"a",[]]`},
		{"94 ff 01 a161 90", `invalid raw=[-1,1,"a",[]]`},
		{"94 cb0000000000000000 01 a161 90", `invalid raw=[0.0,1,"a",[]]`},
		{"94 a130 01 a161 90", `invalid raw=["0",1,"a",[]]`},
		{"94 00 a131 a161 90", `invalid raw=[0,"1","a",[]]`},
		{"94 00 ff a161 90", `invalid raw=[0,-1,"a",[]]`},
		{"94 00 cf0000000100000000 a161 90", `invalid raw=[0,4294967296,"a",[]]`},
		{"94 01 c0 c0 01", `invalid raw=[1,null,null,1]`},
		{"93 01 05 c0", `invalid id=5 raw=[1,5,null]`},
		{"93 02 05 90", `invalid raw=[2,5,[]]`},
		{"92 02 a161", `invalid raw=[2,"a"]`},
		{"94 02 a161 90 90", `invalid raw=[2,"a",[],[]]`},
		{"93 00 07 a161", `invalid id=7 raw=[0,7,"a"]` + refused("an array of 3 elements, want 4")},
		{"95 00 07 a161 90 c0", `invalid id=7 raw=[0,7,"a",[],null]` + refused("an array of 5 elements, want 4")},
		{"92 00 07", `invalid id=7 raw=[0,7]` + refused("an array of 2 elements, want 4")},
		{"94 00 07 c0 90", `invalid id=7 raw=[0,7,null,[]]` + refused("method is no string in UTF-8")},
		{"94 00 07 c401ff 90", `invalid id=7 raw=[0,7,{"$binary":"/w=="},[]]` +
			refused("method is no string in UTF-8")},
		{"94 00 07 a1ff 90", `invalid id=7 raw=[0,7,{"$str":"/w=="},[]]` + refused("method is no string in UTF-8")},
		{"93 02 a1ff 90", `invalid raw=[2,{"$str":"/w=="},[]]`},

		// What is no MessagePack.
		{"", "offset 0: the MessagePack value ends too early"},
		{"c1", "offset 0: no type of MessagePack begins with the byte 0xc1"},
		{"94 00 01 a161", "params: offset 5: the MessagePack value ends too early"},
		{"94 00 01 a361", "offset 3: the MessagePack value ends too early"},
		{"94 00 01 a161 c1", "params: offset 5: no type"},
		{"94 00 01 a161 90 00", "offset 6: 1 bytes after the end of the value"},
		{"94 01 01 c1 00", "error: offset 3: no type"},
		{"94 01 01 00 c1", "result: offset 4: no type"},
		{"94 01 01 00 82 a161 01 02", "result: offset 9: the MessagePack value ends too early"},
		{"94 01 01 c0 c0 c0", "offset 5: 1 bytes after the end of the value"},
		{"c0 c0", "offset 1: 1 bytes after the end of the value"},
		{"dd00", "offset 0: the MessagePack value ends too early"},
	}
	codec := New()
	p := rpcconn.Packet{Batch: true}
	for _, test := range tests {
		frame := unhex(t, test.frame)
		err := codec.Decode(frame, &p)
		if err == nil {
			if p.Batch || len(p.Messages) != 1 {
				t.Errorf("%s: %d messages, batch %v", test.frame, len(p.Messages), p.Batch)
			} else if got := show(p.Messages[0]); got != test.want {
				t.Errorf("%s:\n got %s\nwant %s", test.frame, got, test.want)
			}
			continue
		}
		var e *rpcconn.Error
		var reason string
		if !errors.As(err, &e) || e.Code != rpcconn.CodeParseError || json.Unmarshal(e.Data, &reason) != nil ||
			!strings.HasPrefix(reason, test.want) || len(p.Messages) != 0 {
			t.Errorf("%s: %v with %d messages, want %s", test.frame, err, len(p.Messages), test.want)
		}
	}
}

// A peer that writes text as bin, as its methods or errors show, is understood, which is told once; bytes that are no
// text stay what they are, and so do those of a peer that writes its methods as str.
func TestTextInBin(t *testing.T) {
	for name, test := range map[string]struct {
		frames []string
		want   string // of the last
		told   int
	}{
		"a method": {[]string{"94 00 01 c40161 91 c40178"}, `request id=1 method=a params=["x"]`, 1},
		"bytes":    {[]string{"94 00 01 c40161 91 c401ff"}, `request id=1 method=a params=[{"$binary":"/w=="}]`, 1},
		"a key": {
			[]string{"93 02 c40161 91 82 c40178 01 a179 02"},
			`notification method=a params=[{"x":1,"y":2}]`, 1,
		},
		"mixed": {
			[]string{"93 02 c40161 91 82 c40178 01 02 03"},
			`notification method=a params=[{"$map":[["x",1],[2,3]]}]`, 1,
		},
		"later": {
			[]string{"93 02 c40161 90", "93 02 c40161 90", "94 01 05 c0 c40178"},
			`response id=5 result="x"`, 1,
		},
		"an error": {
			[]string{"94 01 05 92 01 c4036f6f70 c40178"},
			`response id=5 result="x" code=1 message="oop" data=[1,"oop"]`, 1,
		},
		"as str":   {[]string{"93 02 a161 91 c40178"}, `notification method=a params=[{"$binary":"eA=="}]`, 0},
		"a result": {[]string{"94 01 05 c0 c40178"}, `response id=5 result={"$binary":"eA=="}`, 0},
	} {
		codec := New()
		var p rpcconn.Packet
		for _, frame := range test.frames {
			if err := codec.Decode(unhex(t, frame), &p); err != nil {
				t.Fatalf("%s: %v", name, err)
			}
		}
		if got := show(p.Messages[0]); got != test.want || len(p.Deviations) != test.told {
			t.Errorf("%s: told %d times, got\n%s, want\n%s", name, len(p.Deviations), got, test.want)
		}
	}
}

// In one message, both error and result may have maps that turn out not to be objects.
func TestMixedMapsInErrorAndResult(t *testing.T) {
	const mixed = "82 a161 01 02 03"
	var p rpcconn.Packet
	if err := New().Decode(unhex(t, "94 01 05"+mixed+mixed), &p); err != nil {
		t.Fatal(err)
	}
	if got, want := string(p.Messages[0].Err.Data), `{"$map":[["a",1],[2,3]]}`; got != want {
		t.Errorf("the error is %s, want %s", got, want)
	}
}

func TestDecodedIsNotTheFrame(t *testing.T) {
	frame := unhex(t, "94 00 01 a161 91 a178")
	var p rpcconn.Packet
	if err := New().Decode(frame, &p); err != nil {
		t.Fatal(err)
	}
	clear(frame)
	if got := show(p.Messages[0]); got != `request id=1 method=a params=["x"]` {
		t.Errorf("after the frame was overwritten: %s", got)
	}
}

func TestAppendEncode(t *testing.T) {
	request := func(id rpcconn.ID, params string) rpcconn.Message {
		return rpcconn.Message{Kind: rpcconn.KindRequest, ID: id, Method: "a", Params: []byte(params)}
	}
	failure := func(code int64, message, data string) rpcconn.Message {
		return rpcconn.Message{Kind: rpcconn.KindResponse, ID: rpcconn.IntID(5),
			Err: &rpcconn.Error{Code: code, Message: message, Data: []byte(data)}}
	}
	both := failure(0, "x", "")
	both.Result = []byte("6")
	text := func(s string) string { return fmt.Sprintf("%x%x", 0xa0+len(s), s) }
	tests := []struct {
		m    rpcconn.Message
		want string
	}{
		{request(rpcconn.IntID(1), "[1,2]"), "94 00 01 a161 92 01 02"},
		{request(rpcconn.IntID(1<<32-1), ""), "94 00 ceffffffff a161 90"},
		{rpcconn.Message{Kind: rpcconn.KindNotification, Method: "", Params: []byte(`[{}]`)}, "93 02 a0 91 80"},
		{rpcconn.Message{Kind: rpcconn.KindNotification, Method: "é"}, "93 02 a2c3a9 90"},
		{rpcconn.Message{Kind: rpcconn.KindResponse, ID: rpcconn.IntID(5), Result: []byte(`{"a":1}`)},
			"94 01 05 c0 81 a161 01"},
		{rpcconn.Message{Kind: rpcconn.KindResponse, ID: rpcconn.IntID(0)}, "94 01 00 c0 c0"},

		{both, "94 01 05 a178 06"},
		{failure(0, "", `{"a":1}`), "94 01 05 81 a161 01 c0"},
		{failure(0, "", `"x"`), "94 01 05 a178 c0"},
		{failure(0, "x", `"x"`), "94 01 05 a178 c0"},
		{failure(7, "x", ` [7, "x"] `), "94 01 05 92 07 a178 c0"},
		{failure(7, "x", `{"message":"x","code":7}`), "94 01 05 82 a76d657373616765 a178 a4636f6465 07 c0"},
		{failure(0, "[1,2]", `[1, 2]`), "94 01 05 92 01 02 c0"},
		{failure(0, "x", ""), "94 01 05 a178 c0"},
		{failure(0, "", ""), "94 01 05 a0 c0"},
		{failure(0, "x", `"y"`), "94 01 05" + text("x: y") + "c0"},
		{failure(0, "", "null"), "94 01 05" + text("null") + "c0"},
		{failure(1, "x", ""), "94 01 05 92 01 a178 c0"},
		{failure(1, "x", "[ 1 ]"), "94 01 05 92 01" + text("x: [1]") + "c0"},
		{failure(-32601, "no", ""), "94 01 05" + text("no (-32601)") + "c0"},
		{failure(-32000, "bad", `"y"`), "94 01 05" + text("bad: y (-32000)") + "c0"},
		{failure(2, "", `[2]`), "94 01 05" + text("[2] (2)") + "c0"},
	}
	for _, test := range tests {
		frame, err := New().AppendEncode([]byte("before"), &rpcconn.Packet{Messages: []rpcconn.Message{test.m}})
		if want := append([]byte("before"), unhex(t, test.want)...); err != nil || !bytes.Equal(frame, want) {
			t.Errorf("%s is\n%x, %v, want\n%x", show(test.m), frame, err, want)
		}
	}
}

func TestAppendEncodeErrors(t *testing.T) {
	one := func(m rpcconn.Message) rpcconn.Packet { return rpcconn.Packet{Messages: []rpcconn.Message{m}} }
	request := func(id rpcconn.ID, params string) rpcconn.Packet {
		return one(rpcconn.Message{Kind: rpcconn.KindRequest, ID: id, Method: "a", Params: []byte(params)})
	}
	note := rpcconn.Message{Kind: rpcconn.KindNotification, Method: "a"}
	odd, further := note, note
	odd.Method, further.Extra = "\xff", []byte("{}")
	const msgid = "a msgid is an integer from 0 to 2^32-1, not "
	tests := []struct {
		p           rpcconn.Packet
		want        string
		unsupported bool
	}{
		{rpcconn.Packet{Batch: true, Messages: []rpcconn.Message{note}}, "has no batches", true},
		{one(rpcconn.Message{Kind: rpcconn.KindResponse, ID: rpcconn.NullID()}), "needs the id", true},
		{one(rpcconn.Message{Kind: rpcconn.KindResponse, Err: rpcconn.NewError(rpcconn.CodeParseError, "")}),
			"needs the id", true},
		{rpcconn.Packet{}, "0 messages", false},
		{rpcconn.Packet{Messages: []rpcconn.Message{note, note}}, "2 messages", false},
		{one(rpcconn.Message{}), "invalid message", false},
		{one(odd), "method is not UTF-8", false},
		{one(further), "no further members", false},
		{request(rpcconn.ID{}, ""), msgid, false},
		{request(rpcconn.NullID(), ""), msgid + "null", false},
		{request(rpcconn.IntID(-1), ""), msgid + "-1", false},
		{request(rpcconn.IntID(1<<32), ""), msgid + "4294967296", false},
		{request(rpcconn.ParseID([]byte(`"1"`)), ""), msgid + `"1"`, false},
		{one(rpcconn.Message{Kind: rpcconn.KindResponse, ID: rpcconn.ParseID([]byte("1.0"))}), msgid + "1.0", false},
		{request(rpcconn.IntID(1), `{"a":1}`), "params must be an array", false},
		{request(rpcconn.IntID(1), "null"), "params must be an array", false},
		{request(rpcconn.IntID(1), `{"$binary":""}`), "params must be an array", false},
		{request(rpcconn.IntID(1), "[1e999]"), "params[0]: number 1e999 is out of the range", false},
		{request(rpcconn.IntID(1), "[1"), "params: the JSON text ends too early", false},
		{one(rpcconn.Message{Kind: rpcconn.KindResponse, ID: rpcconn.IntID(1), Result: []byte("x")}),
			"result: offset 0", false},
		{one(rpcconn.Message{Kind: rpcconn.KindResponse, ID: rpcconn.IntID(1), Err: &rpcconn.Error{Data: []byte("x")}}),
			"error: offset 0", false},
		{one(rpcconn.Message{Kind: rpcconn.KindResponse, ID: rpcconn.IntID(1),
			Err: &rpcconn.Error{Data: []byte("1e999")}}), "error: number", false},
	}
	for _, test := range tests {
		got, err := New().AppendEncode([]byte("before"), &test.p)
		if err == nil || !strings.Contains(err.Error(), test.want) || string(got) != "before" ||
			errors.Is(err, errors.ErrUnsupported) != test.unsupported {
			t.Errorf("AppendEncode(%+v) = %q, %v, want an error with %q and dst as it was", test.p, got, err, test.want)
		}
	}
}

func TestAllocations(t *testing.T) {
	codec := New()
	var p rpcconn.Packet
	var out []byte
	for _, test := range []struct {
		frame string
		want  float64 // one for the params or the result
	}{
		{"94 00 01 a66d795f616464 92 01 02", 1},
		{"94 01 01 c0 81 a161 91 c3", 1},
	} {
		frame := unhex(t, test.frame)
		if n := testing.AllocsPerRun(100, func() {
			if err := codec.Decode(frame, &p); err != nil {
				t.Error(err)
			}
			var err error
			if out, err = codec.AppendEncode(out[:0], &p); err != nil {
				t.Error(err)
			}
		}); n != test.want {
			t.Errorf("decoding and encoding %s allocates %v times, want %v", test.frame, n, test.want)
		}
		if !bytes.Equal(out, frame) {
			t.Errorf("%s was encoded as %x", test.frame, out)
		}
	}
}
