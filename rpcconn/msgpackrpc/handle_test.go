package msgpackrpc

import (
	"bytes"
	"strings"
	"testing"

	"rpcsh/rpcconn/jsontext"
)

// handleText returns the JSON text of one value from Neovim.
func handleText(b []byte) (string, error) {
	tr := translator{frame: b, handles: withHandles}
	text, rest, err := tr.value(b)
	if err == nil {
		err = tr.end(rest)
	}
	return string(text), err
}

func TestHandles(t *testing.T) {
	for _, test := range []struct{ binary, text string }{
		{"d40001", `{"$buffer":1}`}, {"c70301 cd03e8", `{"$window":1000}`}, {"d40202", `{"$tabpage":2}`}, {"d40000",
			`{"$buffer":0}`}, {"d400ff", `{"$buffer":-1}`},
		{"92 d40001 81 a162 d40107", `[{"$buffer":1},{"b":{"$window":7}}]`}, {"81 d40001 c0",
			`{"$map":[[{"$buffer":1},null]]}`},
		// what would not come back as it was
		{"d500cc01", `{"$ext":{"type":0,"data":"zAE="}}`}, {"d5000101", `{"$ext":{"type":0,"data":"AQE="}}`}, {"c70000",
			`{"$ext":{"type":0,"data":""}}`},
		{"d400c0", `{"$ext":{"type":0,"data":"wA=="}}`}, {"c70900 cfffffffffffffffff",
			`{"$ext":{"type":0,"data":"z///////////"}}`},
		// what is no handle
		{"d40301", `{"$ext":{"type":3,"data":"AQ=="}}`}, {"d4ff01", `{"$ext":{"type":-1,"data":"AQ=="}}`},
		{"81 a724627566666572 01", `{"$map":[["$buffer",1]]}`}, {"82 a161 01 a724627566666572 01",
			`{"a":1,"$buffer":1}`},
	} {
		b := unhex(t, test.binary)
		if text, err := handleText(b); err != nil || text != test.text {
			t.Errorf("%s is shown as %s, %v, want %s", test.binary, text, err, test.text)
		}
		if back, err := appendValue(nil, []byte(test.text), withHandles); err != nil || !bytes.Equal(back, b) {
			t.Errorf("%s is sent as %x, %v, want %s", test.text, back, err, test.binary)
		}
	}
	if b, err := appendValue(nil, []byte(`{"$ext":{"type":0,"data":"AQ=="}}`), withHandles); err != nil ||
		!bytes.Equal(b, []byte{0xd4, 0, 1}) {
		t.Errorf("the long form of a handle is sent as %x, %v", b, err)
	}
	if b, err := appendValue(nil, []byte(`{"$buffer":1}`), withoutHandles); err != nil || b[0] != 0x81 {
		t.Errorf("what looks like a handle, and is none, is sent as %x, %v", b, err)
	}
}

func TestBadHandles(t *testing.T) {
	for _, test := range []struct{ text, want string }{
		{`{"$buffer":"1"}`, "$buffer: want the number of a buffer"}, {`{"$window":1.5}`,
			"want the number of a window"},
		{`{"$tabpage":{}}`, "want the number of a tabpage"}, {`{"$buffer":1,"a":2}`,
			"no other members"}, {`{"$buffer":99999999999999999999}`, "want the number"},
	} {
		if b, err := appendValue(nil, []byte(test.text), withHandles); err == nil ||
			!strings.Contains(err.Error(), test.want) {
			t.Errorf("%s is sent as %x, %v, want an error with %q", test.text, b, err, test.want)
		}
	}
}

// FuzzHandles: what Neovim sends is shown as JSON that is sent as the same bytes, but for forms longer than they need
// to be.
func FuzzHandles(f *testing.F) {
	for _, seed := range []string{"d40001", "c70301cd03e8", "d500cc01", "81a72462756666657201", "81d40001c0",
		"c70000"} {
		f.Add(unhex(f, seed))
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		text, err := handleText(b)
		if err != nil {
			return
		}
		if err := jsontext.Valid([]byte(text)); err != nil {
			t.Fatalf("%x is shown as %s: %v", b, text, err)
		}
		back, err := appendValue(nil, []byte(text), withHandles)
		if err != nil {
			t.Fatalf("%x is shown as %s, which cannot be sent: %v", b, text, err)
		}
		if again, err := handleText(back); err != nil || again != text {
			t.Fatalf("%s comes back as %s, %v", text, again, err)
		}
	})
}
