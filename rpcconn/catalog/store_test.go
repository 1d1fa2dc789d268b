package catalog

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"reflect"
	"runtime"
	"strings"
	"sync"
	"testing"

	"rpcsh/rpcconn/schema"
)

func TestStore(t *testing.T) {
	s := Store{Dir: filepath.Join(t.TempDir(), "new", "folder")}
	const target = "unix:///run/../a b%/ü:1"
	if c, err := s.Load(target); err != nil || len(c.Methods()) != 0 {
		t.Fatalf("at first there is %v, %v", c.Methods(), err)
	}
	want := []Method{
		{Name: "a", Source: sourcePeer, Summary: "s",
			Params: []Param{{Name: "p", Summary: "q", Required: true, Schema: json.RawMessage(`{"type":"string"}`)}}},
		{Name: "b", Source: SourceUsed},
		{Name: "b", Ours: true},
	}
	if err := s.Save(target, New(want...)); err != nil {
		t.Fatal(err)
	}
	if err := s.Save("tcp://other:1", New(Method{Name: "other"})); err != nil {
		t.Fatal(err)
	}
	c, err := s.Load(target)
	if got := c.Methods(); err != nil || !reflect.DeepEqual(got, want) {
		t.Errorf("got %+v, %v, want %+v", got, err, want)
	}
	files, err := os.ReadDir(s.Dir)
	if err != nil || len(files) != 2+1 { // the lock
		t.Fatalf("the folder has %v, %v", files, err)
	}
	for _, f := range files {
		if info, err := f.Info(); err != nil || info.Mode().Perm() != 0o600 && runtime.GOOS != "windows" {
			t.Errorf("%s has mode %v, %v", f.Name(), info.Mode(), err)
		}
	}
	if info, err := os.Stat(s.Dir); err != nil || info.Mode().Perm() != 0o700 && runtime.GOOS != "windows" {
		t.Errorf("the folder has mode %v, %v", info.Mode(), err)
	}
}

func TestStoreKeepsAll(t *testing.T) {
	s := Store{Dir: t.TempDir()}
	c := New()
	c.Replace(&Learned{
		Source: "mcp", Peer: Identity{Name: "p", Version: "1", Modules: []string{"m"}},
		Methods: []Method{
			{
				Name: "m", Kind: KindRequest, Summary: "s", Description: "<d>", Structure: ByName, Open: true,
				Deprecated: true, Tags: []string{"t"},
				Params: []Param{{Name: "a", Schema: json.RawMessage(`{"default":1e400,"title":"<&>"}`)}},
				Result: &Param{Name: "r"}, Errors: []MethodError{{1, "e", json.RawMessage(`{}`)}},
				Examples: []Example{{"e", json.RawMessage(`[1]`), json.RawMessage(`2`)}}, Via: &Via{"call",
					json.RawMessage(`{"a":1}`), "b"},
			},
			{Name: "none", Params: []Param{}},
		},
		Definitions: schema.Definitions{"D": json.RawMessage(`{"minimum":100.000000}`)},
	})
	c.Answered("mcp", true)
	c.Answered("rpc.discover", false)
	if err := s.Save("t", c); err != nil {
		t.Fatal(err)
	}
	got, err := s.Load("t")
	if err != nil || !reflect.DeepEqual(got.Methods(), c.Methods()) ||
		!reflect.DeepEqual(got.Definitions(), c.Definitions()) || !reflect.DeepEqual(got.Peer(), c.Peer()) {
		t.Errorf("got %+v, %s, %v, %v\nwant %+v, %s, %v", got.Methods(), got.Definitions(), got.Peer(), err,
			c.Methods(), c.Definitions(), c.Peer())
	}
	for convention, want := range map[string][2]bool{"mcp": {true, true}, "rpc.discover": {false, true},
		"help": {false, false}} {
		if answered, asked := got.Asked(convention); answered != want[0] || asked != want[1] {
			t.Errorf("%s: answered %v, asked %v", convention, answered, asked)
		}
	}
}

func TestStoredDefinitionsGiveWay(t *testing.T) {
	s := Store{Dir: t.TempDir()}
	define := func(c *Catalog, source Source, text string) {
		c.Replace(&Learned{Source: source, Definitions: schema.Definitions{"D": json.RawMessage(text)}})
	}
	c := New()
	define(c, "mcp", "1")
	if err := s.Save("t", c); err != nil {
		t.Fatal(err)
	}
	c, err := s.Load("t")
	if err != nil || string(c.Definitions()["D"]) != "1" {
		t.Fatalf("got %s, %v", c.Definitions(), err)
	}
	define(c, "mcp", "2")
	c.Replace(&Learned{Source: SourceCode})
	if got := string(c.Definitions()["D"]); got != "2" {
		t.Errorf("D is %s, as it was in an earlier run", got)
	}
}

func TestStoreOfOtherVersions(t *testing.T) {
	s := Store{Dir: t.TempDir()}
	for content, want := range map[string]string{
		`[{"name":"old","source":"used","params":[{"name":"a"}]}]`: "old:used",
		`{"version":1000,"methods":5}`:                             "",
	} {
		if err := os.WriteFile(s.path("t"), []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
		if c, err := s.Load("t"); err != nil || names(c.Methods()) != want {
			t.Errorf("%s: got %s, %v", content, names(c.Methods()), err)
		}
	}
}

func TestStoreOfLongTargets(t *testing.T) {
	s := Store{Dir: t.TempDir()}
	long := "unix:///" + strings.Repeat("a/", 150)
	for i, target := range []string{long + "x", long + "y"} {
		if err := s.Save(target, New(Method{Name: fmt.Sprint(i)})); err != nil {
			t.Fatal(err)
		}
	}
	if c, err := s.Load(long + "x"); err != nil || !c.Knows("0") || c.Knows("1") {
		t.Errorf("got %v, %v", c.Methods(), err)
	}
}

func TestStoreWithACorruptFile(t *testing.T) {
	s := Store{Dir: t.TempDir()}
	if err := s.Save("t", New(Method{Name: "m"})); err != nil {
		t.Fatal(err)
	}
	for _, content := range []string{"", "{", `{"a":1}`, `[{"name":5}]`, "\x00", `{"version":2,"methods":{}}`,
		`{"version":2,"peer":[]}`, `{"version":"x"}`} {
		if err := os.WriteFile(s.path("t"), []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
		c, err := s.Load("t")
		if err == nil || !strings.Contains(err.Error(), s.path("t")) || !strings.Contains(err.Error(), "delete it") {
			t.Errorf("%q: the error is %v", content, err)
		}
		if c == nil || len(c.Methods()) != 0 {
			t.Errorf("%q: the catalog is %v", content, c)
		}
	}
	if err := s.Save("t", New(Method{Name: "new"})); err != nil {
		t.Fatal(err)
	}
	if c, err := s.Load("t"); err != nil || !c.Knows("new") {
		t.Errorf("a corrupt file is not written anew: %v", err)
	}
}

func TestStoreThatRemembersNothing(t *testing.T) {
	var s Store
	if err := s.Save("t", New(Method{Name: "m"})); err != nil {
		t.Error(err)
	}
	if c, err := s.Load("t"); err != nil || c.Knows("m") {
		t.Errorf("got %v, %v", c.Methods(), err)
	}
}

func TestStoreThatCannotBe(t *testing.T) {
	file := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(file, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	s := Store{Dir: file}
	if err := s.Save("t", New()); err == nil || !strings.Contains(err.Error(), "remembering the methods of t") {
		t.Errorf("saving: %v", err)
	}
	if c, err := s.Load("t"); c == nil || err == nil && runtime.GOOS != "windows" { // for which it is not there
		t.Errorf("loading: %v, %v", c, err)
	}
}

func TestStoreOfManyShells(t *testing.T) {
	s := Store{Dir: t.TempDir()}
	var wg sync.WaitGroup
	for i := range 4 {
		wg.Go(func() {
			for range 20 {
				methods := make([]Method, 100*(i+1))
				for j := range methods {
					methods[j].Name = fmt.Sprint(j)
				}
				if err := s.Save("t", New(methods...)); err != nil {
					t.Error(err)
				}
				if c, err := s.Load("t"); err != nil || len(c.Methods())%100 != 0 {
					t.Errorf("got %d methods, %v", len(c.Methods()), err)
				}
			}
		})
	}
	wg.Wait()
	if files, err := os.ReadDir(s.Dir); err != nil || len(files) != 1+1 { // the lock
		t.Errorf("the folder has %v, %v", files, err)
	}
}

// TestStoreOfTwoShells has two shells that began with the same file: what each has seen the peer call on it stays, and
// what one has found not to be there does not come back by itself.
func TestStoreOfTwoShells(t *testing.T) {
	s := Store{Dir: t.TempDir()}
	if err := s.Save("t", New(Method{Name: "wrong", Source: SourceTraffic})); err != nil {
		t.Fatal(err)
	}
	var shells [2]*Catalog
	for i := range shells {
		c, err := s.Load("t")
		if err != nil {
			t.Fatal(err)
		}
		shells[i] = c
	}
	shells[0].Learn(Method{Name: "a", Source: SourceTraffic})
	shells[0].Forget("wrong")
	shells[1].Learn(Method{Name: "b", Source: SourceTraffic})
	for _, c := range []*Catalog{shells[1], shells[0]} {
		if err := s.Save("t", c); err != nil {
			t.Fatal(err)
		}
	}
	c, err := s.Load("t")
	var names []string
	for _, m := range c.Methods() {
		names = append(names, m.Name)
	}
	if got := strings.Join(names, " "); err != nil || got != "a b" {
		t.Errorf("known are %s, %v", got, err)
	}
}
