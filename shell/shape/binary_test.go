package shape

import "testing"

func TestHexdump(t *testing.T) {
	data := make([]byte, 40)
	if got := Hexdump(data, 80, 2); len(got) != 3 || got[2] != "… 8 B more" || len(got[0]) > 80 {
		t.Errorf("%q", got)
	}
	if got := Hexdump(data, 50, 0); len(got) != 5 || len(got[0]) > 50 {
		t.Errorf("in a narrow window: %q", got)
	}
	if got := Hexdump(nil, 80, 0); len(got) != 1 {
		t.Errorf("of nothing: %q", got)
	}
}
