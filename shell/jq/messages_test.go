package jq

import (
	"encoding/json"
	"errors"
	"slices"
	"strings"
	"testing"
)

// Messages are variables by number, though a # begins a comment in jq. Columns and names in mistakes are those of what
// was typed.
func TestMessages(t *testing.T) {
	for _, tt := range []struct{ expression, want string }{
		{"$#17", `{"n":17}`},
		{"$#1.n + $#17.n", "18"},
		{`"\($#17.n) $#17 \"$#1\" \("\($#1.n)" + "$#1")"`, `"17 $#17 \"$#1\" 1$#1"`},
		{"$#17.n # $#1 is not looked at", "17"},
		{"# $#1\n$#17.n", "17"},
		{". as $A | [$A, $#1.n]", "[null,1]"},
		{"$#1.n, 1 | . + 1", "2 2"},
	} {
		f, err := Compile(tt.expression, "#1", "#17")
		if err != nil {
			t.Errorf("%s: %v", tt.expression, err)
			continue
		}
		got, err := f.Run(t.Context(), nil, json.RawMessage(`{"n":1}`), json.RawMessage(`{"n":17}`))
		if err != nil || join(got) != tt.want {
			t.Errorf("%s is %s, %v, want %s", tt.expression, join(got), err, tt.want)
		}
	}
	var mistake *Error
	if _, err := Compile("$#17 | nosuch", "#17"); !errors.As(err, &mistake) || mistake.Offset != 7 {
		t.Errorf("a mistake behind a message: %v", err)
	}
	if _, err := Compile(". $#17", "#17"); err == nil || !strings.Contains(err.Error(), "$#17") {
		t.Errorf("a message that is a mistake: %v", err)
	}
	if _, err := Compile(". + $1", "#17"); !errors.As(err, &mistake) || mistake.Offset != 4 ||
		!strings.HasPrefix(mistake.Reason, "jq: $1 is an argument of a script") {
		t.Errorf("an argument of a script: %v", err)
	}
	if got := Headings("[$#17, .a]"); !slices.Equal(got, []string{"$#17", "a"}) {
		t.Errorf("the headings are %q", got)
	}
	if got := Variables(`$x + $#17.y + "\($_1)" + $x`); !slices.Equal(got, []string{"x", "#17", "_1"}) {
		t.Errorf("the variables are %q", got)
	}
}
