package lang

import (
	"encoding/json"
	"errors"
	"strings"
	"testing"
	"unicode/utf8"
)

var seeds = []string{
	"", "x = @1 !my_add 40 b:=2 c=@text.txt | .a & # c", `f {"a":[$x,"}"],"b":$obj["two words"]}`,
	".batch a 1 ; !b 'x ; y' ; c &", `"m" "a\u0062" 'c`, ".print $list[1].a[-1]",
	`.serve m "\("a" # b)"`, "f $x[0].a", "f\xff", `f a:="`, "f 1 & b", "f [[$deep]]", "$x = 3", "f ==", "@", "!", ".",
	"f | .a &# x", "f ü\u00a0[1", `f $obj["`, `f [$list["]"]`, "a\n{\r}\t", `f "${obj.a}\${" $(g {"a":$(h)} | .b)`,
}

// check checks what must hold of any line.
func check(t *testing.T, line string) {
	s, err := Parse(line, testEnv)
	if err != nil {
		var e *Error
		if !errors.As(err, &e) {
			t.Fatalf("%q: %T is no *Error", line, err)
		}
		row, column := e.Place(line)
		if e.Column < 0 || e.Column > len(line) || e.Reason == "" || row+column > e.Column {
			t.Fatalf("%q: %#v", line, e)
		}
		if utf8.ValidString(line) && !utf8.ValidString(line[:e.Column]) {
			t.Fatalf("%q: column %d is inside a character", line, e.Column)
		}
		if e.Open && !Open(line) {
			t.Fatalf("%q: the mistake is that it is open (%v), Open says that it is not", line, e)
		}
		return
	}
	for _, c := range s.Calls {
		if c.Method == "" || c.Column < 0 || c.Column > len(line) {
			t.Fatalf("%q: %+v", line, c)
		}
		if c.Params != nil && (!json.Valid(c.Params) || !isContainer(c.Params)) {
			t.Fatalf("%q: the params %s", line, c.Params)
		}
	}
	for _, text := range []*Text{s.Filter, commandArgs(s)} {
		if text != nil && !strings.HasPrefix(line[text.Column:], text.Text) {
			t.Fatalf("%q: %q is not at %d", line, text.Text, text.Column)
		}
	}
	if s.Print != nil && !json.Valid(s.Print) {
		t.Fatalf("%q: the value %s", line, s.Print)
	}
	if s.PeerColumn > 0 && line[s.PeerColumn] != '@' {
		t.Fatalf("%q: no peer at %d", line, s.PeerColumn)
	}
	code := s.Filter != nil || s.Command != nil || s.Outlet != nil && s.Outlet.Command
	if _, open := insideOf(line); !code && open {
		t.Fatalf("%q is whole, Open says that it is not", line)
	}
}

func commandArgs(s *Statement) *Text {
	if s.Command == nil {
		return nil
	}
	return &s.Command.Args
}

func FuzzParse(f *testing.F) {
	for _, s := range seeds {
		f.Add(s)
	}
	f.Fuzz(check)
}

// FuzzOpen builds lines of what Open looks at, for what FuzzParse hardly finds.
func FuzzOpen(f *testing.F) {
	parts := []string{
		" ", "f", `"`, "'", "[", "]", "{", "}", ":", ",", "$obj", `["`, `"]`, ".a", "[0]", "=", ":=", "@", "$(", "${",
		"|", "&", ";", "#", "!", ".print", ".batch", ".serve", `\`, `\(`, ")", "1", "x", `{"a":`, "ü",
	}
	f.Add([]byte{1, 0, 4, 10, 11, 12})
	f.Add([]byte{1, 0, 31, 2, 7, 2, 7, 0, 19})
	f.Fuzz(func(t *testing.T, choice []byte) {
		var line strings.Builder
		for _, c := range choice {
			line.WriteString(parts[int(c)%len(parts)])
		}
		check(t, line.String())
	})
}

func FuzzParseArgs(f *testing.F) {
	for _, s := range seeds {
		f.Add("f", s, "a="+s)
	}
	f.Fuzz(func(t *testing.T, method, first, second string) {
		c, err := ParseArgs(method, []string{first, second}, testEnv)
		var e *Error
		switch line := strings.Join([]string{method, first, second}, " "); {
		case err == nil && !json.Valid(c.Params):
			t.Fatalf("%q: the params %s", line, c.Params)
		case err != nil && (!errors.As(err, &e) || e.Column < 0 || e.Column > len(line)):
			t.Fatalf("%q: %#v", line, err)
		}
	})
}

// naiveLines is Lines row by row, as a file is read.
func naiveLines(text string) (lines []string, open bool) {
	for row := range strings.SplitSeq(text, "\n") {
		if open {
			lines[len(lines)-1] += "\n" + row
		} else {
			lines = append(lines, row)
		}
		open = Open(lines[len(lines)-1])
	}
	return lines, open
}

// FuzzLines compares Lines with what reads row by row.
func FuzzLines(f *testing.F) {
	for _, s := range seeds {
		f.Add(s + "\n" + s)
	}
	for _, s := range []string{
		"f {\n\"a\":1}\ng", "f \\\n1\ng",
		"f 'a\nb' \\\n{\n\n}\n\nx", ".repeat 2 f [\n1]\n\ng | (.a\n)", "f $(g [\n1\n])\n#{\nh",
		"f \"\n", "f {\n", ".send {\n}", "f | .a[\n0] {\n}",
	} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, text string) {
		want, wantOpen := naiveLines(text)
		got, open := Lines(text)
		if open != wantOpen || len(got) != len(want) {
			t.Fatalf("%q: %+v %v, want %q %v", text, got, open, want, wantOpen)
		}
		for i, line := range got {
			if line.Text != want[i] || !strings.HasPrefix(text[line.Column:], line.Text) {
				t.Fatalf("%q: line %d is %+v, want %q", text, i, line, want[i])
			}
		}
	})
}
