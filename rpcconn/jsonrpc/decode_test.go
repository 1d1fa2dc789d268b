package jsonrpc

import (
	"encoding/json"
	"errors"
	"fmt"
	"reflect"
	"strings"
	"testing"

	"rpcsh/rpcconn"
	"rpcsh/rpcconn/jsontext"
)

// show returns all that a message says, in one line, for the tables.
func show(m rpcconn.Message) string {
	var s string
	switch m.Kind {
	case rpcconn.KindRequest:
		s = "request id=" + m.ID.String() + " " + m.Method
	case rpcconn.KindNotification:
		s = "notification " + m.Method
	case rpcconn.KindResponse:
		s = "response id=" + m.ID.String()
	case rpcconn.KindInvalid:
		s = "invalid id=" + m.ID.String()
		if m.Broken {
			s = "broken response id=" + m.ID.String()
		}
	}
	if m.Params != nil {
		s += " params=" + string(m.Params)
	}
	if m.Result != nil {
		s += " result=" + string(m.Result)
	}
	if m.Err != nil {
		s += fmt.Sprintf(" code=%s message=%q", m.Err.AppendCode(nil), m.Err.Message)
		if m.Err.Data != nil {
			s += " data=" + string(m.Err.Data)
		}
	}
	if m.Raw != nil {
		s += " raw=" + string(m.Raw)
	}
	if m.Extra != nil {
		s += " extra=" + string(m.Extra)
	}
	return s
}

// invalidText is how show shows an invalid message.
func invalidText(id, reason, raw string) string {
	data, _ := json.Marshal(reason)
	return fmt.Sprintf(`invalid id=%s code=-32600 message="Invalid Request" data=%s raw=%s`, id, data, raw)
}

func TestDecodeMessage(t *testing.T) {
	tests := []struct{ frame, want string }{
		// The examples of section 7.
		{`{"jsonrpc": "2.0", "method": "subtract", "params": [42, 23], "id": 1}`,
			"request id=1 subtract params=[42, 23]"},
		{`{"jsonrpc": "2.0", "result": 19, "id": 1}`, "response id=1 result=19"},
		{
			`{"jsonrpc": "2.0", "method": "subtract", "params": {"subtrahend": 23, "minuend": 42}, "id": 3}`,
			`request id=3 subtract params={"subtrahend": 23, "minuend": 42}`,
		},
		{`{"jsonrpc": "2.0", "method": "update", "params": [1,2,3,4,5]}`, "notification update params=[1,2,3,4,5]"},
		{`{"jsonrpc": "2.0", "method": "foobar"}`, "notification foobar"},
		{
			`{"jsonrpc": "2.0", "error": {"code": -32601, "message": "Method not found"}, "id": "1"}`,
			`response id="1" code=-32601 message="Method not found"`,
		},
		{
			`{"jsonrpc": "2.0", "error": {"code": -32700, "message": "Parse error"}, "id": null}`,
			`response id=null code=-32700 message="Parse error"`,
		},
		{
			`{"jsonrpc": "2.0", "method": 1, "params": "bar"}`,
			invalidText("", "method is no string", `{"jsonrpc": "2.0", "method": 1, "params": "bar"}`),
		},

		// Requests and notifications.
		{" \r\n{\"jsonrpc\":\"2.0\",\"id\":0,\"method\":\"a\"}\r\n", "request id=0 a"},
		{`{"method":"a","params":null,"id":"ts1","jsonrpc":"2.0"}`, `request id="ts1" a params=null`},
		{`{"jsonrpc":"2.0","id":null,"method":"a"}`, "request id=null a"},
		{`{"jsonrpc":"2.0","id":1.0,"method":"a"}`, "request id=1.0 a"},
		{`{"jsonrpc":"2.0","id":9223372036854775808,"method":"a"}`, "request id=9223372036854775808 a"},
		{`{"jsonrpc":"2.0","id": 7 ,"method":""}`, "request id=7 "},
		{`{"jsonrpc":"2.0","method":"a\u00e9\"\ud83d\ude00"}`, `notification aé"😀`},
		{`{"jsonrpc":"2.0","method":"a","params":["\ud800",1e400,100.000000]}`,
			`notification a params=["\ud800",1e400,100.000000]`},
		{`{"\u006asonrpc":"2\u002e0","m\u0065thod":"a"}`, "notification a"},
		{`{"jsonrpc":"2.0","method":"a","extra":[1],"extra":2,"result":3,"error":null}`, "notification a"},

		// What is wrong in requests and notifications.
		{`{"method":"a","id":1}`, invalidText("1", `no member "jsonrpc", want "2.0"`, `{"method":"a","id":1}`)},
		{
			`{"jsonrpc":"1.0","method":"a","id":1}`,
			invalidText("1", `jsonrpc is not "2.0"`, `{"jsonrpc":"1.0","method":"a","id":1}`),
		},
		{
			`{"jsonrpc":"2.0","method":null,"id":"x"}`,
			invalidText(`"x"`, "method is no string", `{"jsonrpc":"2.0","method":null,"id":"x"}`),
		},
		{
			`{"jsonrpc":"2.0","method":"a","id":[1]}`,
			invalidText("", "id is no string, number or null", `{"jsonrpc":"2.0","method":"a","id":[1]}`),
		},
		{
			`{"jsonrpc":"2.0","method":"a","id":true}`,
			invalidText("", "id is no string, number or null", `{"jsonrpc":"2.0","method":"a","id":true}`),
		},
		{
			`{"jsonrpc":"2.0","method":"a","id":1,"params":1}`,
			invalidText("1", "params is no array or object", `{"jsonrpc":"2.0","method":"a","id":1,"params":1}`),
		},
		{
			`{"jsonrpc":"2.0","method":"a","params":false}`,
			invalidText("", "params is no array or object", `{"jsonrpc":"2.0","method":"a","params":false}`),
		},
		{
			`{"jsonrpc":"2.0","ID":1,"Method":"a"}`,
			invalidText("", "neither method nor result nor error", `{"jsonrpc":"2.0","ID":1,"Method":"a"}`),
		},
		{
			`{"jsonrpc":"2.0","id":1,"method":"a","id":2}`,
			invalidText("", `more than one member "id"`, `{"jsonrpc":"2.0","id":1,"method":"a","id":2}`),
		},
		{
			`{"jsonrpc":"2.0","id":1,"method":"a","meth\u006fd":"b"}`,
			invalidText("1", `more than one member "method"`,
				`{"jsonrpc":"2.0","id":1,"method":"a","meth\u006fd":"b"}`),
		},
		{
			`{"id":1,"result":1,"result":1}`,
			`broken response id=1 raw={"id":1,"result":1,"result":1}`,
		},
		{
			`{"jsonrpc":"2.0","id":1}`,
			`broken response id=1 result=null code=-32600 message="Invalid Request" ` +
				`data="neither method nor result nor error" raw={"jsonrpc":"2.0","id":1}`,
		},
		{
			`{"return":{},"id":"a"}`,
			`broken response id="a" code=-32600 message="Invalid Request" ` +
				`data="neither method nor result nor error" raw={"return":{},"id":"a"}`,
		},

		// What is no message.
		{` {} `, invalidText("", "neither method nor result nor error", `{}`)},
		{`{"id":null}`, invalidText("", "neither method nor result nor error", `{"id":null}`)},
		{`{"notification":"tick","params":[1]}`, `invalid id= raw={"notification":"tick","params":[1]}`},
		{`{"jsonrpc":"2.0"}`, invalidText("", "neither method nor result nor error", `{"jsonrpc":"2.0"}`)},
		{` "hello" `, invalidText("", "a message is an object", `"hello"`)},
		{`1`, invalidText("", "a message is an object", `1`)},
		{`null`, invalidText("", "a message is an object", `null`)},

		// Responses, as peers send them.
		{`{"id":1,"result":null}`, "response id=1 result=null"},
		{`{"id":1,"result":{"a":1},"error":null}`, `response id=1 result={"a":1}`},
		{`{"id":1,"error":null}`, "response id=1 result=null"},
		{`{"id":1,"result":null,"error":{"code":1,"message":"m"}}`, `response id=1 code=1 message="m"`},
		{`{"id":1,"result":2,"error":{"code":1,"message":"m"}}`, `response id=1 result=2 code=1 message="m"`},
		{`{"jsonrpc":1,"result":2}`, "response id= result=2"},
		{`{"id":{"a":[1]},"result":2}`, `response id={"a":[1]} result=2`},
		{`{"id":false,"result":2}`, `response id=false result=2`},
		{`{"id":1,"error":"no \u0041"}`, `response id=1 code=null message="no A"`},
		{`{"id":1,"error":-5}`, `response id=1 code=null message="-5"`},
		{`{"id":1,"error":[1]}`, `response id=1 code=null message="[1]"`},
		{`{"id":1,"error":{}}`, `response id=1 code=null message="{}"`},
		{`{"id":1,"error":{"class":"CommandNotFound", "desc":"none"}}`,
			`response id=1 code=null message="{\"class\":\"CommandNotFound\",\"desc\":\"none\"}"`},
		{
			`{"id":1,"error":{"code":-3.2e1,"message":{"x":1},"data":null,"more":1}}`,
			`response id=1 code=-32 message="{\"x\":1}" data=null`,
		},
		{`{"id":1,"error":{"code":1.5,"message":"m","data":[1]}}`, `response id=1 code=1.5 message="m" data=[1]`},
		{`{"id":1,"error":{"c\u006fde":"7","message":"m"}}`,
			`response id=1 code="7" message="m"`},
		{`{"id":1,"error":{"c\u006fde":7,"message":"m"}}`, `response id=1 code=7 message="m"`},
		{`{"id":1,"error":{"code":1e400,"message":"m"}}`,
			`response id=1 code=1e400 message="m"`},
		{`{"id":1,"error":{"code":9223372036854775807,"message":"m"}}`,
			`response id=1 code=9223372036854775807 message="m"`},
		{`{"id":1,"error":{"code":9223372036854775808,"message":"m"}}`,
			`response id=1 code=9223372036854775808 message="m"`},
	}
	codec := New()
	var p rpcconn.Packet
	for _, test := range tests {
		if err := codec.Decode([]byte(test.frame), &p); err != nil {
			t.Errorf("Decode(%s): %v", test.frame, err)
			continue
		}
		if p.Batch || len(p.Messages) != 1 {
			t.Errorf("Decode(%s): %d messages, batch %v, want a single message", test.frame, len(p.Messages), p.Batch)
			continue
		}
		if got := show(p.Messages[0]); got != test.want {
			t.Errorf("Decode(%s):\n got %s\nwant %s", test.frame, got, test.want)
		}
	}
}

func TestDecodeBatch(t *testing.T) {
	const notObject = "a message is an object"
	tests := []struct {
		frame string
		want  []string
	}{
		{` [ ] `, nil},
		{`[1]`, []string{invalidText("", notObject, "1")}},
		{`[1,2,3]`, []string{
			invalidText("", notObject, "1"), invalidText("", notObject, "2"), invalidText("", notObject, "3"),
		}},
		{`[
			{"jsonrpc": "2.0", "method": "sum", "params": [1,2,4], "id": "1"},
			{"jsonrpc": "2.0", "method": "notify_hello", "params": [7]},
			{"jsonrpc": "2.0", "method": "subtract", "params": [42,23], "id": "2"},
			{"foo": "boo"},
			{"jsonrpc": "2.0", "method": "foo.get", "params": {"name": "myself"}, "id": "5"},
			{"jsonrpc": "2.0", "method": "get_data", "id": "9"}
		]`, []string{
			`request id="1" sum params=[1,2,4]`,
			`notification notify_hello params=[7]`,
			`request id="2" subtract params=[42,23]`,
			invalidText("", "neither method nor result nor error", `{"foo": "boo"}`),
			`request id="5" foo.get params={"name": "myself"}`,
			`request id="9" get_data`,
		}},
		{`[{"jsonrpc":"2.0","id":1,"result":7},{"jsonrpc":"2.0","id":null,"error":{"code":-32600,"message":"Invalid ` +
			`Request"}}]`,
			[]string{`response id=1 result=7`, `response id=null code=-32600 message="Invalid Request"`}},
		{`[[{"jsonrpc":"2.0","method":"a"}],{"jsonrpc":"2.0","method":"b"}]`,
			[]string{invalidText("", notObject, `[{"jsonrpc":"2.0","method":"a"}]`), "notification b"}},
		{`[{"id":1,"id":1},{"jsonrpc":"2.0","id":2,"method":"b"}]`,
			[]string{invalidText("", `more than one member "id"`, `{"id":1,"id":1}`), "request id=2 b"}},
	}
	codec := New()
	var p rpcconn.Packet
	for _, test := range tests {
		if err := codec.Decode([]byte(test.frame), &p); err != nil {
			t.Errorf("Decode(%s): %v", test.frame, err)
			continue
		}
		var got []string
		for _, m := range p.Messages {
			got = append(got, show(m))
		}
		if !p.Batch || !reflect.DeepEqual(got, test.want) {
			t.Errorf("Decode(%s), batch %v:\n got %q\nwant %q", test.frame, p.Batch, got, test.want)
		}
	}
}

// TestDecodeDeviations checks that what is harmless around messages is taken, and said.
func TestDecodeDeviations(t *testing.T) {
	const a, b = `{"jsonrpc":"2.0","method":"a"}`, `{"jsonrpc":"2.0","id":1,"result":2}`
	const notA, resB = "notification a", "response id=1 result=2"
	tests := []struct {
		frame       string
		rules, want []string
	}{
		{a, nil, []string{notA}},
		{byteOrderMark + a, []string{"byte order mark"}, []string{notA}},
		{" " + byteOrderMark + " " + a + "\n", []string{"byte order mark"}, []string{notA}},
		{a + "\x00", []string{"zero byte"}, []string{notA}},
		{a + "\n" + b, []string{"several messages in one"}, []string{notA, resB}},
		{a + b + a, []string{"several messages in one"}, []string{notA, resB, notA}},
		{"[" + a + "]" + b, []string{"several messages in one"}, []string{notA, resB}},
		{byteOrderMark + a + "\r\n" + byteOrderMark + b, []string{"byte order mark", "several messages in one"},
			[]string{notA, resB}},
		{byteOrderMark + "[" + a + "]", []string{"byte order mark"}, []string{notA}},
		{`{"method":"a"}`, []string{"notification of another version"}, []string{notA}},
		{`{"jsonrpc":"1.0","method":"a","id":null}`, []string{"notification of another version"}, []string{notA}},
		{`{"jsonrpc":2.0,"method":"a"}`, []string{"notification of another version"}, []string{notA}},
	}
	for _, test := range tests {
		var p rpcconn.Packet
		if err := New().Decode([]byte(test.frame), &p); err != nil {
			t.Errorf("Decode(%q): %v", test.frame, err)
			continue
		}
		var rules, got []string
		for _, d := range p.Deviations {
			rules = append(rules, d.Rule)
		}
		for _, m := range p.Messages {
			got = append(got, show(m))
		}
		if !reflect.DeepEqual(rules, test.rules) || !reflect.DeepEqual(got, test.want) {
			t.Errorf("Decode(%q) = %q, deviations %q; want %q, %q", test.frame, got, rules, test.want, test.rules)
		}
		if batch := strings.Contains(test.frame, "[") && len(test.want) == 1; p.Batch != batch {
			t.Errorf("Decode(%q): batch %v", test.frame, p.Batch)
		}
	}
}

// TestGlean checks what is read of texts that are no JSON.
func TestGlean(t *testing.T) {
	tests := []struct {
		text string
		want string
	}{
		{`{"jsonrpc":"2.0","id":7,"result":NaN}`, "outcome [7]"},
		{`{"jsonrpc":"2.0","result":{"id":3,"a":[1,]},"id":"x",}`, `outcome ["x"]`},
		{`{"jsonrpc":"2.0","id":7,}`, "[7]"},
		{`{"jsonrpc":"2.0","id":7,"resu`, "[7]"},
		{`{"jsonrpc":"2.0","id":7`, "[]"}, // the number may go on
		{`{"jsonrpc":"2.0","id":1.0, "error":{`, "outcome [1.0]"},
		{`{"result":[1,`, "outcome []"},
		{`{"id":null,"error":{"code":1,}}`, "outcome []"},
		{`{'id': 7, 'result': None}`, "outcome [7]"},
		{`{"result":"it's","id":7,}`, "outcome [7]"},
		{byteOrderMark + `{"id":7,"result":nan}`, "outcome [7]"},
		{"{\x00\"\x00i\x00d\x00\"\x00:\x007\x00}\x00", "[7]"},
		{`[{"id":1,"result":NaN},{"id":2,"result":3}]`, "outcome [1 2]"},
		{`{"jsonrpc":"2.0","id":7,"method":"m","params":[1,]}`, "request [7]"},
		{`{"id":7,"params":{"result":1`, "request [7]"},
		{`{"id":"`, "[]"}, {`{"id":"\`, "[]"}, {`{"id"`, "[]"}, {`{"id":`, "[]"}, {`{`, "[]"}, {``, "[]"},
		{"Server v1.0 listening on stdio", "noise"},
		{"\U0001F680 running\r", "noise"},
		{"\x1b[32minfo\x1b[0m started", "noise"},
		{"[INFO] got a request", "noise"},
		{"[12:30:01] started", "noise"},
		{"[1,2", "[]"}, {"[1]", "[]"}, {`["a"]`, "[]"}, {"\x00\x01", "[]"}, {"\xff\xfe", "[]"},
	}
	for _, test := range tests {
		f := New().Glean([]byte(test.text))
		var got []string
		for _, s := range []struct {
			is   bool
			name string
		}{{f.Noise, "noise"}, {f.Request, "request"}, {f.Outcome, "outcome"}} {
			if s.is {
				got = append(got, s.name)
			}
		}
		if !f.Noise {
			got = append(got, fmt.Sprint(f.IDs))
		}
		if strings.Join(got, " ") != test.want {
			t.Errorf("Glean(%q) = %q, want %q", test.text, got, test.want)
		}
	}
}

func TestDecodeMalformed(t *testing.T) {
	deep := strings.Repeat("[", jsontext.MaxDepth+1)
	tests := []struct{ frame, data string }{
		{`{"jsonrpc": "2.0", "method": "foobar, "params": "bar", "baz]`,
			"offset 39: unexpected character 'p', want ',' or '}'"},
		{`[{"jsonrpc": "2.0", "method": "sum", "params": [1,2,4], "id": "1"},{"jsonrpc": "2.0", "method"]`,
			"offset 94: unexpected character ']', want ':'"},
		{``, "offset 0: the JSON text ends too early"},
		{" \r\n", "offset 3: the JSON text ends too early"},
		{`{"jsonrpc":"2.0"`, "offset 16: the JSON text ends too early"},
		{`[{"jsonrpc":"2.0","method":"a"},`, "offset 32: the JSON text ends too early"},
		{`{"jsonrpc":"2.0","method":"a"}1`, "offset 30: unexpected character '1', want nothing more"},
		{`{"jsonrpc":"2.0","method":"a"}{"a":}`, "offset 30: unexpected character '{', want nothing more"},
		{"\xef\xbb\xbf", "offset 0: unexpected character '\\ufeff', want a value"},
		{"{\x00\"\x00", "this is UTF-16, and JSON text is UTF-8 (RFC 8259 section 8.1)"},
		{"{\x00\x00\x00\"\x00\x00\x00", "this is UTF-32, and JSON text is UTF-8 (RFC 8259 section 8.1)"},
		{"\xff\xfe\x00\x00{\x00\x00\x00", "this is UTF-32, and JSON text is UTF-8 (RFC 8259 section 8.1)"},
		{"\x00\x00\x00[", "this is UTF-32, and JSON text is UTF-8 (RFC 8259 section 8.1)"},
		{`[]]`, "offset 2: unexpected character ']', want nothing more"},
		{"{\"jsonrpc\":\"2.0\",\"method\":\"a\xff\"}", "offset 28: invalid UTF-8"},
		{`hello`, "offset 0: unexpected character 'h', want a value"},
		{deep, "offset 1000: nested deeper than 1000"},
	}
	codec := New()
	p := rpcconn.Packet{Messages: make([]rpcconn.Message, 3), Batch: true}
	for _, test := range tests {
		err := codec.Decode([]byte(test.frame), &p)
		var e *rpcconn.Error
		if !errors.As(err, &e) {
			t.Errorf("Decode(%.80q) = %v, want an *rpcconn.Error", test.frame, err)
			continue
		}
		var data string
		if err := json.Unmarshal(e.Data, &data); err != nil {
			t.Errorf("Decode(%.80q): data %s is no string: %v", test.frame, e.Data, err)
		}
		if e.Code != rpcconn.CodeParseError || e.Message != "Parse error" || data != test.data || len(p.Messages) != 0 {
			t.Errorf("Decode(%.80q) = %v with %d messages, want data %q and none", test.frame, e, len(p.Messages),
				test.data)
		}
	}
}

// Params must be a part of the frame rather than a copy, and safe to append to.
func TestDecodeAliases(t *testing.T) {
	frame := []byte(`{"jsonrpc":"2.0","method":"a","params":[1],"id":1}`)
	want := string(frame)
	var p rpcconn.Packet
	if err := New().Decode(frame, &p); err != nil {
		t.Fatal(err)
	}
	params := p.Messages[0].Params
	_ = append(params, "overwritten"...)
	if string(frame) != want {
		t.Errorf("appending to Params changed the frame to %s", frame)
	}
	frame[strings.IndexByte(want, '[')+1] = '9'
	if string(params) != "[9]" {
		t.Errorf("Params is %s after the frame changed, want [9]", params)
	}
}

func TestBatchThatIsTooLong(t *testing.T) {
	var p rpcconn.Packet
	longest := "[1" + strings.Repeat(",1", maxBatch-1) + "]"
	if err := New().Decode([]byte(longest), &p); err != nil || len(p.Messages) != maxBatch {
		t.Errorf("%d messages: %v", len(p.Messages), err)
	}
	err := New().Decode([]byte("[1,"+longest[1:]), &p)
	if !errors.Is(err, &rpcconn.Error{Code: rpcconn.CodeInvalidRequest}) || len(p.Messages) != 0 {
		t.Errorf("one more: %v, %d messages", err, len(p.Messages))
	}
}
