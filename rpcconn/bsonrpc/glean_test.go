package bsonrpc

import (
	"fmt"
	"testing"
)

// TestGlean checks what is read of documents that are cut off, or wrong inside.
func TestGlean(t *testing.T) {
	result := document(t, d("bsonrpc", "2.0", "id", int32(7), "result", "long text"))
	call := document(t, d("bsonrpc", "2.0", "id", int32(7), "method", "m", "params", "long text"))
	tests := []struct {
		text []byte
		want string
	}{
		{result, "{false false true [7]}"},
		{result[:len(result)-8], "{false false true [7]}"},
		{result[:22], "{false false false []}"},
		{call[:len(call)-8], "{false true false [7]}"},
		{[]byte("Server v1.0"), "{true false false []}"},
		{[]byte{5}, "{false false false []}"},
		{nil, "{false false false []}"},
	}
	for _, test := range tests {
		if got := fmt.Sprint(New().Glean(test.text)); got != test.want {
			t.Errorf("Glean(%q) = %s, want %s", test.text, got, test.want)
		}
	}
}
