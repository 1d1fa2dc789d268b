package term

import (
	"bytes"
	"slices"
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"
)

func named(names ...string) (keys []key) {
	for _, n := range names {
		keys = append(keys, key{name: n})
	}
	return keys
}

func TestDecode(t *testing.T) {
	text := func(s string) key { return key{name: keyText, text: s} }
	pasted := func(s string) key { return key{name: keyPaste, text: s} }
	for _, c := range []struct {
		reads []string
		want  []key
	}{
		{[]string{"abc"}, []key{text("abc")}},
		{[]string{"\r"}, named(keyEnter)},
		{[]string{"\n"}, named(keyEnter)},
		{[]string{"a\rb\r"}, []key{text("a"), {name: keyBreak}, text("b"), {name: keyEnter}, {name: keyPasted}}},
		{[]string{"a\r\nb"}, []key{text("a"), {name: keyBreak}, text("b"), {name: keyPasted}}},
		{[]string{"a\r\n"}, []key{text("a"), {name: keyEnter}}},
		{[]string{"a\r", "\nb"}, []key{text("a"), {name: keyEnter}, text("b")}},
		{
			[]string{"a\r\t\tb\tc"},
			[]key{text("a"), {name: keyBreak}, text("\t\tb"), {name: "tab"}, text("c"), {name: keyPasted}},
		},
		{[]string{"\x01\x08\x7f\x1c\x1f"}, named("ctrl-a", "backspace", "backspace", `ctrl-\`, "ctrl-_")},
		{[]string{"\xe6\x97", "\xa5"}, []key{text("日")}},
		{[]string{"a\xffb"}, []key{text("a\ufffdb")}},
		{[]string{"a\u0085b"}, []key{text("ab")}},
		{[]string{"\x1b[A\x1bOA\x1b[1;5A\x1b[5A\x1bOa"}, named("up", "up", "ctrl-up", "ctrl-up", "ctrl-up")},
		{[]string{"\x1b[H\x1b[1~\x1b[7~\x1bOH"}, named("home", "home", "home", "home")},
		{[]string{"\x1b[3~\x1b[3;5~\x1b[3;2~"}, named("delete", "ctrl-delete", "delete")},
		{[]string{"\x1b[1;3D\x1b\x1b[D\x1b[Z\x1bOM"}, named("alt-left", "alt-left", "backtab", keyEnter)},
		{[]string{"\x1bb\x1b\x7f\x1bé"}, named("alt-b", "alt-backspace", "alt-é")},
		{[]string{"\x1b\r", "\x1b\n"}, named("alt-enter", "alt-enter")},
		{[]string{"\x1b", "\r\x1b\r"}, named(keyEscEnter, "alt-enter")},
		{[]string{"\x1b\x1b", "\r"}, named("esc", keyEscEnter)},
		{[]string{"\x1b", "b\x1b\r"}, named("alt-b", "alt-enter")},
		{[]string{"\x1b", "[", "1;", "5C"}, named("ctrl-right")},
		{[]string{"\x1bOZ\x1bO3~\x1bOP\x1bO1Rx"}, []key{text("x")}}, // Shift-Tab and Delete never come so
		{[]string{"\x1b[99~\x1b[[A\x1b[?1;2c\x1bP1$r0m\x1b\\x"}, []key{text("x")}},
		{
			[]string{"\x1b]11;rgb:0/0/0\x1b\\x\x1b]4;1\a\x1b]2;\x01\a"},
			[]key{{keyReport, "11;rgb:0/0/0"}, text("x"), {keyReport, "4;1"}},
		},
		{[]string{"\x1b[1\x03"}, named("ctrl-c")}, // a sequence that is broken off
		{
			[]string{"\x1b[200~a\tb\x03\x1b[31m\r\nc\x1b[201~d"},
			[]key{pasted("a\tb[31m"), {name: keyBreak}, pasted("c"), {name: keyPasted}, text("d")},
		},
		{[]string{"\x1b[200~a\x1b[2", "01~b"}, []key{pasted("a"), {name: keyPasted}, text("b")}},
		{[]string{"\x1b[200~a", "\x03", "b"}, []key{pasted("a"), {name: "ctrl-c"}, text("b")}},
	} {
		var d decoder
		var got []key
		for _, r := range c.reads {
			for _, k := range d.feed([]byte(r)) {
				got = appendKey(got, k)
			}
		}
		if !slices.Equal(got, c.want) {
			t.Errorf("%q is %q, want %q", c.reads, got, c.want)
		}
		if d.pending() {
			t.Errorf("after %q, %q is held back", c.reads, d.held)
		}
	}
}

func TestDecodeTimeout(t *testing.T) {
	for _, c := range []struct {
		read string
		want []key
	}{
		{"\x1b", named("esc")},
		{"\x1b\x1b", named("esc")},
		{"\x1b[", nil},
		{"\x1b[1;", nil},
		{"\x1b]0;title", nil},
		{"\xe6\x97", []key{{name: keyText, text: "\ufffd"}}},
		{"", nil},
	} {
		var d decoder
		if got := d.feed([]byte(c.read)); len(got) != 0 {
			t.Errorf("%q is %q at once", c.read, got)
		}
		if got := d.timeout(); !slices.Equal(got, c.want) {
			t.Errorf("%q is %q in the end, want %q", c.read, got, c.want)
		}
		if got := d.feed([]byte("x")); !slices.Equal(got, []key{{name: keyText, text: "x"}}) {
			t.Errorf("after %q, x is %q", c.read, got)
		}
	}
}

// What might be the beginning of a key is held back, but no more of it than a terminal sends.
func TestDecodeHoldsLittle(t *testing.T) {
	for _, c := range []struct {
		opening string
		most    int
	}{
		{"\x1b[", 64}, {"\x1bO", 64}, {"\x1b]", 4096}, {"\x1bP", 4096}, {"\x1b_", 4096},
	} {
		var d decoder
		d.feed([]byte(c.opening))
		for range 2 * c.most {
			d.feed([]byte("1"))
			if len(d.held) > c.most {
				t.Fatalf("of %q and what follows, %d bytes are held back, want at most %d",
					c.opening, len(d.held), c.most)
			}
		}
		if len(d.held) > 0 {
			t.Errorf("of %q and what follows, %d bytes are held back in the end", c.opening, len(d.held))
		}
	}
}

func FuzzDecode(f *testing.F) {
	for _, s := range []string{
		"abc\r", "\x1b[A\x1bOB\x1b\x1b[C", "日本\xff", "\x1b[200~a\rb\x1b[201~", "\x1b]0;x\a\x1bP\x1b\\",
		"\x1b[1;5\x1b[[A",
	} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		var whole decoder
		keys := whole.feed(data)
		for _, k := range keys {
			if k.name == "" || !utf8.ValidString(k.text) ||
				strings.IndexFunc(strings.ReplaceAll(k.text, "\t", ""), unicode.IsControl) >= 0 {
				t.Fatalf("%q has the key %q", data, k)
			}
		}
		if len(whole.held) > maxControl {
			t.Fatalf("%d bytes are held back", len(whole.held))
		}
		// What line breaks, tabs and a lone Ctrl-C are depends on what comes with them; all else does not.
		if len(data) > maxControl || bytes.ContainsAny(data, "\r\n\t\x03") {
			return
		}
		var parts decoder
		var got []key
		for _, c := range data {
			for _, k := range parts.feed([]byte{c}) {
				got = appendKey(got, k)
			}
		}
		if !slices.Equal(got, keys) || !bytes.Equal(parts.held, whole.held) {
			t.Fatalf("%q is %q at once and %q byte by byte", data, keys, got)
		}
	})
}
