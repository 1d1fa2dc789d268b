package msgpackrpc

import (
	"fmt"
	"testing"
)

// TestGlean checks what is read of messages that are cut off, or wrong inside.
func TestGlean(t *testing.T) {
	for text, want := range map[string]string{
		"94 01 07 c0 db00ffffff": "{false false true [7]}",
		"93 01 07":               "{false false true [7]}",
		"94 00 07 a16d 91":       "{false true false []}",
		"93 02 a16d c1":          "{false true false []}",
		"94":                     "{false false false []}",
		"":                       "{false false false []}",
		"53657276657220312e30":   "{true false false []}",
	} {
		if got := fmt.Sprint(New().Glean(unhex(t, text))); got != want {
			t.Errorf("Glean(%s) = %s, want %s", text, got, want)
		}
	}
}
