package dialect

import "testing"

func TestFileURIs(t *testing.T) {
	for path, uri := range map[string]string{
		`C:\two words\x.json`:   "file:///C:/two%20words/x.json",
		`C:\`:                   "file:///C:/",
		`\\server\share\a\b.py`: "file://server/share/a/b.py",
	} {
		if got := FileURI(path); got != uri {
			t.Errorf("%s: %s, want %s", path, got, uri)
		}
		if got, is := FilePath(uri); got != path || !is {
			t.Errorf("%s: %s, want %s", uri, got, path)
		}
	}
	if got, is := FilePath("file:///c%3A/b"); got != `c:\b` || !is {
		t.Errorf("with an escaped colon, it is %s", got)
	}
}
