package arguments

import (
	"bytes"
	"errors"
	"os"
	"path/filepath"
	"testing"

	"rpcsh/shell/lang"
	"rpcsh/shell/view"
)

func TestBytes(t *testing.T) {
	file := filepath.Join(t.TempDir(), "raw")
	if err := os.WriteFile(file, []byte("\x00\\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	for text, want := range map[string]string{
		`{"a":1`:                        `{"a":1`,
		`'{"a":'`:                       `{"a":`,
		`"{\"a\":"`:                     `{"a":`,
		`"a" "b"`:                       `"a" "b"`,
		`{"a":"\n\u0041\\"}`:            `{"a":"\n\u0041\\"}`,
		`'["\n"]'`:                      `["\n"]`,
		`\x1e{"a":"\n"}\n[1]\n`:         "\x1e{\"a\":\"\\n\"}\n[1]\n",
		`{"a":"\n","b":["\n"]`:          "{\"a\":\"\n\",\"b\":[\"\n\"]",
		`Content-Length: 8\r\n{"\t":1}`: "Content-Length: 8\r\n{\"\\t\":1}",
		`'a' x`:                         `'a' x`,
		`"a`:                            `"a`,
		`""`:                            ``,
		`''`:                            ``,
		`a\n\r\t\b\f\e\0\\\/\'`:         "a\n\r\t\b\f\x1b\x00\\/'",
		`\x1e\xFF\u00e9\ud83d\ude00é`:   "\x1e\xff\u00e9\U0001F600é",
		`hex:1e 7b7D`:                   "\x1e{}",
		`hex:`:                          "",
		`\x68ex:1`:                      "hex:1",
		`"hex:1"`:                       "hex:1",
		`'@x'`:                          "@x",
		"@" + file:                      "\x00\\n",
		`@'` + file + `'`:               "\x00\\n",
		`@"` + file + `"`:               "\x00\\n",
	} {
		got, err := Bytes(lang.Text{Text: text}, os.ReadFile)
		if err != nil || string(got) != want {
			t.Errorf("%s: got %q, %v; want %q", text, got, err, want)
		}
	}
}

func TestBytesMistakes(t *testing.T) {
	for text, column := range map[string]int{
		``: 0, `ab\q`: 2, `ab\`: 2, `"ab\x1"`: 3, `\xg0`: 0, `\u12`: 0, `\ud83d`: 0, `\ud83d\u0041`: 0, `\u123`: 0,
		`hex:1e 7`: 7, `hex:1e7`: 6, `hex:1e 7x`: 7, `hex:é`: 4, `@`: 0, `@/no/such/file`: 0, `@""`: 0,
	} {
		_, err := Bytes(lang.Text{Text: text, Column: 10}, os.ReadFile)
		var mistake *lang.Error
		if !errors.As(err, &mistake) || mistake.Column != 10+column {
			t.Errorf("%s: got %v (%#v), want a mistake at %d", text, err, err, column)
		}
	}
}

// What view.RawText returns is read as what it was made of, whatever that is.
func FuzzBytes(f *testing.F) {
	for _, seed := range []string{
		"", `{"a":"b\n"}`, "\x1e{\"a\":\"\\n\"}\n", "{\"a\":\"\n\"}", `[{"a":"\n"`,
		"{\"\u202e\":[{}]}", `\{}`, "hex:00", "@file", "\xff\x00", "\x1e{}\n",
		"\u202e\u200d\U000e0001", `'a'`, `"a"`, `"`,
	} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		text := view.RawText(b)
		if view.Visible(text) != text {
			t.Errorf("%q becomes %q, of which a part is hidden", b, text)
		}
		if text == "" {
			return
		}
		got, err := Bytes(lang.Text{Text: text}, os.ReadFile)
		if err != nil || !bytes.Equal(got, b) {
			t.Errorf("%q becomes %s, which is read as %q, %v", b, text, got, err)
		}
	})
}
