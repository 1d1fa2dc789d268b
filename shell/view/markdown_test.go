package view

import (
	"strings"
	"testing"
)

func TestMarkdown(t *testing.T) {
	tests := []struct{ name, text, want string }{
		{"empty", "", ""},
		{
			"a paragraph is joined and broken", "one two\nthree four five six seven",
			"one two three four\nfive six seven",
		},
		{"paragraphs", "\n\none\n\ntwo\n", "one\n\ntwo"},
		{"heading", "## The *end* ##\ntext", "<b>The end</b>\ntext"},
		{"no heading", "#hash\n#", "#hash #"},
		{
			"list", "- one two three four five\n  six\n* b\n10. c\n  + d",
			"• one two three four\n  five six\n• b\n10. c\n  • d",
		},
		{"code block", "see:\n```go\nf(a,  b)\n\n  x\n```\nend", "see:\n    f(a,  b)\n    \n      x\nend"},
		{"a code block that never ends", "```\n*a*", "    *a*"},
		{"indented code", "a\n\n    b  c\n", "a\n\n    b  c"},
		{"quote", "> one two three four five", "│ one two three four\n│ five"},
		{"rule", "a\n\n---", "a\n\n<d>────────────────────</d>"},
		{"table", "|a|b|\n|-|-|", "|a|b|\n|-|-|"},
		{"emphasis", "a *b c* __d__ _e_ **f**.", "a <b>b</b> <b>c</b> <b>d</b> <b>e</b>\n<b>f</b>."},
		{"no emphasis", "snake_case_name 2 * 3 * 4 *args **kw _", "snake_case_name 2 *\n3 * 4 *args **kw _"},
		{"code", "use `a *b*` or ``x ` y``", "use <n>a</n> <n>*b*</n> or <n>x</n>\n<n>`</n> <n>y</n>"},
		{"links", "[the spec](https://x.y/z) [here](#a) <https://q.r> ![i](https://p)",
			"the spec\n(https://x.y/z) here\nhttps://q.r i\n(https://p)"},
		{"no link", "[a] [b](c", "[a] [b](c"},
		{"escapes", `\*a\* &lt;b&gt; &amp;c &nope; AT&T`, "*a* <b> &c &nope; AT&T"},
		{"line break", "a  \nb\\\nc", "a\nb\nc"},
		{"docstring", "Adds.\n\n:param a: one\n:param b: two\n@return it",
			"Adds.\n\n:param a: one\n:param b: two\n@return it"},
		{"control characters", "a\x1b[31m\u202eb &#27;[2J\r\nc\td", `a\u001b[31m\u202eb` + "\n" + `\u001b[2J c d`},
		{"wide", "日本語 日本語 日本語 日本語", "日本語 日本語 日本語\n日本語"},
		{"a long word", strings.Repeat("x", 30) + " y", strings.Repeat("x", 30) + "\ny"},
	}
	colors := NewPalette(false)
	colors.Bold = func(text string) string { return "<b>" + text + "</b>" }
	colors.Dim = func(text string) string { return "<d>" + text + "</d>" }
	colors.Number = func(text string) string { return "<n>" + text + "</n>" }
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			width := 20
			if strings.Contains(test.want, "<") {
				width = 39 // the marks count as columns here
			}
			if got := Markdown(test.text, width, colors); got != test.want {
				t.Errorf("got\n%s\nwant\n%s", got, test.want)
			}
		})
	}
}

func TestMarkdownIsBounded(t *testing.T) {
	got := Markdown(strings.Repeat("*a `[b_", maxMarkdown), 80, NewPalette(false))
	if len(got) > 2*maxMarkdown || !strings.HasSuffix(got, "… (224.0 KiB in all)") {
		t.Errorf("%d bytes, the end is %q", len(got), got[max(0, len(got)-40):])
	}
}

func FuzzMarkdown(f *testing.F) {
	f.Add("# a\n- *b* `c`\n```\nd\n```\n[e](f) &lt; \\*")
	f.Add("> \x1b[0m \u202e &#x1b;")
	f.Fuzz(func(t *testing.T, text string) {
		got := Markdown(text, 40, NewPalette(false))
		if got != VisibleLines(got) {
			t.Fatalf("%q gives %q", text, got)
		}
	})
}
