package term

import (
	"slices"
	"testing"
	"testing/synctest"
	"time"
)

// Over a link that takes 50 ms for a byte, each key is what it is where they come together.
func TestSlowLink(t *testing.T) {
	presses := []string{
		"m", "é", "日", "\x1b[D", "\x1b[1;5C", "\x1bOA", "\x1b[3~", "\x1b.", "\x1b\x7f", "\x1bé", "\x1b\x1b[D", "x",
		"\x01", "\x1b[200~a {\r}\x1b[201~", "\x18", "\x05", "\r",
	}
	synctest.Test(t, func(t *testing.T) {
		fast, slow := newInput(func() {}), newInput(func() {})
		defer fast.end(ErrClosed)
		defer slow.end(ErrClosed)
		for _, press := range presses {
			fast.feed([]byte(press))
			for i := range len(press) {
				slow.feed([]byte(press[i : i+1]))
				time.Sleep(50 * time.Millisecond)
			}
		}
		if got, want := taken(slow), taken(fast); !slices.Equal(got, want) || len(got) == 0 {
			t.Errorf("got %q, want %q", got, want)
		}
	})
}

// An Escape alone is a key after a while, and so is one before a key that comes later.
func TestEscapeAlone(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		in := newInput(func() {})
		defer in.end(ErrClosed)
		in.feed([]byte("\x1b"))
		time.Sleep(time.Second)
		if got := taken(in); !slices.Equal(got, named("esc")) {
			t.Errorf("got %q", got)
		}
		in.feed([]byte("\x1b["))
		time.Sleep(10 * time.Second) // the rest was lost
		in.feed([]byte("x"))
		if got := taken(in); !slices.Equal(got, []key{{keyText, "x"}}) {
			t.Errorf("got %q", got)
		}
	})
}

// taken takes the keys that are there.
func taken(in *input) (keys []key) {
	for {
		k, ok := in.next()
		if !ok {
			return keys
		}
		keys = append(keys, k)
	}
}
