package cdp

import (
	"context"
	"encoding/json"
	"errors"
	"slices"
	"strings"
	"testing"

	"rpcsh/rpcconn"
	"rpcsh/rpcconn/catalog"
	"rpcsh/rpcconn/dialect"
	"rpcsh/rpcconn/dialect/dialecttest"
)

const cdpDocument = `{"version":{"major":"1","minor":"3"},"domains":[
	{"domain":"Page","experimental":true,
	"types":[{"id":"Frame","type":"object",
	"properties":[{"name":"id","type":"string"},{"name":"loader","$ref":"Network.LoaderId","optional":true}]},
		{"id":"Kind","type":"string","enum":["a","b"]}],
	 "commands":[{"name":"go","description":"Goes to\na page. Then it loads.",
	"parameters":[{"name":"url","type":"string","description":"where\nto"},
	{"name":"kinds","type":"array","items":{"$ref":"Kind"},"optional":true},
		{"name":"any","type":"any","optional":true,"deprecated":true},
		{"name":"data","type":"binary","optional":true}],"returns":[{"name":"frame","$ref":"Frame"}]},
		{"name":"stop","deprecated":true}],
	 "events":[{"name":"gone","parameters":[{"name":"frame","$ref":"Frame"}]}]},
	{"domain":"Old","deprecated":true,"commands":[{"name":"x"},{"description":"no name"}]},
	{"types":[{"id":"T"}]},5,{"domain":"Odd","commands":[7,{"name":"y"}],"types":5}]}`

func TestFromCDP(t *testing.T) {
	learned, err := Read([]byte(cdpDocument))
	if err != nil {
		t.Fatal(err)
	}
	c := catalog.New()
	c.Replace(learned)
	var got []string
	for _, m := range c.Methods() {
		line := m.Signature()
		if m.Ours {
			line += " ours"
		}
		if m.Deprecated {
			line += " deprecated"
		}
		got = append(got, line+" "+strings.Join(m.Tags, ","))
	}
	want := []string{
		"Odd.y() ",
		"Old.x() deprecated ",
		"Page.go(url: string, kinds?: [Page.Kind], any?, data?: string) → object experimental",
		"Page.gone(frame: Page.Frame) ours experimental",
		"Page.stop() deprecated experimental",
	}
	if !slices.Equal(got, want) {
		t.Errorf("got %q", got)
	}
	if m, _ := c.Find("Page.go"); m.Summary != "Goes to a page" || m.Description != "Then it loads." ||
		m.Params[0].Summary != "where to" || !m.Params[2].Deprecated ||
		string(m.Result.Schema) != `{"type":"object",`+
			`"properties":{"frame":{"$ref":"#/components/schemas/Page.Frame"}},"required":["frame"]}` {
		t.Errorf("Page.go is %+v, result %s", m, m.Result.Schema)
	}
	for name, want := range map[string]string{
		"Page.Frame": `{"type":"object","properties":{"id":{"type":"string"},` +
			`"loader":{"$ref":"#/components/schemas/Network.LoaderId"}},"required":["id"]}`,
		"Page.Kind": `{"type":"string","enum":["a","b"]}`,
	} {
		if got := learned.Definitions[name]; string(got) != want {
			t.Errorf("%s is %s", name, got)
		}
	}
	if !slices.Equal(learned.Remarks, []string{"domains that could not be read as a whole: 2"}) {
		t.Errorf("the remarks are %q", learned.Remarks)
	}
}

func TestFromCDPSaysWhatIsNone(t *testing.T) {
	deep := `{"domains":[` + strings.Repeat(`{"items":`, 2000) + "1" + strings.Repeat("}", 2000) + `]}`
	for _, document := range []string{``, `<html>`, `null`, `5`, `[]`, `{}`, `{"domains":5}`, deep} {
		if learned, err := Read([]byte(document)); err == nil {
			t.Errorf("%.40q is %+v", document, learned)
		}
	}
}

func TestCDP(t *testing.T) {
	get := func(pages map[string]string) func(context.Context, string) ([]byte, error) {
		return func(ctx context.Context, path string) ([]byte, error) {
			if page, ok := pages[path]; ok {
				return []byte(page), ctx.Err()
			}
			return nil, errors.New("getting " + path + ": 404")
		}
	}
	const version = `{"Browser":"Chrome/1.2.3","Protocol-Version":"1.3"}`
	domains := map[string]string{methodGetDomains: `{"domains":[{"name":"Runtime"},{"name":"Debugger"}]}`}
	tests := []struct {
		name    string
		pages   map[string]string // nil: it is not reached by HTTP
		answers map[string]string
		peer    string
		methods int
		remark  string
	}{
		{"all", map[string]string{protocolPath: cdpDocument, versionPath: version}, nil, "Chrome 1.2.3 (protocol 1.3)",
			5, "domains that could not"},
		{"nobody says who", map[string]string{protocolPath: `{"domains":[]}`}, nil, "", 0, ""},
		{"odd version", map[string]string{protocolPath: `{"domains":[]}`, versionPath: "x"}, nil, "", 0, ""},
		{"not found", map[string]string{}, domains, "(Runtime, Debugger)", 1,
			"only the names of domains are known: getting /json/protocol: 404"},
		{"no document", map[string]string{protocolPath: `hello`}, domains, "(Runtime, Debugger)", 1,
			"only the names of domains are known: reading"},
		{"no HTTP", nil, domains, "(Runtime, Debugger)", 1,
			"only the names of domains are known: /json/protocol is not reached"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			p, _ := dialecttest.Answering(test.answers)
			if test.pages != nil {
				p.Get = get(test.pages)
			}
			learned, err := Dialect().Learn(t.Context(), p, nil)
			if err != nil {
				t.Fatal(err)
			}
			if learned.Peer.String() != test.peer || len(learned.Methods) != test.methods ||
				!strings.HasPrefix(strings.Join(learned.Remarks, ""), test.remark) {
				t.Errorf("got %s, %d methods, remarks %q", learned.Peer, len(learned.Methods), learned.Remarks)
			}
		})
	}
	p, _ := dialecttest.Answering(nil)
	var refused *rpcconn.Error
	if _, err := learn(t.Context(), p); !errors.As(err, &refused) {
		t.Errorf("a peer without Schema.getDomains: %v", err)
	}
	p, _ = dialecttest.Answering(map[string]string{methodGetDomains: `[]`})
	if _, err := learn(t.Context(), p); !errors.Is(err, dialect.ErrNotOffered) {
		t.Errorf("an answer of another form: %v", err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	p.Get = get(map[string]string{protocolPath: cdpDocument})
	if _, err := learn(ctx, p); !errors.Is(err, context.Canceled) {
		t.Errorf("given up: %v", err)
	}
}

func FuzzFromCDP(f *testing.F) {
	f.Add([]byte(cdpDocument))
	f.Add([]byte(`{"domains":[{"domain":"A","types":[{"id":"T","type":"array","items":{"items":{"enum":null}}}]}]}`))
	f.Fuzz(func(t *testing.T, document []byte) {
		learned, err := Read(document)
		if err != nil {
			return
		}
		if _, err := json.Marshal(learned); err != nil {
			t.Fatalf("%q: %v", document, err)
		}
		for _, m := range learned.Methods {
			if _, name, ok := strings.Cut(m.Name, "."); !ok || name == "" || m.Params == nil {
				t.Fatalf("%q gives %+v", document, m)
			}
		}
	})
}
