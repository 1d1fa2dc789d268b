package view

import (
	"encoding/json"
	"reflect"
	"testing"
	"unicode/utf8"
)

func TestReadable(t *testing.T) {
	for _, tt := range []struct{ text, want string }{
		{`[ "plain" ]`, `["plain"]`},
		{`"Gr\u00fc\u00DFe \u65e5\u672c"`, `"Grüße 日本"`},
		{`{"\u00fc":"\/a"}`, `{"ü":"/a"}`},
		{`"\ud83d\ude00"`, `"😀"`},
		{`"\ud83d\udc68\u200d\ud83d\udc69"`, "\"👨\u200d👩\""},
		{`"\u0022 \u005c \" \\ \\u00fc"`, `"\u0022 \u005c \" \\ \\u00fc"`},       // which would be other JSON
		{`"\n\u000a\u001b[31m\u0085\u007f"`, `"\n\u000a\u001b[31m\u0085\u007f"`}, // which act
		{`"\u202e\u2066\ufeff"`, `"\u202e\u2066\ufeff"`},                         // which turn or hide
		{`"\ud83d" "\ude00x" "\ud83dx\u0041"`, `"\ud83d" "\ude00x" "\ud83dxA"`},
		{`"\ufffd"`, `"\ufffd"`}, // which stands for what is broken elsewhere
		{`"cut \u00`, `"cut \u00`},
		{`"cut \`, `"cut \`},
		{`"cut \ud83d\u`, `"cut \ud83d\u`},
	} {
		if got := Readable(json.RawMessage(tt.text)); got != tt.want {
			t.Errorf("%s\n got %s\nwant %s", tt.text, got, tt.want)
		}
	}
}

// Whatever is valid stays the same JSON, and stays as it is.
func FuzzReadable(f *testing.F) {
	f.Add(`{"\u00fc\ud83d\ude00\n":["\/\\\u200d\u0000", 1.0, null ]}`)
	f.Add(`"\\u00fc \ud83d"`)
	f.Fuzz(func(t *testing.T, text string) {
		got := Readable(json.RawMessage(text))
		if Visible(got) != got {
			t.Errorf("%q: %q is not visible", text, got)
		}
		var before, after any
		if !utf8.ValidString(text) || json.Unmarshal([]byte(text), &before) != nil {
			return
		}
		if err := json.Unmarshal([]byte(got), &after); err != nil || !reflect.DeepEqual(before, after) {
			t.Errorf("%s is %s: %v", text, got, err)
		}
	})
}
