package lang

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"strings"
	"testing"
)

// testEnv has the variables and files that the tests of this package use.
var testEnv = func() Env {
	variables := map[string]json.RawMessage{
		"x": []byte(`42`), "_": []byte(`"last"`), "list": []byte(`[1, {"a":[10,20]}, "three"]`),
		"text": []byte(`"some text"`), "empty": []byte(`[]`),
		"obj":  []byte(`{"a":{"b":3.0},"two words":1,"a\u0062":7,"n":null,"d":1,"d":2}`),
		"deep": []byte(strings.Repeat("[", 999) + strings.Repeat("]", 999)),
	}
	files := map[string]string{
		"text.txt": "line 1\nline \"2\"\n", "data.json": " {\"a\": 1}\n", "bad.json": `{"a":`, "latin1": "gr\xfc\xdfe",
		"two words": "both", "none": "",
	}
	return Env{
		Variable: func(name string) (json.RawMessage, bool) {
			v, ok := variables[name]
			return v, ok
		},
		ReadFile: func(path string) ([]byte, error) {
			data, ok := files[path]
			if !ok {
				return nil, &fs.PathError{Op: "open", Path: path, Err: fs.ErrNotExist}
			}
			return []byte(data), nil
		},
	}
}()

// describe writes a statement on one line.
func describe(s *Statement) string {
	var b strings.Builder
	add := func(when bool, format string, args ...any) {
		if when {
			fmt.Fprintf(&b, format+" ", args...)
		}
	}
	add(s.Assign != "", "$%s =", s.Assign)
	add(s.Peer != "", "@%s:%d", s.Peer, s.PeerColumn)
	if c := s.Command; c != nil {
		add(true, "command %s:%d %q:%d", c.Name, c.Column, c.Args.Text, c.Args.Column)
	}
	add(s.Batch, "batch")
	for _, c := range s.Calls {
		kind := "call"
		if c.Notify {
			kind = "notify"
		}
		add(true, "%s %s:%d", kind, c.Method, c.Column)
		add(c.Params != nil, "%s", c.Params)
	}
	add(s.Print != nil, "print %s", s.Print)
	if f := s.Filter; f != nil {
		add(true, "filter %q:%d", f.Text, f.Column)
	}
	add(s.Background, "background")
	return strings.TrimSpace(b.String())
}

func TestParse(t *testing.T) {
	for _, tt := range []struct{ line, want string }{
		// nothing
		{"", ""}, {"  \t\r\n", ""}, {"# my_add 1", ""}, {"  #", ""},

		// calls
		{"ping", "call ping:0"},
		{"  ping  ", "call ping:2"},
		{"!ping", "notify ping:0"},
		{"ping # comment | & ;", "call ping:0"},
		{"ping #", "call ping:0"},
		{"my_add 40 2", "call my_add:0 [40,2]"},
		{"my_add\t40\n2\r\n", "call my_add:0 [40,2]"},
		{"textDocument/didOpen", "call textDocument/didOpen:0"},
		{"$/progress 1", "call $/progress:0 [1]"},
		{"a.b-c:d 1", "call a.b-c:d:0 [1]"},
		{"größe 1", "call größe:0 [1]"},
		{`"two words" 1`, "call two words:0 [1]"},
		{`'.odd' 1`, "call .odd:0 [1]"},
		{`!"a\"b"`, `notify a"b:0`},
		{`'!a'`, "call !a:0"},
		{`'$x'`, "call $x:0"},

		// peers
		{"@1 ping", "@1:0 call ping:3"},
		{" @all !ping 1", "@all:1 notify ping:6 [1]"},
		{"x = @2 ping", "$x = @2:4 call ping:7"},
		{".call @2 ping", "@2:6 call ping:9"},
		{"ping @2", `call ping:0 ["@2"]`},

		// assignment
		{"x = my_add 1 2", "$x = call my_add:4 [1,2]"},
		{"x=my_add 1 2", "$x = call my_add:2 [1,2]"},
		{"_y1 =ping", "$_y1 = call ping:5"},
		{"x = .call .odd", "$x = call .odd:10"},
		{"x = .print 3", "$x = print 3"},
		{"x = !ping", "$x = notify ping:4"}, // the shell says that it has no result

		// values that are JSON stay as they were typed
		{"f 3.0 1e400 9007199254740993 -0 0.10 1E+2", "call f:0 [3.0,1e400,9007199254740993,-0,0.10,1E+2]"},
		{"f true false null", "call f:0 [true,false,null]"},
		{`f "a\u0062\/" ""`, `call f:0 ["a\u0062\/",""]`},
		// what only looks like it is text
		{
			"f 01 +1 .5 1. 0x10 NaN Infinity -Infinity True nul nulll - -- --x 1,2 1e 1_000",
			`call f:0 ["01","+1",".5","1.","0x10","NaN","Infinity","-Infinity","True","nul","nulll",` +
				`"-","--","--x","1,2","1e","1_000"]`,
		},
		{`f it's 5" a"b \n c:\dir`, `call f:0 ["it's","5\"","a\"b","\\n","c:\\dir"]`},
		{`f 'it"s' '' '\n' '$x | & # ;'`, `call f:0 ["it\"s","","\\n","$x | & # ;"]`},
		{"f 'a\tb'", `call f:0 ["a\tb"]`},
		{"my.method?", `command describe:0 "my.method":0`},
		{"  m? # c", `command describe:2 "m":2`},
		{"m? 1", `call m?:0 [1]`},
		{"x = m?", `$x = call m?:4`},
		{"?", `call ?:0`},
		{`"m?"`, `call m?:0`},
		{".call m?", `call m?:6`},
		{"!m?", `notify m?:0`},
		{"f a#b a;b a&b a>b 1>2 -> a&& ?q=1&r=2", `call f:0 ["a#b","a;b","a&b","a>b","1>2","->","a&&","?q=1&r=2"]`},
		{"f http://h:1/p user@host a:b c:\\d", `call f:0 ["http://h:1/p","user@host","a:b","c:\\d"]`},
		{"f 🙂 ü", `call f:0 ["🙂","ü"]`},
		{"f ! !x @ .", `call f:0 ["!","!x","@","."]`},

		// one object or array is the params, byte for byte
		{"subtract [42,23]", "call subtract:0 [42,23]"},
		{"subtract [ 42 , 23 ]", "call subtract:0 [ 42 , 23 ]"},
		{"subtract [[42,23]]", "call subtract:0 [[42,23]]"},
		{"f []", "call f:0 []"}, {"f {}", "call f:0 {}"}, {"f [] []", "call f:0 [[],[]]"},
		{`f {"b":1.0, "a":"x } ] \" #", "b":2}`, `call f:0 {"b":1.0, "a":"x } ] \" #", "b":2}`},
		{"f [1,\n2]", "call f:0 [1,\n2]"},
		{`f {"a":"$x"} 1`, `call f:0 [{"a":"$x"},1]`},

		// named arguments
		{"f a=1 b=two c='3' d=\"4\"", `call f:0 {"a":1,"b":"two","c":"3","d":"4"}`},
		{"f b= c=", `call f:0 {"b":"","c":""}`},
		{"f b= | .", `call f:0 {"b":""} filter ".":7`},
		{"f a={} b=[1]", `call f:0 {"a":{},"b":[1]}`},
		{"f a:=1 b:=\"x\" c:=[] d:='t' e:=null", `call f:0 {"a":1,"b":"x","c":[],"d":"t","e":null}`},
		{"f a-b=1 _=2 größe=3 a$b=4", `call f:0 {"a-b":1,"_":2,"größe":3,"a$b":4}`},
		{"f a=>b a2=#c", `call f:0 {"a":">b","a2":"#c"}`},
		{"f a=b=c a1=b:=c", `call f:0 {"a":"b=c","a1":"b:=c"}`},
		{"f 1=2 -a=1", `call f:0 ["1=2","-a=1"]`},
		{"f a=@text.txt b:=@data.json", `call f:0 {"a":"line 1\nline \"2\"\n","b":{"a": 1}}`},
		{"f a=@'two words' b=@\"none\"", `call f:0 {"a":"both","b":""}`},
		{"f a=\"@text.txt\"", `call f:0 {"a":"@text.txt"}`},

		// variables
		{"f $x $_", `call f:0 [42,"last"]`},
		{"f $list", `call f:0 [1, {"a":[10,20]}, "three"]`},
		{"f $list[1].a[-1] $list[-1]", `call f:0 [20,"three"]`},
		{`f $obj.a.b $obj["two words"] $obj.ab $obj.n $obj.d`, `call f:0 [3.0,1,7,null,2]`},
		{"f a=$x b:=$text", `call f:0 {"a":42,"b":"some text"}`},
		{`echo {"got":$x,"all":[$list[0], $_],$text:null}`,
			`call echo:0 {"got":42,"all":[1, "last"],"some text":null}`},
		{"f [$deep]", "call f:0 [" + strings.Repeat("[", 999) + strings.Repeat("]", 999) + "]"},
		{"f $ $5 $, cost$x", `call f:0 ["$","$5","$,","cost$x"]`},

		// the end of a call
		{"f 1 | .a", `call f:0 [1] filter ".a":6`},
		{"f|.a", `call f:0 filter ".a":2`},
		{"f a|.a", `call f:0 ["a"] filter ".a":4`},
		{"f [1]|.a | .b # c", `call f:0 [1] filter ".a | .b # c":6`},
		{"f 1 &", "call f:0 [1] background"},
		{"f 1& ", "call f:0 [1] background"},
		{"f&", "call f:0 background"},
		{"f a=&", `call f:0 {"a":""} background`},
		{"f 1 & # go", "call f:0 [1] background"},
		{"f a &#x", `call f:0 ["a","&#x"]`},
		{"f [1]&", "call f:0 [1] background"},
		{"f | .a &", `call f:0 filter ".a":4 background`},
		{"f | .a&", `call f:0 filter ".a":4 background`},
		{"f | .a & # c", `call f:0 filter ".a":4 background`},
		{`f | "a & # b"`, `call f:0 filter "\"a & # b\"":4`},
		{`f | "\("& # x")"`, `call f:0 filter "\"\\(\"& # x\")\"":4`},
		{"f | .a # x &", `call f:0 filter ".a # x &":4`},
		{"x = f 1 | .a &", `$x = call f:4 [1] filter ".a":10 background`},

		// the shell's commands
		{".help", `command help:0 "":5`},
		{" .help  call ", `command help:1 "call":8`},
		{"@1 .methods x", `@1:0 command methods:3 "x":12`},
		{".serve m .[0] | . * 2 & ;", `command serve:0 "m .[0] | . * 2 & ;":7`},
		{".connect h:1 # the demo", `command connect:0 "h:1":9`},
		{".cancel #3", `command cancel:0 "#3":8`},
		{`.serve m "a # b \(" # ") c"`, `command serve:0 "m \"a # b \\(\" # \") c\"":7`},
		{"..x", `command .x:0 "":3`},
		{".call .odd 1", "call .odd:6 [1]"},
		{".notify log hello", "notify log:8 [\"hello\"]"},
		{".notify .log", "notify .log:8"},
		{".call a; b", `call a;:6 ["b"]`},

		// batches
		{".batch a 1 2 ; !log x ; b", `batch call a:7 [1,2] notify log:15 ["x"] call b:24`},
		{".batch a;b x;", `batch call a:7 call b:9 ["x"]`},
		{".batch @1 a 'x;y' ; b [\";\"] | add &",
			`@1:7 batch call a:10 ["x;y"] call b:20 [";"] filter "add":30 background`},
		{"s = .batch a ; # c", "$s = batch call a:11"},
		{".batch a;|add", `batch call a:7 filter "add":10`},
		{".batch .a", "batch call .a:7"},

		// .print
		{".print $_", `print "last"`},
		{".print 1", "print 1"},
		{".print [1] ", "print [1]"},
		{".print 1 2", "print [1,2]"},
		{".print a=1", `print {"a":1}`},
		{".print $list | .[0]", `print [1, {"a":[10,20]}, "three"] filter ".[0]":15`},
	} {
		s, err := Parse(tt.line, testEnv)
		if err != nil {
			t.Errorf("%q: %#v", tt.line, err)
		} else if got := describe(s); got != tt.want {
			t.Errorf("%q\n got %s\nwant %s", tt.line, got, tt.want)
		}
	}
}

func TestParseMistakes(t *testing.T) {
	for _, tt := range []struct {
		line   string
		column int
		reason string // its beginning
	}{
		// methods
		{"x = ", 4, "a method is missing"},
		{"x = # c", 4, "a method is missing"},
		{"@1", 2, "a method is missing (.use 1 "},
		{"@1 # c", 3, "a method is missing (.use 1 "},
		{"@1 &", 3, "a method is missing"},
		{"@", 0, "a peer is missing after @"},
		{"x = @ f", 4, "a peer is missing after @"},
		{"@1 @2 f", 3, "the peer comes first, and only once"},
		{"@1 .call @2 f", 9, "a peer is named already"},
		{"!@1 f", 1, "the peer comes first, and only once"},
		{".batch a ; @2 b", 11, "the peer comes first, and only once"},
		{"!", 1, "a method is missing"},
		{"! f", 0, "a method is missing"},
		{"!!f", 1, "one ! is enough"},
		{".call !.odd", 7, "a command cannot be sent; .notify METHOD"},
		{"!.help", 1, "a command cannot be sent"},
		{"| .a", 0, "a method is missing"},
		{"&", 0, "a method is missing"},
		{`"" 1`, 0, "a method is missing"},
		{`{"method":"f"}`, 0, "a method belongs here"},
		{"[1]", 0, "a method belongs here"},
		{"$x", 0, "a method belongs here; .print $x shows a value"},
		{"$list[0].a | .", 0, "a method belongs here; .print $list shows a value"},
		{"$y = f", 0, "write y without $"},
		{"= f", 0, "a name is missing before ="},
		{". f", 0, "a command is missing"},
		{".", 0, "a command is missing"},
		{".|f", 0, "a command is missing"},
		{"my_add\u00a01 2", 6, "U+00A0 is invisible"},
		{"\ufefff", 0, "U+FEFF is invisible"},
		{"a\x1bb", 1, "U+001B is invisible"},
		{`"f"1`, 3, "a blank is missing here"},
		{`"f`, 0, "this quote is never closed"},
		{"'f 1", 0, "this quote is never closed"},
		{".call", 5, "a method is missing"},
		{".batch", 6, "a method is missing"},
		{".batch ; a", 7, "a method is missing"},
		{".batch a ;; b", 10, "a method is missing"},
		{"x = .help", 0, "only the result of a call can be assigned, .help has none"},

		// arguments
		{"my_add 1 b=2", 9, "positional and named arguments do not mix"},
		{"f b=2 1", 6, "positional and named arguments do not mix"},
		{"f b=2 größe=1 b=3", 16, "b is given twice"},
		{"f b = 1", 4, "NAME=VALUE is written without blanks"},
		{"f b =1", 4, "NAME=VALUE is written without blanks"},
		{"f b := 1", 4, "NAME=VALUE is written without blanks"},
		{"@1 x = f", 5, "NAME=VALUE is written without blanks, and NAME = CALL begins the line"},
		{"x == 3", 2, "NAME=VALUE is written without blanks"},
		{"f a==1", 4, `quote what begins with =: write a="=…", or "a==…"`},
		{"f aGk==", 6, `quote what begins with =: write aGk="=…"`},
		{"f a.b=1", 3, "nested names are not there yet: write a:={…}"},
		{"f list[]=1", 6, "nested names are not there yet: write list:={…}"},
		{"f a & b", 4, "& stands at the end of the line only"},
		{"f a && b", 4, "& stands at the end of the line only"},
		{"f a ; b", 4, "; separates the calls of a .batch only"},
		{".batch a & ; b", 9, "& stands at the end of the line only"},
		{"f > file", 2, "writing to a file is not there yet"},
		{"f 1 >>file", 4, "writing to a file is not there yet"},
		{"f |! sort", 2, "piping into a command is not there yet"},
		{"f |", 3, "a jq expression is missing"},
		{"f | &", 4, "a jq expression is missing"},
		{"f | # c", 4, "a jq expression is missing"},
		{`f "a"b`, 5, "a blank is missing here"},
		{`f "a"#b`, 5, "a blank is missing here"},
		{"f [1]2", 5, "a blank is missing here"},
		{`f "my name"=1`, 11, "a blank is missing here"},
		{".print", 6, "a value is missing"},
		{".print | .a", 7, "a value is missing"},
		{".print 1 &", 9, "& is for calls"},
		{"@1 .print 1", 0, "a peer is for calls"},

		// JSON
		{"f b:=", 5, "JSON is missing after :="},
		{"f b:= 1", 5, "JSON is missing after :="},
		{"f b:=x", 5, "this is not JSON; write = instead of := for text"},
		{"f b:=1x", 5, "this is not JSON"},
		{"f b:=$5", 5, "this is not JSON"},
		{"f {a:1}", 3, "unexpected character 'a', want a string as key"},
		{"f [1,]", 5, "unexpected character ']', want a value"},
		{"f [1,01]", 5, "number with a leading zero"},
		{"f [1}", 4, "unexpected character '}'"},
		{"f ü {\"ü\":x}", 11, "unexpected character 'x', want a value"},
		{"f [1", 2, "[ is never closed"},
		{`f {"a":[1,2`, 2, "{ is never closed"},
		{`f {"a: 1, "b": 2}`, 11, "unexpected character 'b', want ':'"},
		{`f {a:1`, 3, "unexpected character 'a', want a string as key"},
		{`f {"a":$x`, 2, "{ is never closed"},
		{`f "a`, 2, "this quote is never closed"},
		{`f "a\"`, 2, "this quote is never closed"},
		{`f "a\`, 2, "this quote is never closed"},
		{`f a="b c`, 4, "this quote is never closed"},
		{`f "c:\dir"`, 6, `unexpected character 'd', want one of "\/bfnrtu after '\'; '…' takes text as it is`},
		{"f \"a\tb\"", 4, "control character 0x09 in a string; '…' takes text as it is"},
		{"f " + strings.Repeat("[", 1001) + strings.Repeat("]", 1001), 1002, "nested deeper than 1000"},

		// variables
		{"f $nosuch", 2, "$nosuch has no value yet: set it by nosuch = CALL"},
		{"f a=$nosuch.b", 4, "$nosuch has no value yet"},
		{"f [1,$nosuch]", 5, "$nosuch has no value yet"},
		{"f $obj.zz", 6, "$obj has no .zz"},
		{"f $obj.a.zz.b", 8, "$obj.a has no .zz"},
		{`f $obj["zz"]`, 6, `$obj has no ["zz"]`},
		{"f $list[3]", 7, "$list has no [3]"},
		{"f $list[-4]", 7, "$list has no [-4]"},
		{"f $empty[-1]", 8, "$empty has no [-1]"},
		{"f $x.a", 4, "$x has no .a"},
		{"f $list.a", 7, "$list has no .a"},
		{"f $obj[0]", 6, "$obj has no [0]"},
		{"f $list[]", 7, `a number or a "name" belongs`},
		{"f $list[x]", 7, `a number or a "name" belongs`},
		{"f $list[1", 7, `a number or a "name" belongs`},
		{"f $list[99999999999999999999]", 7, `a number or a "name" belongs`},
		{`f $obj["a]`, 6, "this bracket is never closed"},
		{`f $obj["a"`, 6, "this bracket is never closed"},
		{`f $obj["\x"]`, 7, "this is not a JSON string"},
		{"f $list.0", 7, "a name belongs after this dot"},
		{"f $x.", 4, "a name belongs after this dot"},
		{"f $x-1", 4, "a blank is missing here"},
		{"f $x=1", 4, "a blank is missing here"},
		{"f [1$x]", 4, "a variable stands for a whole value"},
		{"f [$x$x]", 5, "a variable stands for a whole value"},
		{"f [$x-1]", 5, "a variable stands for a whole value"},
		{`f ["a"$x]`, 6, "a variable stands for a whole value"},
		{"f {$x:1}", 3, "unexpected character '4', want a string as key"},
		{"f [[$list, x]]", 11, "unexpected character 'x', want a value"},
		{"f [$x, [$list, 1 2]]", 17, "unexpected character '2'"},
		{"f [[$deep]]", 4, "nested deeper than 1000"},

		// files
		{"f a=@", 4, "a file is missing after @"},
		{"f a=@''", 4, "a file is missing after @"},
		{"f a=@nosuch", 4, `open nosuch: file does not exist; write a="@…" for text`},
		{"f a:=@nosuch", 5, "open nosuch: file does not exist"},
		{"f a:=@bad.json", 5, "bad.json holds no JSON: the JSON text ends too early"},
		{"f a:=@text.txt", 5, "text.txt holds no JSON: offset 0"},
		{"f a=@latin1", 4, "latin1 is not UTF-8 text"},
		{"f a=@'x", 5, "this quote is never closed"},

		// bytes that are no text
		{"f \xff", 2, "byte 0xff is not UTF-8"},
		{"f 'ü\xc3'", 5, "byte 0xc3 is not UTF-8"},
		{"f '\ufffd\x80'", 6, "byte 0x80 is not UTF-8"},
		{".history \xff", 9, "byte 0xff is not UTF-8"},
	} {
		s, err := Parse(tt.line, testEnv)
		var e *Error
		switch {
		case err == nil:
			t.Errorf("%.80q was taken for %s", tt.line, describe(s))
		case !errors.As(err, &e):
			t.Errorf("%.80q: %T is no *Error", tt.line, err)
		case e.Column != tt.column || !strings.HasPrefix(e.Reason, tt.reason):
			t.Errorf("%.80q\n got %d: %s\nwant %d: %s", tt.line, e.Column, e.Reason, tt.column, tt.reason)
		}
	}
}

func TestErrorCharacters(t *testing.T) {
	const line = "f ü🙂 {\"ü\":x}"
	_, err := Parse(line, testEnv)
	var e *Error
	if !errors.As(err, &e) {
		t.Fatalf("got %v", err)
	}
	if got := e.Characters(line); line[e.Column] != 'x' || got != 10 {
		t.Errorf("column %d, character %d", e.Column, got)
	}
	if got := (&Error{Column: 10}).Characters("ü"); got != 1 {
		t.Errorf("beyond the line: %d", got)
	}
}

// Without Env nothing can be referred to, and nothing panics.
func TestParseZeroEnv(t *testing.T) {
	s, err := Parse("f $x [1]", Env{})
	if err != nil || describe(s) != `call f:0 ["$x",[1]]` {
		t.Errorf("got %v, %v", s, err)
	}
	var e *Error
	if _, err := Parse("f a=@x", Env{}); !errors.As(err, &e) || e.Reason != "files cannot be read here" {
		t.Errorf("got %v", err)
	}
}
