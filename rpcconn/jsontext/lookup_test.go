package jsontext

import "testing"

func TestWith(t *testing.T) {
	tests := []struct{ object, name, value, want string }{
		{``, "a", `1`, `{"a":1}`},
		{`null`, "a", `1`, `{"a":1}`},
		{`{}`, "a", `1`, `{"a":1}`},
		{`{"b":2.0}`, "a", `1`, `{"b":2.0,"a":1}`},
		{`{"a":2,"b":3}`, "a", `1`, `{"b":3,"a":1}`},
		{`[1]`, "a", `1`, ``},
		{`{"a":1} x`, "b", `1`, `{"a":1,"b":1}`},
		{`{"a"`, "b", `1`, ``},
	}
	for _, test := range tests {
		got, ok := With([]byte(test.object), test.name, []byte(test.value))
		if string(got) != test.want || ok != (test.want != "") {
			t.Errorf("%s with %s: got %s, %v, want %s", test.object, test.name, got, ok, test.want)
		}
	}
}

func TestGet(t *testing.T) {
	tests := []struct{ object, name, want string }{
		{`{"a":1,"b":2,"a":3}`, "a", `3`},
		{`{"\u0061":1}`, "a", `1`},
		{`{"a":1}`, "b", ``},
		{`[1]`, "a", ``},
		{`{"a":1`, "a", ``},
		{``, "a", ``},
	}
	for _, test := range tests {
		if got := Get([]byte(test.object), test.name); string(got) != test.want {
			t.Errorf("%s of %s: got %s, want %s", test.name, test.object, got, test.want)
		}
	}
}

func TestIndex(t *testing.T) {
	if got := Index([]byte(`["x",{"a":1}]`)); len(got) != 2 || string(got["1"]) != `{"a":1}` {
		t.Errorf("got %s", got)
	}
	if got := Index([]byte(`{"a":1,"a":2}`)); len(got) != 1 || string(got["a"]) != "2" {
		t.Errorf("got %s", got)
	}
}

func TestTexts(t *testing.T) {
	for value, want := range map[string]int{`"a"`: 1, `["a",1,"b"]`: 2, `1`: 0, ``: 0} {
		if got := Texts([]byte(value)); len(got) != want {
			t.Errorf("%s: got %q", value, got)
		}
	}
	if got := QuoteList([]string{"a", `"`}); got != `["a","\""]` {
		t.Errorf("got %s", got)
	}
	if got := string(Encode(map[string]string{"a": "<&>"})); got != `{"a":"<&>"}` {
		t.Errorf("got %s", got)
	}
}
