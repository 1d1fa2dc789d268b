package lang

import (
	"errors"
	"strings"
	"testing"
)

func TestParseArgs(t *testing.T) {
	for _, tt := range []struct{ words, want string }{ // the words, separated by ⏎
		{"ping", "call ping:0"},
		{"!ping⏎1", "notify ping:1 [1]"},
		{"ping⏎", `call ping:0 [""]`},
		{"two words⏎a b⏎1", `call two words:0 ["a b",1]`},
		{"f⏎-1⏎--x⏎-", `call f:0 [-1,"--x","-"]`},

		// nothing but values has a meaning
		{
			"f⏎$x⏎$⏎|⏎.a⏎&⏎;⏎#⏎# c⏎>⏎> f⏎&&⏎=⏎:=⏎=1⏎@⏎<",
			`call f:0 ["$x","$","|",".a","&",";","#","# c",">","> f","&&","=",":=","=1","@","<"]`,
		},
		{"f⏎a b|c;d&e #f", `call f:0 ["a b|c;d&e #f"]`},
		{"f⏎a=$x⏎b=x | y⏎c=&", `call f:0 {"a":"$x","b":"x | y","c":"&"}`},
		{"f⏎a=@two words⏎b:=@data.json", `call f:0 {"a":"both","b":{"a": 1}}`},
		{"f⏎a=@'two words'", `call f:0 {"a":"both"}`},

		{"f⏎@data.json", `call f:0 {"a": 1}`},
		{"f⏎1⏎@two words.json", `call f:0 [1,[2]]`},
		{"f⏎a.b=1⏎a.c[]=two words", `call f:0 {"a":{"b":1,"c":["two words"]}}`},

		// quotes that the system's shell left
		{`f⏎"a b"⏎'a b'⏎"3"`, `call f:0 ["a b","a b","3"]`},
		{"f⏎'⏎'tis⏎'a'b⏎'a'b'⏎it's", `call f:0 ["'","'tis","'a'b","'a'b'","it's"]`},

		// white space makes text of a number, and nothing of what is around an object or array
		{"f⏎5 ⏎ 5⏎ true", `call f:0 ["5 "," 5"," true"]`},
		{"f⏎\n {\"a\":1}\n", `call f:0 {"a":1}`},
		{"f⏎ [1] ⏎{ }", `call f:0 [[1],{ }]`},
		{"f⏎3.0⏎1e400⏎9007199254740993", "call f:0 [3.0,1e400,9007199254740993]"},
		{"subtract⏎[42, 23]", "call subtract:0 [42, 23]"},
		{"subtract⏎[[42,23]]", "call subtract:0 [[42,23]]"},
	} {
		words := strings.Split(tt.words, "⏎")
		c, err := ParseArgs(words[0], words[1:], testEnv)
		if err != nil {
			t.Errorf("%q: %#v", words, err)
		} else if got := describe(&Statement{Calls: []Call{*c}}); got != tt.want {
			t.Errorf("%q\n got %s\nwant %s", words, got, tt.want)
		}
	}
}

func TestParseArgsMistakes(t *testing.T) {
	for _, tt := range []struct {
		words  string
		column int // in the words joined by blanks
		reason string
	}{
		{"", 0, "a method is missing"},
		{"!", 1, "a method is missing"},
		{"f⏎1⏎a=2", 4, "positional and named arguments do not mix"},
		{"!f⏎1⏎a=2", 5, "positional and named arguments do not mix"},
		{"f⏎a=2⏎a=3", 6, "a is given twice"},
		{"f⏎x⏎{a:1}", 5, "unexpected character 'a'"},
		{"f⏎x⏎ {a:1}", 6, "unexpected character 'a'"},
		{"f⏎[$x]", 3, "unexpected character '$'"},
		{"f⏎[1", 2, "[ is never closed"},
		{"f⏎[1] 2", 5, "nothing may follow this value"},
		{`f⏎"a"b`, 5, "nothing may follow this value"},
		{`f⏎"a`, 2, "this quote is never closed"},
		{"f⏎a:=$x", 5, "this is not JSON"},
		{"f⏎a:='x", 5, "this is not JSON"},
		{"f⏎a:=", 5, "JSON is missing"},
		{"f⏎a:=1 ", 5, "this is not JSON"},
		{"f⏎a.b=1⏎a.b=2", 8, "a.b is given twice"},
		{"f⏎a.b=1⏎a.c=@nosuch", 12, "open nosuch: file does not exist"},
		{"f⏎@nosuch", 2, "open nosuch: file does not exist"},
		{"f⏎aGk==", 6, "quote what begins with ="},
		{"f⏎a=@", 4, "a file is missing"},
		{"f⏎a⏎b\xff", 5, "byte 0xff is not UTF-8"},
		{"f\xff", 1, "byte 0xff is not UTF-8"},
	} {
		words := strings.Split(tt.words, "⏎")
		_, err := ParseArgs(words[0], words[1:], testEnv)
		var e *Error
		if !errors.As(err, &e) || e.Column != tt.column || !strings.HasPrefix(e.Reason, tt.reason) {
			t.Errorf("%q\n got %#v\nwant %d: %s", words, err, tt.column, tt.reason)
		}
	}
}
