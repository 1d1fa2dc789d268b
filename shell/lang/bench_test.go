package lang

import (
	"strings"
	"testing"
)

func BenchmarkParse(b *testing.B) {
	fill := func(head, part, tail string) string { return head + strings.Repeat(part, (1<<20)/len(part)) + tail }
	for _, bb := range []struct{ name, line string }{
		{"typical", `x = my_add 40 $x | .[0]`},
		{"named", `register name="two words" tags:=["a","b"] n=3`},
		{"1MiB/array", fill("f [", `{"key":"some text","n":12345},`, "0]")},
		{"1MiB/string", fill(`f "`, "some text ", `"`)},
		{"1MiB/words", fill("f ", "word ", "")},
		{"1MiB/strings", fill("f ", `"a" `, "")},
		{"1MiB/dashes", fill("f ", "a-", "")},
		{"1MiB/ampersands", fill("f ", "&", strings.Repeat(" ", 1<<20)+"x")},
		{"1MiB/variables", fill("f [", "$x,", "$x]")},
	} {
		b.Run(bb.name, func(b *testing.B) {
			b.ReportAllocs()
			b.SetBytes(int64(len(bb.line)))
			for b.Loop() {
				if _, err := Parse(bb.line, testEnv); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

func BenchmarkOpen(b *testing.B) {
	line := "f [" + strings.Repeat(`{"key":"some text","n":12345},`, (1<<20)/30)
	b.ReportAllocs()
	b.SetBytes(int64(len(line)))
	for b.Loop() {
		if !Open(line) {
			b.Fatal("not open")
		}
	}
}
