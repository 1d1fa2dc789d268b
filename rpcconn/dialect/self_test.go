package dialect

import (
	"path/filepath"
	"testing"
)

func TestSelf(t *testing.T) {
	tests := []struct{ root, uri, folders string }{
		{"", "", "[]"},
		{"C:/b", "file:///C:/b", `[{"uri":"file:///C:/b","name":"b"}]`},
		{"/a b/ü#c", "file:///a%20b/%C3%BC%23c", `[{"uri":"file:///a%20b/%C3%BC%23c","name":"ü#c"}]`},
	}
	for _, test := range tests {
		self := Self{Root: test.root}
		if uri, folders := self.RootURI(), string(self.Folders()); uri != test.uri || folders != test.folders {
			t.Errorf("%q: got %s, %s", test.root, uri, folders)
		}
	}
	if uri := FileURI("/"); uri != "file:///" {
		t.Errorf("the root is %s", uri)
	}
	if got := string(Self{Name: `a"b`, Version: "1"}.ClientInfo()); got != `{"name":"a\"b","version":"1"}` {
		t.Errorf("we are %s", got)
	}
}

func TestFilePath(t *testing.T) {
	for _, path := range []string{"/a b/ü#c", "/"} {
		path = filepath.FromSlash(path)
		if got, is := FilePath(FileURI(path)); got != path || !is {
			t.Errorf("%s becomes %s", path, got)
		}
	}
	if got, is := FilePath("https://x/y"); is {
		t.Errorf("a page is the file %s", got)
	}
}
