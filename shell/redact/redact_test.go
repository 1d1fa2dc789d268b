package redact

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"rpcsh/rpcconn/jsontext"
)

func masker(t *testing.T, words ...string) *Masker {
	t.Helper()
	rules, err := ParseRules(words)
	if err != nil {
		t.Fatal(err)
	}
	return New(rules)
}

func TestMessage(t *testing.T) {
	tests := []struct {
		name, rules, message, want string
		n                          int
	}{
		{"nothing", "", `{"id": 1, "method":"add","params":[40 ,2.0]}`,
			`{"id": 1, "method":"add","params":[40 ,2.0]}`, 0},
		{"a name", "", `{"params": {"user":"me", "password" : "pa55" ,"x":1.0}}`,
			`{"params": {"user":"me", "password" : "***1" ,"x":1.0}}`, 1},
		{"names of all spellings", "",
			`{"accessToken":"a1","X-API-Key":"b1","client_secret":"c1","SetCookie":"d1","PASSWD":"e1","token":"f1"}`,
			`{"accessToken":"***1","X-API-Key":"***2","client_secret":"***3","SetCookie":"***4","PASSWD":"***5",` +
				`"token":"***6"}`, 6},
		{"names that sound like it", "", `{"tokenType":"a","passwordField":"b","secretary":"c","cookieJar":"d"}`,
			`{"tokenType":"a","passwordField":"b","secretary":"c","cookieJar":"d"}`, 0},
		{"tokens of progress and pages", "",
			`{"progressToken":7,"workDoneToken":"a","nextPageToken":"b","max_tokens":5}`,
			`{"progressToken":7,"workDoneToken":"a","nextPageToken":"b","max_tokens":5}`, 0},
		{"a message about progress", "", `{"params":{"token":7},"method":"$/progress"}`,
			`{"params":{"token":7},"method":"$/progress"}`, 0},
		{"the same and another one", "", `[{"password":"a"},{"secret":"b"},{"token":"a"}]`,
			`[{"password":"***1"},{"secret":"***2"},{"token":"***1"}]`, 3},
		{"escapes", "", `{"password":"p\"\\","token":"p\u0022\\","b":"\\"}`,
			`{"password":"***1","token":"***1","b":"\\"}`, 2},
		{"other types", "", `{"password":1234,"token":null,"secret":true,"cookie":{"a":""},"apiKey":""}`,
			`{"password":"***1","token":null,"secret":true,"cookie":{"a":""},"apiKey":""}`, 1},
		{"lists", "", `{"secrets":["a","b",["c"],{"d":"e"}],"tokens":[1,2],"password":[5]}`,
			`{"secrets":["***1","***2",["***3"],{"d":"***4"}],"tokens":[1,2],"password":["***5"]}`, 5},
		{"objects", "",
			`{"secret":{"v":"a","w":[{"x":7,"y":true}]},"credentials":{"user":"u","n":8,"key":{"k":"b"}},"z":"c"}`,
			`{"secret":{"v":"***1","w":[{"x":"***2","y":true}]},` +
				`"credentials":{"user":"***3","n":8,"key":{"k":"***4"}},"z":"c"}`, 4},
		{"names in objects", "", `{"tokens":{"password":5,"total":6}}`, `{"tokens":{"password":"***1","total":6}}`, 1},
		{"a schema", "", `{"properties":{"token":{"type":"string"}},"$defs":{"Credential":{"type":"object"}}}`,
			`{"properties":{"token":{"type":"string"}},"$defs":{"Credential":{"type":"object"}}}`, 0},
		{"no schema", "", `{"properties":{"token":"a"},"x":{"token":{"type":"b"}}}`,
			`{"properties":{"token":"***1"},"x":{"token":{"type":"***2"}}}`, 2},
		{"tokens of a program", "", `{"semanticTokens":{"tokenTypes":["class"],"formats":["relative"]}}`,
			`{"semanticTokens":{"tokenTypes":["class"],"formats":["relative"]}}`, 0},
		{"a name beside its value", "",
			`[{"name":"Authorization","value":"Bearer a"},{"key":"apiKey","value":["b"]},{"name":"x","value":"c"}]`,
			`[{"name":"Authorization","value":"Bearer ***1"},{"key":"apiKey","value":["***2"]},` +
				`{"name":"x","value":"c"}]`, 2},
		{"a name behind its value", "",
			`[{"value":"Bearer a","name":"Authorization"},{"value":["b",{"value":"c"}],"x":1, "key" : "apiKey"},` +
				`{"value":"d","name":"x"},{"value":{"value":"e","name":"y"},"name":"z"},{"name":"token"}]`,
			`[{"value":"Bearer ***1","name":"Authorization"},` +
				`{"value":["***2",{"value":"***3"}],"x":1, "key" : "apiKey"},` +
				`{"value":"d","name":"x"},{"value":{"value":"e","name":"y"},"name":"z"},{"name":"token"}]`, 3},
		{"JSON in strings", "",
			`{"params":["{\"password\":\"x\", \"a\":\"\\u0061\\/\"}","[{\"token\": 5}]","[1]","{",` +
				`"\\n{a","{\"secret\":\"x\"} "]}`,
			`{"params":["{\"password\":\"***1\", \"a\":\"\\u0061\\/\"}","[{\"token\": \"***2\"}]","[1]","{",` +
				`"\\n{a","{\"secret\":\"***1\"} "]}`, 3},
		{"JSON in strings of JSON in strings", "",
			`["[\"\\u007b\\\"token\\\":\\\"p\\\\\\\"w\\\"}\"]",{"token":"p\"w"},` + `"\n{\"secret\":\"\u00e9\"}"]`,
			`["[\"\\u007b\\\"token\\\":\\\"***1\\\"}\"]",{"token":"***1"},` + `"\n{\"secret\":\"***2\"}"]`, 3},
		{"names behind values, and URLs, in strings", "",
			`{"a":"{\"value\":\"b\",\"name\":\"cookie\",\"c\":\"ws://u:d@e\"}"}`,
			`{"a":"{\"value\":\"***1\",\"name\":\"cookie\",\"c\":\"ws://u:***2@e\"}"}`, 2},
		{"a string that is no JSON after all", "", `["{\"token\":\"abc\"",{"token":"x"}]`,
			`["{\"token\":\"abc\"",{"token":"***1"}]`, 1},
		{"a pointer into JSON in a string", "/params/0/1/a", `{"params":["[1,{\"a\":[2]}]"]}`,
			`{"params":["[1,{\"a\":\"***1\"}]"]}`, 1},
		{"JSON too deep in strings", "", nestedStrings(maxDepth + 1), nestedStrings(maxDepth + 1), 0},
		{"a known secret with a scheme", "",
			`{"password":"hunter2xyz","p":["Bearer hunter2xyz","Basic hunter2","a hunter2xyz"]}`,
			`{"password":"***1","p":["Bearer ***1","Basic hunter2","a hunter2xyz"]}`, 2},
		{"passwords of URLs in strings", "",
			`{"url":"http://u:pw@h/","p":["see ws://:a@b/ and http:\/\/u:pw@h\/","http://h:80/a:b@c","a:b@c"]}`,
			`{"url":"http://u:***1@h/",` +
				`"p":["see ws://:***2@b/ and http:\/\/u:***1@h\/","http://h:80/a:b@c","a:b@c"]}`, 3},
		{"credentials with a scheme", "", `{"headers":{"Authorization":"Bearer abc"},"token":"abc"}`,
			`{"headers":{"Authorization":"Bearer ***1"},"token":"***1"}`, 2},
		{"headers in strings", "",
			`{"header":["Cookie: a=b","Accept: x","Authorization: Basic Zm9v"],"p":["token:xyz"]}`,
			`{"header":["Cookie: ***1","Accept: x","Authorization: Basic ***2"],"p":["token:***3"]}`, 3},
		{"what is known as a secret", "", `{"password":"correct horse","params":["correct horse","correct"]}`,
			`{"password":"***1","params":["***1","correct"]}`, 2},
		{"a short secret is no word", "", `{"password":"add","method":"add"}`, `{"password":"***1","method":"add"}`, 1},
		{"masks", "", `{"password":"***7","token":"x"}`, `{"password":"***7","token":"***8"}`, 1},
		{"a pointer", "/params/1", `{"params":["me", "pa55",{"1":2}],"1":3}`,
			`{"params":["me", "***1",{"1":2}],"1":3}`, 1},
		{"a pointer in a batch", "/params/0", `[{"params":[1]},{"params":["1"]}]`,
			`[{"params":["***1"]},{"params":["***1"]}]`, 2},
		{"pointers to all types", "/a /b/c /d~1e /f", `{"a":{"x":[1]},"b":{"c":false,"d":0},"d/e":[1, 2],"f":null}`,
			`{"a":"***1","b":{"c":"***2","d":0},"d/e":"***3","f":"***4"}`, 4},
		{"a name of one's own", "user-id", `{"userId":5,"user_id":"5","user":"5"}`,
			`{"userId":"***1","user_id":"***1","user":"5"}`, 2},
		{"off", "off", `{"password":"a"}`, `{"password":"a"}`, 0},
		{"a message that is cut off", "", `{"password":"a b\"c", "token": "ab`,
			`{"password":"***1", "token": "***2`, 2},
		{"text", "", "login token=abc&user=me, password: 'x y', Authorization: Bearer abc",
			"login token=***1&user=me, password: '***2', Authorization: Bearer ***1", 3},
		{"a password in a URL", "", "GET http://me:pa55@localhost/?x=1&api_key=123 took: 5",
			"GET http://me:***1@localhost/?x=1&api_key=***2 took: 5", 2},
		{"objects in text", "", `my_add {"access_token":["a",1,null],"secret":{"v": "b c", 'w':d} ,"x":"e"} token=f`,
			`my_add {"access_token":["***1",***2,null],"secret":{"v": "***3", 'w':***4} ,"x":"e"} token=***5`, 5},
		{"objects that are cut off", "", `{"credentials":{"a":"b","c":{"d`, `{"credentials":{"a":"***1","c":{"***2`, 2},
		{"flags in text", "",
			`sh -c cat --password a -token 'b c' --api-key = d --verbose e --secret --pwd f x-token g`,
			`sh -c cat --password ***1 -token '***2' --api-key = ***3 --verbose e --secret --pwd ***4 x-token g`, 4},
		{"bytes that no JSON has", "", "\x1e{\"a\":\x00}\x1e", "\x1e{\"a\":\x00}\x1e", 0},
		{"a secret in a sentence", "", "ws://h/?token=abc: closed by token=abc.",
			"ws://h/?token=***1: closed by token=***1.", 2},
		{"URLs without", "", "http://localhost:6000/a:b@c, tcp://[::1]:5",
			"http://localhost:6000/a:b@c, tcp://[::1]:5", 0},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			got, n := masker(t, strings.Fields(test.rules)...).Message([]byte(test.message))
			if string(got) != test.want || n != test.n {
				t.Errorf("got  %s, %d masked\nwant %s, %d", got, n, test.want, test.n)
			}
		})
	}
}

// nestedStrings returns a secret in so many JSON texts in strings.
func nestedStrings(depth int) string {
	text := `{"token":"abc"}`
	for range depth {
		text = "[" + jsontext.Quote(text) + "]"
	}
	return text
}

// The number of a secret is the same in all messages and texts.
func TestNumbers(t *testing.T) {
	m := masker(t)
	var got []string
	for _, message := range []string{`{"token":"a"}`, `{"token":"b"}`, `{"password":"a"}`, `token=b`} {
		text, _ := m.Message([]byte(message))
		got = append(got, string(text))
	}
	if all, want := strings.Join(got, " "),
		`{"token":"***1"} {"token":"***2"} {"password":"***1"} token=***2`; all != want {
		t.Errorf("got  %s\nwant %s", all, want)
	}
}

// Masks that were there before, wherever they are, keep their numbers.
func TestSeen(t *testing.T) {
	m := New(Rules{})
	m.Seen([]byte(`{"a":["***2","Bearer ***7"],"b":"*** ***0"}`))
	if got, n := m.Message([]byte(`{"token":"swordfish"}`)); n != 1 || string(got) != `{"token":"***8"}` {
		t.Errorf("masked as %s, %d", got, n)
	}
}

// Long secrets are told apart, and take no more memory than short ones.
func TestLongSecrets(t *testing.T) {
	m := masker(t)
	long := strings.Repeat("x", 1<<20)
	message := fmt.Sprintf(`{"password":"%[1]sa","secret":"%[1]sb","p":["%[1]sa","%[1]sb","%[1]sc"]}`, long)
	got, n := m.Message([]byte(message))
	want := fmt.Sprintf(`{"password":"***1","secret":"***2","p":["***1","***2","%sc"]}`, long)
	if string(got) != want || n != 4 {
		t.Errorf("got %.200s, %d masked", got, n)
	}
	for key := range m.numbers {
		if len(key) > maxKey {
			t.Errorf("%d bytes of a secret are kept", len(key))
		}
	}
}

// However many secrets there are, so many have numbers, and all are masked.
func TestManySecrets(t *testing.T) {
	m := masker(t)
	for i := range maxSecrets {
		m.mask(fmt.Sprint("secret", i))
	}
	for range 2 {
		if got, n := m.Message([]byte(`{"token":"one more"}`)); string(got) != `{"token":"***"}` || n != 1 {
			t.Errorf("got %s, %d masked", got, n)
		}
	}
	if len(m.numbers) > maxSecrets {
		t.Errorf("%d secrets are kept", len(m.numbers))
	}
}

func TestArgv(t *testing.T) {
	args := []string{"rpcsh", "-e", "login me correct-horse", "-e", "login password=correct-horse", "--token", "abc",
		"--user=me:pa55", "-H", "Cookie: a=b", "http://me:pa55@h/", "login", `{"password":"x"}`, "abc",
		"-H", "Authorization: Bearer ${T}", "--token", "${T}", "--user", "me:${T}", "-H", "X-Token: ${T}${U}",
		"--", "server", "--api-key", "k", "--secret", "-v", "exec:server --password pw"}
	want := []string{"rpcsh", "-e", "login me ***1", "-e", "login password=***1", "--token", "***2",
		"--user=***3", "-H", "Cookie: ***4", "http://me:***5@h/", "login", `{"password":"***6"}`, "abc",
		"-H", "Authorization: Bearer ${T}", "--token", "${T}", "--user", "***7", "-H", "X-Token: ${T}${U}",
		"--", "server", "--api-key", "***8", "--secret", "-v", "exec:server --password ***9"}
	if got := masker(t).Argv(args, "--token", "--user"); !slices.Equal(got, want) {
		t.Errorf("got  %q\nwant %q", got, want)
	}
	if got := masker(t, "off").Argv(args, "--token"); !slices.Equal(got, args) {
		t.Errorf("off: got %q", got)
	}
}

func TestParseRules(t *testing.T) {
	for _, wrong := range []string{"", "/", "params/token", "a b", "off /x"} {
		words := strings.Fields(wrong)
		if wrong == "" || wrong == "a b" {
			words = []string{wrong}
		}
		if _, err := ParseRules(words); err == nil {
			t.Errorf("%q is taken", wrong)
		}
	}
	if _, err := ParseRules(slices.Repeat([]string{"/a"}, maxPaths+1)); err == nil {
		t.Error("any number of pointers is taken")
	}
	rules, err := ParseRules([]string{"user", "/params/0"})
	if got := strings.Join(rules.List(), " "); err != nil || !strings.HasSuffix(got, "apikey user /params/0") {
		t.Errorf("list %q, error %v", got, err)
	}
}

// FuzzMessage masks anything: it ends, and what has no secret is untouched.
func FuzzMessage(f *testing.F) {
	f.Add([]byte(`{"password":"a","token":["b",{"c":1}],"x":"Cookie: y"}`), "/token/1")
	f.Add([]byte(`password="a\`), "/a")
	f.Add([]byte(`[[{"a":"\\"}]]`), "name")
	f.Add([]byte(`--token {"a":["b",'c:{d:e`+"\x00]"), "name")
	f.Add([]byte(`{"name":"token","value":{"a":"ws://a:b@c","b":"Basic x"}}`), "name")
	f.Add([]byte("\x1e{\"token\":\x00"), "name")
	f.Add([]byte(`{"a":" {\"value\":\"\\u00e9\\\"\",\"key\":\"token\",\"b\":5}"}`), "/a/b")
	f.Fuzz(func(t *testing.T, message []byte, rule string) {
		rules, err := ParseRules([]string{rule})
		if err != nil {
			return
		}
		m := New(rules)
		masked, n := m.Message(message)
		if n == 0 && string(masked) != string(message) {
			t.Errorf("nothing was masked in %q, and it has become %q", message, masked)
		}
		if jsontext.Valid(message) == nil && jsontext.Valid(masked) != nil {
			t.Errorf("%q has become %q, which is no JSON", message, masked)
		}
		if again, n := m.Message(masked); n > 0 && string(again) == string(masked) {
			t.Errorf("%d values of %q were masked, and it is the same", n, masked)
		}
	})
}

func BenchmarkMessage(b *testing.B) {
	rows := strings.Repeat(`{"name":"record number 12","price":12.25,"tags":["new","sale"],"active":true},`, 12)
	for _, bench := range []struct{ name, params string }{{"small", "1,2"}, {"1KiB", rows + "1"}} {
		b.Run(bench.name, func(b *testing.B) {
			m := New(Rules{})
			message := fmt.Appendf(nil, `{"jsonrpc":"2.0","id":12345,"method":"my_add","params":[%s]}`, bench.params)
			b.SetBytes(int64(len(message)))
			b.ReportAllocs()
			for b.Loop() {
				if _, n := m.Message(message); n > 0 {
					b.Fatal("masked")
				}
			}
		})
	}
}
