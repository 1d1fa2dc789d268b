package detect

import (
	"errors"
	"strings"
	"testing"
)

// TestGreetingsAreBounded reads from a peer that greets at great length.
func TestGreetingsAreBounded(t *testing.T) {
	r := strings.NewReader(strings.Repeat("welcome to a peer that says much\n", maxSniff))
	size := r.Len()
	_, _, err := readGuess(t.Context(), r)
	var unknown *unknownError
	if !errors.As(err, &unknown) || len(unknown.first) > maxShownSize {
		t.Errorf("got %v", err)
	}
	if read := size - r.Len(); read > 2*maxSniff {
		t.Errorf("%d bytes are read", read)
	}
}

func TestNetstringLengthIsBounded(t *testing.T) {
	for text, want := range map[string]bool{"1234567890": true, "12345678901": false} {
		if g, more := Sniff([]byte(text)); g != (Guess{}) || more != want {
			t.Errorf("%s: %+v, more %v", text, g, more)
		}
	}
}
