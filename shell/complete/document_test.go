package complete

import (
	"os"
	"slices"
	"strings"
	"testing"

	"rpcsh/rpcconn/catalog"
	"rpcsh/rpcconn/dialect"
	"rpcsh/shell/lang"
)

// Places in a file are its lines at their first words, and then the words of one line.
func TestPlaces(t *testing.T) {
	t.Chdir(t.TempDir())
	if err := os.WriteFile("a.sh", []byte("one() {\n\n  größe two\n}\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	asIs := func(text string) string { return text }
	for typed, want := range map[string]string{
		"":     "a.sh:1:1 one() {|a.sh:3:3 größe two",
		"3":    "a.sh:3:3 größe two",
		"3:":   "a.sh:3:3 größe|a.sh:3:9 two",
		"3:9":  "a.sh:3:9 two",
		"2:":   "",
		"9":    "",
		"1:1-": "",
	} {
		var got []string
		for _, c := range placeChoices("a.sh", typed, asIs) {
			got = append(got, c.insert+" "+c.description)
		}
		if text := strings.Join(got, "|"); text != want {
			t.Errorf("%s: %s, want %s", typed, text, want)
		}
	}
	if got := placeChoices("no.sh", "", asIs); got != nil {
		t.Errorf("of no file: %v", got)
	}
}

// What takes a file is typed as text, whatever its schema says; a file goes on with a place where one belongs.
func TestShortNames(t *testing.T) {
	sc := scope{
		method: catalog.Method{Params: []catalog.Param{
			{Name: "document", Schema: []byte(`{"type":"object"}`)},
			{Name: "other", Schema: []byte(`{"type":"object"}`)},
		}},
		takes: func(_ catalog.Method, param string) dialect.FilePart {
			if param == "document" {
				return dialect.AFile
			}
			return dialect.NoFile
		},
	}
	var got []string
	for _, c := range sc.choices(lang.Cursor{At: lang.AtArgument}) {
		got = append(got, c.text)
	}
	if !slices.Contains(got, "document=") || !slices.Contains(got, "other:=") {
		t.Errorf("names: %q", got)
	}
	files := withColons([]choice{{text: "d/", insert: "d/"}, {text: "a", insert: "a"}, {text: "a b", insert: `"a b"`}})
	if files[0].insert != "d/" || files[1].insert != "a:" || files[2].insert != `"a b"` {
		t.Errorf("files: %v", files)
	}
}
