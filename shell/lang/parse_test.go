package lang

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"strings"
	"testing"

	"rpcsh/rpcconn/jsontext"
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
		"two words": "both", "none": "", "two words.json": "[2]", "five.json": "5\n",
		"rows.json": "{\"a\":1,\r\n\"ü\":}", "mark.json": "\ufeff[1, 2]\r\n",
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
		Call: func(s *Statement) (json.RawMessage, error) {
			switch s.Calls[0].Method {
			case "fail":
				return nil, errors.New("it failed")
			case "mistaken":
				return nil, errorAt(s.Calls[0].Column, "no such method")
			}
			return jsontext.AppendQuote(nil, describe(s)), nil
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
		add(c.Extra != nil, "with %s", c.Extra)
		add(c.ID != nil, "id %s:%d", c.ID, c.IDColumn)
	}
	if s.Timeout != nil {
		add(true, "timeout %s", *s.Timeout)
	}
	add(s.Anyway, "anyway")
	add(s.Print != nil, "print %s", s.Print)
	if f := s.Filter; f != nil {
		add(true, "filter %q:%d", f.Text, f.Column)
	}
	if o := s.Outlet; o != nil {
		kind := map[bool]string{false: "file", true: "command"}[o.Command]
		add(true, "to %s %q:%d", kind, o.To, o.Column)
		add(o.Append, "append")
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

		// flags
		{".call --timeout 2s m 1", "call m:19 [1] timeout 2s"},
		{".call --timeout 0 m", "call m:18 timeout 0s"},
		{".batch --anyway a ; b", "batch call a:16 call b:20 anyway"},
		{".call --id 7 m", "call m:13 id 7:11"},
		{`.call --id '"a b"' m`, `call m:19 id "\"a b\"":11`},
		{`.call --id "7" m --id 8`, `call m:15 ["--id",8] id "7":11`},
		{`x = .call @2 --id abc --with s=1 --timeout 1.5 --with t="u" m`,
			`$x = @2:10 call m:60 with {"s":1,"t":"u"} id "abc":18 timeout 1.5s`},
		{".batch --timeout 2 --with s=1 a ; !b", `batch call a:30 with {"s":1} notify b:34 with {"s":1} timeout 2s`},
		{".notify --with s=1 m", `notify m:19 with {"s":1}`},
		{`.call "--id" 1`, "call --id:6 [1]"},
		{"--id 1", "call --id:0 [1]"},

		// outlets
		{"f > out.json", `call f:0 to file "out.json":4`},
		{"f 1 >>out.json & # more", `call f:0 [1] to file "out.json":6 append background`},
		{`x = f > "a b"`, `$x = call f:4 to file "a b":8`},
		{`f > "${text} ${x}.json"`, `call f:0 to file "some text 42.json":4`},
		{`f > '${text}' & # as it is`, `call f:0 to file "${text}":4 background`},
		{"f >> $x", `call f:0 to file "42":5 append`},
		{"f |! less -R # it", `call f:0 to command "less -R # it":5`},
		{"f |> out", `call f:0 to file "out":5`},
		{"f | .a > 3", `call f:0 filter ".a > 3":4`}, // which is jq's
		{`f | .a > 3 |> out`, `call f:0 filter ".a > 3":4 to file "out":14`},
		{`f | "|! |>" |>> out`, `call f:0 filter "\"|! |>\"":4 to file "out":16 append`},
		{"f | .a |! jq . | less &", `call f:0 filter ".a":4 to command "jq . | less &":10`},
		{".print 1 > out", `print 1 to file "out":11`},
		{`f ">" a>b`, `call f:0 [">","a>b"]`},

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
		{"f 'a \\\nb' \\\n it's \\\n \"c \\\" ' \\\n\"", `call f:0 ["a \\\nb","it's","c \" '   "]`},
		// line breaks and tabs in strings are what was pasted
		{"f \"a\nb\" \"c\r\nd\re\tf\"", `call f:0 ["a\nb","c\nd\re\tf"]`},
		{"f \"\n${x}\r\n\\$\"", `call f:0 ["\n42\n$"]`},
		{"f {\"a\": \"b\nc\",\n\"d\te\":\"\r\n$x\", \"f\":$x}",
			`call f:0 {"a": "b\nc",` + "\n" + `"d\te":"\n$x", "f":42}`},
		{"f a=\"b\nc\" d:=\"e\nf\" g.h=[\"i\nj\"]", `call f:0 {"a":"b\nc","d":"e\nf","g":{"h":["i\nj"]}}`},
		{"\"m\nn\" 'o\np'", `call m` + "\n" + `n:0 ["o\np"]`},
		{".print \"a\nb\"", `print "a\nb"`},
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
		{"f @mark.json", `call f:0 [1, 2]`},
		{"f < mark.json", `call f:0 [1, 2]`},
		{"f a=\"@text.txt\"", `call f:0 {"a":"@text.txt"}`},

		// variables
		// nested names, as httpie has them
		{"f a.b=1 a.c=x", `call f:0 {"a":{"b":1,"c":"x"}}`},
		{"f $0 $10 $1x '$1' \"$1\" a$1 $", `call f:0 ["$0","$10","$1x","$1","$1","a$1","$"]`},
		{"f list[]=1 list[]=x list[]:={}", `call f:0 {"list":[1,"x",{}]}`},
		{"f a[0].b=1 a[0].c=2 a[2]=3 a[1]:=null", `call f:0 {"a":[{"b":1,"c":2},null,3]}`},
		{"f a[].b=1 a[].b=2 c=3", `call f:0 {"a":[{"b":1},{"b":2}],"c":3}`},
		{"f a[b][c-d]=1 a.b.e=2", `call f:0 {"a":{"b":{"c-d":1,"e":2}}}`},
		{"f a.b=$x a.c=@text.txt a.d:=@data.json", `call f:0 {"a":{"b":42,"c":"line 1\nline \"2\"\n","d":{"a": 1}}}`},
		{"f a.-1=1 a.3000000000=2 a[2fa]=3", `call f:0 {"a":{"-1":1,"3000000000":2,"2fa":3}}`},
		{"f größe.höhe=1", `call f:0 {"größe":{"höhe":1}}`},
		{".call --with a.b=1 --with a.c=2 f", `call f:32 with {"a":{"b":1,"c":2}}`},
		{".print a.b=1", `print {"a":{"b":1}}`},

		// values in text
		{`f "x is ${x}, last ${_}"`, `call f:0 ["x is 42, last last"]`},
		{`f a="${obj.a.b}${list[1].a[-1]}"`, `call f:0 {"a":"3.020"}`},
		{`f a:="<${text}>"`, `call f:0 {"a":"<some text>"}`},
		{`f "${list[1]}"`, `call f:0 ["{\"a\":[10,20]}"]`},
		{`f "$x $ {x} $$ \\${x} \u0024{x} \${x} \$x"`, `call f:0 ["$x $ {x} $$ \\42 \u0024{x} ${x} $x"]`},
		{`f '${x}' {"a":"${x}"} ["${x}"]`, `call f:0 ["${x}",{"a":"${x}"},["${x}"]]`},
		{`"m${x}" x${x}`, `call m${x}:0 ["x${x}"]`},
		{`.print "${x}"`, `print "42"`},

		// results of calls
		{`f $(g 1 2) a`, `call f:0 ["call g:4 [1,2]","a"]`},
		{`f a=$(@1 g | .[")"]) b:=$(g)`, `call f:0 {"a":"@1:6 call g:9 filter \".[\\\")\\\"]\":13","b":"call g:26"}`},
		{`f {"a":$(g {"b":[1]}),"c":[$x, $(.batch g ; h)]}`,
			`call f:0 {"a":"call g:9 {\"b\":[1]}","c":[42, "batch call g:40 call h:44"]}`},
		{`f $(g $(h ')') "(")`, `call f:0 ["call g:4 [\"call h:8 [\\\")\\\"]\",\"(\"]"]`},
		{`f x$(g) '$(g)' "$(g)"`, `call f:0 ["x$(g)","$(g)","$(g)"]`},
		{`.print $(g) | .a`, `print "call g:9" filter ".a":14`},
		{`.call --id $(g) f`, `call f:16 id "call g:13":11`},

		// files that hold arguments, and all of them
		{"f @data.json", `call f:0 {"a": 1}`},
		{"!f @'data.json'", `notify f:0 {"a": 1}`},
		{"f 1 @data.json | .a", `call f:0 [1,{"a": 1}] filter ".a":17`},
		{"f < data.json", `call f:0 {"a": 1}`},
		{"f < \"data.json\" > out &", `call f:0 {"a": 1} to file "out":18 background`},
		{".batch f < data.json ; g @data.json", `batch call f:7 {"a": 1} call g:23 {"a": 1}`},
		{".print @data.json", `print {"a": 1}`},
		{"f <b>x</b> a<b @ \"@data.json\"", `call f:0 ["<b>x</b>","a<b","@","@data.json"]`},

		{"f $x $_", `call f:0 [42,"last"]`},
		{"f $list", `call f:0 [1, {"a":[10,20]}, "three"]`},
		{"f $list[1].a[-1] $list[-1]", `call f:0 [20,"three"]`},
		{`f $obj.a.b $obj["two words"] $obj.ab $obj.n $obj.d`, `call f:0 [3.0,1,7,null,2]`},
		{"f a=$x b:=$text", `call f:0 {"a":42,"b":"some text"}`},
		{`echo {"got":$x,"all":[$list[0], $_],$text:null}`,
			`call echo:0 {"got":42,"all":[1, "last"],"some text":null}`},
		{"f [$deep]", "call f:0 [" + strings.Repeat("[", 999) + strings.Repeat("]", 999) + "]"},
		{"f $ $55 $, cost$x", `call f:0 ["$","$55","$,","cost$x"]`},

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
		{".call --nosuch 1 m", 6, "there is no --nosuch: .call has --with, --timeout, --id and --anyway; a method"},
		{".call -- m", 6, "there is no --: .call has"},
		{"x = .batch @1 --id 3 m", 14, "there is no --id: .batch has --with, --timeout and --anyway;"},
		{".notify --timeout 3 m", 8, "there is no --timeout: .notify has --with and --anyway;"},
		{".call --timeout soon m", 16, `"soon" is not a duration`},
		{".batch --anyway", 15, "a method is missing"},
		{".call --timeout", 15, "D belongs after --timeout"},
		{".call --timeout 2s", 18, "a method is missing"},
		{".call --id [1] m", 11, "an id is a number or a string"},
		{".call --id null m", 11, "an id is a number or a string"},
		{".call --id 7 !m", 11, "a notification has no id"},
		{".call --with a m", 13, "NAME=VALUE belongs after --with"},
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
		{"f a.=1", 3, "a name belongs after this dot"},
		{"f a..b=1", 3, "a name belongs after this dot"},
		{"f a[b=1", 3, "this bracket is never closed"},
		{"f a[0]b=1", 6, "a dot or a bracket belongs here"},
		{"f a.b]c=1", 5, "a dot or a bracket belongs here"},
		{"f a=1 a.b=2", 7, "a has a value already"},
		{"f a.b=1 a.b.c=2", 11, "a.b has a value already"},
		{"f a.b=1 a=2", 8, "a is given twice"},
		{"f a.b=1 a.b=2", 8, "a.b is given twice"},
		{"f a[0]=1 a[0]=2", 9, "a[0] is given twice"},
		{"f a.b=1 a[]=2", 9, "a is an object: its members are written a.NAME"},
		{"f a[]=1 a.b=2", 9, "a is an array: its elements are written a[0] and a[]"},
		{"f a[10000]=1", 4, "an element has a number from 0 to 9999"},
		{"f b=1 a.l[3000000000].x=1", 10, "an element has a number from 0 to 9999"},
		{"f a[-1]=1", 4, "an element has a number from 0 to 9999 here; JSON has more, and .-1 is a name"},
		{"f a[1.5]=1", 4, "an element has a number from 0 to 9999"},
		{"f b=1 a[5]=1 c=2", 6, "a[0] to a[4] are missing: write a[0]:=null and so on where they are null"},
		{"f a.l[0]=1 a.l[2]=1", 2, "a.l[1] is missing: write a.l[1]:=null where it is null"},
		{"f a[0][1]=1 a[2]=1", 2, "a[1] is missing"},
		{"f a[0][1]=1", 2, "a[0][0] is missing"},
		{".call --with m[1]=1 f", 13, "m[0] is missing"},
		{"f $1", 2, "$1 is an argument of a script or an alias, and there is none here; quote it where it is text"},
		{"f a=$9", 4, "$9 is an argument"},
		{"f 1 $@ 2", 4, "$@ is an argument"},
		{`f {"a":[$1]}`, 8, "$1 is an argument"},
		{".print $2.x", 7, "$2 is an argument"},
		{"$1 2", 0, "$1 is an argument"},
		{"@1 !$1", 4, "$1 is an argument"},
		{"f > $1", 4, "$1 is an argument"},
		{"f 1 a.b=2", 4, "positional and named arguments do not mix"},

		{`f "${nosuch}"`, 3, "$nosuch has no value yet"},
		{`f "a ${obj.z}"`, 10, "$obj has no .z"},
		{`f "${}"`, 3, "a variable belongs here"},
		{`f "${1}"`, 3, "a variable belongs here"},
		{`f "${x"`, 6, "} belongs after the variable"},
		{`f "${x y}"`, 6, "} belongs after the variable"},
		{`f "${x}\q"`, 8, "unexpected character 'q'"},
		{`f "${x`, 2, "this quote is never closed"},

		{`f $(g`, 2, "$( is never closed"},
		{`f $(g "a)`, 2, "$( is never closed"},
		{`f $(g)x`, 6, "a blank is missing here"},
		{`f $()`, 4, "a call belongs into $(…)"},
		{`f $(.methods)`, 4, "a call belongs into $(…)"},
		{`f $(.print 1)`, 4, "a call belongs into $(…)"},
		{`f $(y = g)`, 4, "a call belongs into $(…)"},
		{`f $(g &)`, 4, "a call belongs into $(…)"},
		{`f $(g > out)`, 4, "a call belongs into $(…)"},
		{`f 1 $(g a=1 a=2)`, 12, "a is given twice"},
		{`f 1 $(fail 1)`, 4, "it failed"},
		{`f 1 $(mistaken)`, 6, "no such method"},
		{`f {"a":$(fail)}`, 7, "it failed"},
		{`f {"a":$(g (}`, 7, "$( is never closed"},
		{`f {"a":$(g}) )`, 7, "$( is never closed"},
		{`$(g) 1`, 0, "a method belongs here; .print $(CALL)"},
		{`f {"a":$(g)b}`, 11, "a variable stands for a whole value"},
		{`f {"a":$(g), b}`, 13, "unexpected character 'b'"},

		{".wait tick 5x", 11, `"5x" is not a duration: write 500ms, 2s or 1m`},
		{"f @nosuch", 2, "open nosuch: file does not exist; quote it where it is text"},
		{"ping @2", 5, "open 2: file does not exist; quote it where it is text"},
		{"f @bad.json", 2, "bad.json holds no JSON: "},
		{"f @text.txt", 2, "text.txt holds no JSON: "},
		{"f < nosuch", 4, "open nosuch: file does not exist"},
		{"f < bad.json", 4, "bad.json holds no JSON: "},
		{"f < ", 2, "a file is missing after <"},
		{"f < | .a", 2, "a file is missing after <"},
		{"f 1 < data.json", 4, "< FILE holds all params, and nothing may be beside it"},
		{"f < data.json 1", 14, "the file behind < holds all params"},
		{"f < five.json", 4, "five.json holds neither an object nor an array"},
		{"f a & b", 4, "& stands at the end of the line only"},
		{"f a && b", 4, "& stands at the end of the line only"},
		{"f a ; b", 4, "; separates the calls of a .batch only"},
		{".batch a & ; b", 9, "& stands at the end of the line only"},
		{"f >", 2, "a file is missing after >"},
		{"f | .a |>> ", 7, "a file is missing after >"},
		{"f 1 > & ", 4, "a file is missing after >"},
		{"f > a b", 6, "the line ends behind the file"},
		{"f > $list", 4, "the name of a file belongs here, and that is an object or an array"},
		{"f > $nosuch", 4, "$nosuch has no value yet"},
		{`f > "${nosuch}.json"`, 5, "$nosuch has no value yet"},
		{`f > "a`, 4, "this quote is never closed"},
		{"f |!", 2, "a command is missing after |!"},
		{"f | .a |! ", 7, "a command is missing after |!"},
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
		{"f \"a\x01b\"", 4, "control character 0x01 in a string; '…' takes text as it is"},
		{"f \"a\nb\" \"c\n\td\x01\"", 13, "control character 0x01 in a string"},
		{"f {\"a\": \"b\nc\", \"d\te\" 1}", 21, "unexpected character '1', want ':'"},
		{"f {\"a\": \"b\nc\", x", 15, "unexpected character 'x'"},
		{"f {\"a\": \"b\nc", 2, "{ is never closed"},
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
		{"f a:=@text.txt", 5, "text.txt holds no JSON: line 1, column 1: unexpected character 'l'"},
		{"f @rows.json", 2, "rows.json holds no JSON: line 2, column 5: unexpected character '}'"},
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

func TestErrorPlace(t *testing.T) {
	const line = "f ü🙂 {\n \"ü\":x}"
	_, err := Parse(line, testEnv)
	var e *Error
	if !errors.As(err, &e) {
		t.Fatalf("got %v", err)
	}
	if row, column := e.Place(line); line[e.Column] != 'x' || row != 1 || column != 5 {
		t.Errorf("byte %d, row %d, character %d", e.Column, row, column)
	}
	if row, column := (&Error{Column: 10}).Place("ü"); row != 0 || column != 1 {
		t.Errorf("beyond the line: %d, %d", row, column)
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
