package lang

import (
	"strings"
	"testing"
)

// marked returns a line with its tokens in angle brackets, behind what they are.
func marked(line string) string {
	var b strings.Builder
	at := 0
	for _, t := range Tokens(line) {
		b.WriteString(line[at:t.From] + string("KSNW"[t.Kind]) + "<" + line[t.From:t.To] + ">")
		at = t.To
	}
	return b.String() + line[at:]
}

func TestTokens(t *testing.T) {
	for line, want := range map[string]string{
		"":                                   "",
		"my_add 40 -2.5":                     "my_add N<40> N<-2.5>",
		"x = my_add a=40 b=text c:=null":     "x = my_add a=N<40> b=text c:=W<null>",
		"@2 7 7":                             "@2 7 N<7>",
		`echo {"a":[1,"b",true], "c" : "d"}`: `echo {K<"a">:[N<1>,S<"b">,W<true>], K<"c"> : S<"d">}`,
		`echo {"a":"half`:                    `echo {K<"a">:S<"half` + ">",
		`echo {"a\":"`:                       `echo {S<"a\":">`,
		"echo 'two words' don't 12":          "echo S<'two words'> don't N<12>",
		"echo 1 | .a[0]":                     "echo N<1> | .a[0]",
		"echo 1 > 2":                         "echo N<1> > 2",
		"echo 1 &":                           "echo N<1> &",
		".batch 1 2 ; 3 4":                   ".batch N<1> N<2> ; 3 N<4>",
		".reply 1 {\"a\":1}":                 `.reply N<1> {K<"a">:N<1>}`,
		"echo 12x truex 007 $x.1 --1":        "echo 12x truex 007 $x.1 --1",
		"echo $(my_add 1 2) 3":               "echo $(my_add N<1> N<2>) N<3>",
		"echo {\n  \"a\": 1\n}":              "echo {\n  K<\"a\">: N<1>\n}",
		"echo ]]] 1":                         "echo ]]] N<1>",
	} {
		if got := marked(line); got != want {
			t.Errorf("%q is %s, want %s", line, got, want)
		}
	}
}

// FuzzTokens: tokens lie in a line one behind the other, whatever it is.
func FuzzTokens(f *testing.F) {
	f.Add(`x = @1 m {"a":[1,'b']} | .`)
	f.Fuzz(func(t *testing.T, line string) {
		at := 0
		for _, tok := range Tokens(line) {
			if tok.From < at || tok.To <= tok.From || tok.To > len(line) {
				t.Fatalf("%+v after byte %d of %q", tok, at, line)
			}
			at = tok.To
		}
	})
}
