package pinned

import (
	"errors"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"testing"
)

func TestSource(t *testing.T) {
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path != "/there" {
			http.NotFound(w, r)
			return
		}
		_, _ = w.Write([]byte("text"))
	}))
	defer server.Close()
	s := Source{URL: server.URL + "/there", SHA256: Sum([]byte("text"))}
	if got, err := s.Read(""); err != nil || string(got) != "text" {
		t.Errorf("got %s, %v", got, err)
	}
	file := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(file, []byte("other"), 0o600); err != nil {
		t.Fatal(err)
	}
	if got, err := s.Read(file); err == nil {
		t.Errorf("another version is %s", got)
	}
	if got, err := s.Read(file + "-that-is-not-there"); err == nil {
		t.Errorf("a file that is not there is %s", got)
	}
	if got, err := (Source{URL: server.URL + "/none"}).Read(""); err == nil {
		t.Errorf("what is not there is %s", got)
	}
}

func TestWrite(t *testing.T) {
	s := Source{URL: "a", SHA256: "b"}
	file := filepath.Join(t.TempDir(), "data.gz")
	if err := s.Write(file, []byte("data")); err != nil {
		t.Fatal(err)
	}
	if got, err := s.Unpack(file); err != nil || string(got) != "data" {
		t.Errorf("got %s, %v", got, err)
	}
	if got, err := (Source{URL: "a", SHA256: "c"}).Unpack(file); err == nil {
		t.Errorf("of another source: %s", got)
	}
	if err := os.WriteFile(file+".source", nil, 0o600); err != nil {
		t.Fatal(err)
	}
	if got, err := s.Unpack(file); err == nil {
		t.Errorf("with another note: %s", got)
	}
}

// A program makes data of the source, once it has read the right one, and says how it is called.
func TestRun(t *testing.T) {
	dir := t.TempDir()
	source, data := filepath.Join(dir, "source"), filepath.Join(dir, "data")
	if err := os.WriteFile(source, []byte("text"), 0o600); err != nil {
		t.Fatal(err)
	}
	s := Source{URL: "a", SHA256: Sum([]byte("text"))}
	double := func(source []byte) ([]byte, error) { return append(source, source...), nil }
	if err := run(s, double, []string{data, source}); err != nil {
		t.Fatal(err)
	}
	if got, err := s.Unpack(data); err != nil || string(got) != "texttext" {
		t.Errorf("the data is %s, %v", got, err)
	}
	fails := func([]byte) ([]byte, error) { return nil, os.ErrInvalid }
	if err := run(s, fails, []string{data, source}); !errors.Is(err, os.ErrInvalid) {
		t.Errorf("a source of which nothing can be made: %v", err)
	}
	for _, args := range [][]string{nil, {data, source, "more"}, {data, data}} {
		if err := run(s, double, args); err == nil {
			t.Errorf("%q is taken", args)
		}
	}
}
