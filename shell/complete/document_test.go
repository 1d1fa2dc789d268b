package complete

import (
	"os"
	"path/filepath"
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
	folder := "d" + string(filepath.Separator)
	files := withColons([]choice{
		{text: folder, insert: folder}, {text: "a", insert: "a"}, {text: "a b", insert: `"a b"`},
	})
	if files[0].insert != folder || files[1].insert != "a:" || files[2].insert != `"a b"` {
		t.Errorf("files: %v", files)
	}
}

// Files that are open come first, and once; those elsewhere are among them.
func TestOpenFilesComeFirst(t *testing.T) {
	dir, err := filepath.EvalSymlinks(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	t.Chdir(dir)
	for _, name := range []string{"a.sh", "b.sh", "c.sh"} {
		if err := os.WriteFile(name, nil, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	asIs := func(text string) string { return text }
	open := []string{filepath.Join(dir, "b.sh"), filepath.Join(dir, "sub", "d.sh")}
	for typed, want := range map[string]string{
		"":  "b.sh open|sub/d.sh open|a.sh |c.sh ",
		"b": "b.sh open",
		"s": "sub/d.sh open|a.sh |b.sh |c.sh ",
		"c": "c.sh ",
	} {
		var got []string
		for _, c := range openFirst(typed, open, fileChoices(typed, asIs), asIs) {
			got = append(got, filepath.ToSlash(c.insert)+" "+c.description)
		}
		if text := strings.Join(got, "|"); text != want {
			t.Errorf("%q: %s, want %s", typed, text, want)
		}
	}
}
