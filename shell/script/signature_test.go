package script

import (
	"encoding/json"
	"strings"
	"testing"

	"go.starlark.net/starlark"
)

func TestDefaultText(t *testing.T) {
	for _, tt := range []struct {
		value starlark.Value
		want  string
	}{
		{starlark.String(strings.Repeat("x", 40)), `"` + strings.Repeat("x", 40) + `"`},
		{starlark.String(strings.Repeat("x", 41)), "…"},
		{starlark.MakeInt(1), "1"},
		{starlark.MakeInt(1).Lsh(64), "…"},
	} {
		if got := defaultText(tt.value); got != tt.want {
			t.Errorf("%s: got %s, want %s", tt.value, got, tt.want)
		}
	}
}

func TestLongNumber(t *testing.T) {
	if _, err := decode(json.RawMessage(strings.Repeat("9", 10_000))); err != nil {
		t.Errorf("of 10 000 digits: %v", err)
	}
	if v, err := decode(json.RawMessage(strings.Repeat("9", 10_001))); err == nil {
		t.Errorf("of 10 001 digits, it is a %s", v.Type())
	}
}
