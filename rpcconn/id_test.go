package rpcconn_test

import (
	"encoding/json"
	"testing"

	"rpcsh/rpcconn"
)

func TestParseID(t *testing.T) {
	tests := []struct {
		text  string
		n     int64
		isInt bool
	}{
		{"0", 0, true},
		{"7", 7, true},
		{"-7", -7, true},
		{"999999999999999999", 999999999999999999, true},
		{"-999999999999999999", -999999999999999999, true},
		{"9223372036854775807", 0, false}, // too long to be sure of
		{"-0", 0, false},
		{"7.0", 0, false},
		{"7e0", 0, false},
		{`"7"`, 0, false},
		{"null", 0, false},
		{"", 0, false},
	}
	seen := make(map[rpcconn.ID]string)
	for _, test := range tests {
		id := rpcconn.ParseID([]byte(test.text))
		if n, ok := id.Int(); n != test.n || ok != test.isInt {
			t.Errorf("%q is %d, %v, want %d, %v", test.text, n, ok, test.n, test.isInt)
		}
		if id.String() != test.text || string(id.Append(nil)) != test.text {
			t.Errorf("%q becomes %q and %q", test.text, id, id.Append(nil))
		}
		if other, ok := seen[id]; ok {
			t.Errorf("%q is the same as %q", test.text, other)
		}
		seen[id] = test.text
		if test.isInt && id != rpcconn.IntID(test.n) {
			t.Errorf("%q is not the id of %d", test.text, test.n)
		}
		if id.IsNone() != (test.text == "") || id.IsNull() != (test.text == "null") {
			t.Errorf("%q: none %v, null %v", test.text, id.IsNone(), id.IsNull())
		}
	}
	if rpcconn.NullID() != rpcconn.ParseID([]byte("null")) {
		t.Error("null differs from null")
	}
}

func FuzzParseID(f *testing.F) {
	for _, seed := range []string{"1", "-1", "-0", "1.0", "1e5", `"a"`, "null", "123456789012345678901234567890",
		"-999999999999999999"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		if !json.Valid([]byte(text)) || text == "" {
			return
		}
		id := rpcconn.ParseID([]byte(text))
		if id.String() != text {
			t.Fatalf("%q becomes %q", text, id)
		}
		out, err := json.Marshal(map[string]rpcconn.ID{"id": id})
		if err != nil {
			t.Fatalf("%q: %v", text, err)
		}
		var back map[string]rpcconn.ID
		if err := json.Unmarshal(out, &back); err != nil {
			t.Fatalf("%q: %v", text, err)
		}
		n, ok := id.Int()
		if m, isInt := back["id"].Int(); ok && (!isInt || m != n) {
			t.Fatalf("%q comes back as %q", text, back["id"])
		}
	})
}
