package complete

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"rpcsh/rpcconn/catalog"
	"rpcsh/rpcconn/demo"
	"rpcsh/rpcconn/dial"
	"rpcsh/rpcconn/dialect/openrpc"
	"rpcsh/shell/columns"
	"rpcsh/shell/command"
	"rpcsh/shell/lang"
	"rpcsh/shell/ring"
	"rpcsh/shell/session"
	"rpcsh/shell/view"
)

// completionDocument describes methods as real peers have them.
const completionDocument = `{"openrpc":"1.3.2","info":{"title":"Test","version":"1"},"methods":[
	{"name":"textDocument/hover","summary":"Says what is at a position.","paramStructure":"by-name","params":[
		{"name":"textDocument","required":true,"schema":{"type":"object","properties":{"uri":{"type":"string"}},"required":["uri"]}},
		{"name":"position","required":true,"summary":"Where.","schema":{"$ref":"#/components/schemas/Position"}},
		{"name":"workDoneToken","schema":{"type":["string","integer"]}}],
		"result":{"name":"hover","schema":{"$ref":"#/components/schemas/Hover"}}},
	{"name":"nvim_open_win","paramStructure":"by-position","params":[
		{"name":"buffer","required":true,"schema":{"type":"integer"}},
		{"name":"enter","required":true,"schema":{"type":"boolean"}},
		{"name":"config","required":true,"schema":{"type":"object","properties":{
			"relative":{"enum":["editor","win","cursor"]},"border":{"oneOf":[{"enum":["none","single"]},{"type":"array","items":{"type":"string"}}]},"title":{"type":"string","default":"no title"}}}}],
		"result":{"name":"window","schema":{"type":"integer"}}},
	{"name":"Page.captureScreenshot","summary":"Takes a picture.","params":[
		{"name":"format","schema":{"type":"string","enum":["jpeg","png","webp"],"default":"png"},"summary":"How it is compressed."},
		{"name":"quality","schema":{"type":"integer","minimum":5}},
		{"name":"clip","schema":{"$ref":"#/components/schemas/Viewport"}},
		{"name":"fromSurface","schema":{"type":"boolean","default":true}}]},
	{"name":"eth_call","params":[
		{"name":"transaction","required":true,"schema":{"$ref":"#/components/schemas/Transaction"}},
		{"name":"block","schema":{"anyOf":[{"enum":["latest","pending","the earliest"]},{"type":"string","pattern":"^0x"}],"default":"latest"}}]},
	{"name":"tree","params":[{"name":"root","schema":{"$ref":"#/components/schemas/Tree"}},{"name":"odd name","schema":{}},{"name":"tags","schema":{"type":"array","items":{"enum":["true","two words","x"]}}}]},
	{"name":"two words","params":[]},
	{"name":"nothing","params":[]}],
	"components":{"schemas":{
		"Position":{"type":"object","properties":{"character":{"type":"integer","description":"Zero-based."},"line":{"type":"integer"},"encoding":{"enum":["utf-8","utf-16"]}},"required":["line","character"]},
		"Hover":{"type":"object","properties":{"contents":{"type":"string"}}},
		"Viewport":{"type":"object","properties":{"x":{"type":"number"},"y":{"type":"number"}},"required":["x","y"]},
		"Transaction":{"type":"object","properties":{"from":{"type":"string"},"to":{"type":["string","null"]},"accessList":{"type":"array","items":{"type":"object","properties":{"address":{"type":"string"}}}}}},
		"Tree":{"type":"object","properties":{"leaf":{"type":"boolean"},"children":{"type":"array","items":{"$ref":"#/components/schemas/Tree"}}}}}}}`

// completing returns a Completer of a session whose peer has the methods of completionDocument.
func completing(t testing.TB) *Completer {
	t.Helper()
	learned, err := openrpc.Read([]byte(completionDocument))
	if err != nil {
		t.Fatal(err)
	}
	known := catalog.New()
	known.Replace(learned)
	c := knowing(t, known)
	c.session.Variables().Set("x", json.RawMessage(`{"id":7,"two words":[{"deep":true},2],"name":"n"}`))
	c.session.Variables().Set("list", json.RawMessage(`[1,[2]]`))
	return c
}

// knowing returns a Completer of a session with a peer of which known is known.
func knowing(t testing.TB, known *catalog.Catalog) *Completer {
	t.Helper()
	wire := dial.Config{Protocol: "jsonrpc", Framing: "rfc7464"}
	peer, err := demo.Start(t.Context(), wire)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(peer.Close)
	store := catalog.Store{Dir: t.TempDir()}
	if err := store.Save(peer.Target().Place(), known); err != nil {
		t.Fatal(err)
	}
	s := session.New(session.Options{Store: store, Attended: true})
	t.Cleanup(s.Close)
	if _, err := s.Connect(t.Context(), peer.Target(), wire); err != nil {
		t.Fatal(err)
	}
	kept := ring.Follow(s.Events(), 1<<20)
	t.Cleanup(kept.Close)
	return New(s, command.New(command.Deps{Session: s, Ring: kept}), func() int { return 80 })
}

func TestCompletesLines(t *testing.T) {
	folder := t.TempDir()
	t.Chdir(folder)
	for _, name := range []string{"plain.json", "two words.txt", ".hidden", "sub/inner.json", "other/x", "my sub/f"} {
		path := filepath.Join(folder, name)
		if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, nil, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	slash := string(filepath.Separator)
	quoted := strings.ReplaceAll(slash, `\`, `\\`) // within "…"
	s := completing(t)
	for _, tt := range []struct{ line, want string }{
		// methods
		{`hover`, `textDocument/hover`},
		{`td/h`, `textDocument/hover`},
		{`Page.`, `Page.captureScreenshot`},
		{`cs`, `Page.captureScreenshot`},
		{`win`, `nvim_open_win`},
		{`x = !eth`, `!eth_call | !textDocument/hover | !Page.captureScreenshot`},
		{`tw`, `"two words"`},
		{`"two w`, `words"`},
		{`'two w`, ``},
		{`.call no`, `nothing | nvim_open_win | Page.captureScreenshot | textDocument/hover`},
		{`.methods eth_`, `eth_call`},
		{`.methods eth_call n`, ``},
		{`.batch nothing ; eth_`, `eth_call`},
		// names of params: required ones first, without those given
		{`textDocument/hover `, `textDocument:= | position:= | workDoneToken=`},
		{`textDocument/hover position:={"line":1} `, `textDocument:= | workDoneToken=`},
		{`textDocument/hover pos`, `position:=`},
		{`Page.captureScreenshot `, `format= | quality= | clip:= | fromSurface= | png | jpeg | webp`},
		{`.batch nothing ; !Page.captureScreenshot qual`, `quality=`},
		{`tree `, `root:= | tags:=`}, // what is no name is a key only
		{`unknown `, ``},
		{`nothing `, ``},
		// values
		{`Page.captureScreenshot format=`, `format=png | format=jpeg | format=webp`},
		{`Page.captureScreenshot format=j`, `format=jpeg`},
		{`Page.captureScreenshot format="j`, `format="jpeg"`},
		{`Page.captureScreenshot fromSurface="`, ``},
		{`Page.captureScreenshot format:=`, `format:="png" | format:="jpeg" | format:="webp"`},
		{`Page.captureScreenshot fromSurface=`, `fromSurface=true | fromSurface=false`},
		{`Page.captureScreenshot quality=`, `quality=5`},
		{`Page.captureScreenshot clip:=`, `clip:={"x":0,"y":0} | clip:={`},
		{`eth_call block=`, `block=latest | block=pending | block="the earliest"`},
		{`eth_call block="the e`, `earliest"`},
		{`eth_call block='the e`, `earliest'`},
		{`eth_call {} `, `latest | pending | "the earliest"`},
		{`nvim_open_win 1 `, `true | false`},
		{`nvim_open_win 1 t`, `true`},
		{`nvim_open_win 1 true `, `{`},
		{`nvim_open_win 1 true {} `, ``},
		{`nvim_open_win `, `buffer= | enter= | config:=`},
		{`nvim_open_win enter=`, `enter=true | enter=false`},
		// inside of JSON text
		{`nvim_open_win 1 true {`, `{"relative":  | {"border":  | {"title": `},
		{`nvim_open_win 1 true {"rel`, `{"relative": `},
		{`nvim_open_win 1 true {rel`, `{"relative": `},
		{`nvim_open_win 1 true {"relative": `, `"editor" | "win" | "cursor"`},
		{`nvim_open_win 1 true {"relative":`, `{"relative":"editor" | {"relative":"win" | {"relative":"cursor"`},
		{`nvim_open_win 1 true {"relative": "e`, `"editor"`},
		{`nvim_open_win 1 true {"relative":"win", "`, `"border":  | "title": `},
		{`nvim_open_win 1 true {"title": `, `"no title"`},
		{`nvim_open_win 1 true {"title": "no t`, `title"`},
		{`nvim_open_win 1 true {"border": `, `"none" | "single" | [`},
		{`textDocument/hover {`, `{"textDocument":  | {"position":  | {"workDoneToken": `},
		{`textDocument/hover {"position":{`,
			`{"position":{"character":  | {"position":{"line":  | {"position":{"encoding": `},
		{`textDocument/hover {"position": {"line": 1, "ch`, `"character": `},
		{`textDocument/hover position:={"encoding":`, `position:={"encoding":"utf-8" | position:={"encoding":"utf-16"`},
		{`textDocument/hover {"nosuch": {"`, ``},
		{`eth_call {"transaction": {"accessList": [{"address": "0x1"}, {`, `{"address": `},
		{`eth_call {"from`, ``}, // the params themselves
		{`eth_call [{"fr`, `[{"from": `},
		{`eth_call [{"from":"0x1"}, `, `"latest" | "pending" | "the earliest"`},
		{`tree {"`, `{"root":  | {"odd name":  | {"tags": `},
		{`tree {"odd n`, `name": `},
		{`tree root:={"children":[{"children":[{"leaf":`,
			`root:={"children":[{"children":[{"leaf":true | root:={"children":[{"children":[{"leaf":false`},
		{`tree tags:=[`, `tags:=["true" | tags:=["two words" | tags:=["x"`},
		{`tree tags:=["two w`, `words"`},
		{`tree tags:=["x", `, `"true" | "two words" | "x"`},
		{`tree tags:=["x"`, ``},
		// variables
		{`nothing $`, `$list | $x | $env`},
		{`.print $x`, ``},
		{`.print $x.`, `$x.id | $x["two words"] | $x.name`},
		{`.print $x.n`, `$x.name`},
		{`.print $x["two w`, `words"]`},
		{`.print $x["two words"][0].`, `words"][0].deep`},
		{`.print $list[`, `$list[0] | $list[1]`},
		{`.print $nosuch.`, ``},
		{`textDocument/hover {"position": $`, `$list | $x | $env`},
		// files
		{`tree root=@`, `root=@"my sub` + quoted + ` | root=@other` + slash + ` | root=@plain.json | root=@sub` +
			slash + ` | root=@"two words.txt"`},
		{`tree root:=@pl`, `root:=@plain.json`},
		{`tree root=@sub/`, `root=@sub/inner.json`},
		{`tree root=@"my s`, `sub` + quoted},
		{`tree root=@"my sub/`, `sub/f"`},
		{`tree root=@.h`, `root=@.hidden`},
		{`tree root=@nosuch/`, ``},
		{`tree root=@//host/share/`, ``},
		{`tree @pl`, `@plain.json`},
		{`tree < pl`, `plain.json`},
		// nested names
		{`tree root.`, `root.children:= | root.leaf=`},
		{`tree root.ch`, `root.children:=`},
		{`tree root.leaf=`, `root.leaf=true | root.leaf=false`},
		{`tree root.children[0].le`, `root.children[0].leaf= | root.children[0].children:=`},
		{`tree root.children[].leaf=t`, `root.children[].leaf=true`},
		{`tree root.children:=[{"leaf":`,
			`root.children:=[{"leaf":true | root.children:=[{"leaf":false`},
		{`tree tags[]=`, `tags[]="true" | tags[]="two words" | tags[]=x`},
		{`tree nosuch.`, ``},
		{`tree root..`, ``},
		{`tree root.leaf=true ta`, `tags:=`},
		// nothing
		{` `, ``},
		{`nothing | .a`, ``},
		{`nothing & `, ``},
		{`# eth`, ``},
	} {
		var got []string
		for _, g := range s.Complete(tt.line, len(tt.line)) {
			got = append(got, g.Text)
		}
		for _, text := range got {
			whole := finished(tt.line[:strings.LastIndexByte(tt.line, ' ')+1] + text)
			env := lang.Env{
				Variable: s.session.Variables().Get,
				ReadFile: func(string) ([]byte, error) { return []byte("[1]"), nil },
			}
			if _, err := lang.Parse(whole, env); err != nil {
				t.Errorf("%s\n %s, finished as %s, is no line: %v", tt.line, text, whole, err)
			}
		}
		if text := strings.Join(got, " | "); text != tt.want {
			t.Errorf("%s\n got %s\nwant %s", tt.line, text, tt.want)
		}
	}
}

// finished returns a line with what it needs to be a whole one.
func finished(line string) string {
	c := lang.ReadCursor(line)
	switch {
	case c.At == lang.AtFile && strings.Contains(line, `@"`):
		return line + `f"`
	case c.At == lang.AtFile:
		return line + "f"
	case c.At == lang.AtValue && c.Typed == "":
		line += "1"
	}
	nested := 0 // steps that the name has
	if _, argument, named := strings.Cut(line, c.Name); named && c.Name != "" {
		steps, _, _ := strings.Cut(argument, "=")
		nested = strings.Count(steps, ".") + strings.Count(steps, "[")
	}
	for _, step := range slices.Backward(c.Path[min(nested, len(c.Path)):]) {
		if step.Element {
			line += "]"
		} else {
			line += "}"
		}
	}
	if c.At == lang.AtKey {
		line += "}"
	}
	return line
}

func TestHint(t *testing.T) {
	s := completing(t)
	for _, tt := range []struct{ line, want string }{
		{`eth_cal`, ``},
		{`nvim_open_win`, `nvim_open_win(buffer: integer, enter: boolean, config: object) → integer`},
		{`Page.captureScreenshot`, `Page.captureScreenshot(format?: "jpeg"|"png"|"webp", …) · Takes a picture.`},
		{`nvim_open_win `, `nvim_open_win(▸buffer: integer◂, enter: boolean, config: object) → integer`},
		{`nvim_open_win 1`, `nvim_open_win(▸buffer: integer◂, enter: boolean, config: object) → integer`},
		{`nvim_open_win 1 `, `nvim_open_win(buffer: integer, ▸enter: boolean◂, config: object) → integer`},
		{`nvim_open_win config:={"ti`, `nvim_open_win(buffer: integer, enter: boolean, ▸config: object◂) → integer`},
		{`nvim_open_win 1 true {} `, `nvim_open_win(buffer: integer, enter: boolean, config: object) → integer`},
		{`x = @1 !textDocument/hover {"position": {"line": `,
			`textDocument/hover(…, ▸position: Position◂, …) · .line integer, required`},
		{`textDocument/hover {"position": `, `textDocument/hover(…, ▸position: Position◂, …) → Hover · Where.`},
		{`nvim_open_win | `, ``},
		{`nosuch 1`, ``},
		{`nothing`, `nothing()`},
		{`nothing `, `nothing()`},
		{``, ``},
	} {
		if got := s.Hint(tt.line, len(tt.line)); got != tt.want {
			t.Errorf("%s\n got %s\nwant %s", tt.line, got, tt.want)
		}
	}
}

// manyMethods returns a catalog of n methods, as a peer that generates them would have.
func manyMethods(n int) *catalog.Catalog {
	methods := make([]catalog.Method, n)
	for i := range methods {
		methods[i] = catalog.Method{
			Name: fmt.Sprintf("%s%d.%s_%s%d", []string{"Page", "Runtime", "eth", "nvim"}[i%4], i%50,
				[]string{"get", "set", "on"}[i%3], []string{"Value", "Block", "Window"}[i%3], i),
			Source: "x", Summary: "Does what it says.",
			Params: []catalog.Param{
				{Name: "mode", Required: true, Schema: json.RawMessage(`{"enum":["a","b"]}`)},
				{Name: "value", Schema: json.RawMessage(`{"type":"object","properties":{"deep":{"type":"string"}}}`)},
			},
		}
	}
	return catalog.New(methods...)
}

func BenchmarkComplete(b *testing.B) {
	s := knowing(b, manyMethods(20_000))
	known := s.session.Peers().Current().Known()
	for s.commands.Index().Find(known, "e") == nil { // until it is indexed
		time.Sleep(time.Millisecond)
	}
	for _, line := range []string{
		"e", "get", "Pgv1", "zzzz", "Page0.get_Value0", "Page0.get_Value0 ", `Page0.get_Value0 value:={"de`,
	} {
		b.Run(line, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				s.Complete(line, len(line))
				s.Hint(line, len(line))
			}
		})
	}
}

func FuzzComplete(f *testing.F) {
	s := completing(f)
	for _, line := range []string{
		`eth_call {"transaction": {"accessList": [{"`, `nvim_open_win 1 true {"border": "no`,
		`.print $x["two w`, `Page.captureScreenshot format="j`, `.batch a ; "two w`, `@1 tree tags:=["`,
	} {
		f.Add(line)
	}
	f.Fuzz(func(t *testing.T, line string) {
		if strings.Contains(line, "@") && strings.ContainsAny(line, "/.") {
			t.Skip("it may read folders")
		}
		word := line[strings.LastIndexByte(line, ' ')+1:]
		for _, g := range s.Complete(line, len(line)) {
			if g.Text == "" || view.Visible(g.Text) != g.Text {
				t.Fatalf("%q: %q is suggested for %q", line, g.Text, word)
			}
		}
		if hint := s.Hint(line, len(line)); view.Visible(hint) != hint || columns.Width(hint) > s.width() {
			t.Fatalf("%q: the hint %q", line, hint)
		}
	})
}

// What begins with what is typed goes first, and of that the files: they are found by letters anywhere, too.
func TestBesideFiles(t *testing.T) {
	for _, tt := range []struct {
		typed, files, others, want string
	}{
		{"", "a.sh b.sh", "position", "a.sh b.sh position"},
		{"pos", "a_postman.sh", "position apos", "position a_postman.sh apos"},
		{"p", "p.sh xp.sh", "position", "p.sh position xp.sh"},
		{"p", "", "position", "position"},
	} {
		var got []string
		for _, c := range besideFiles(tt.typed, choicesOf(tt.files), choicesOf(tt.others)) {
			got = append(got, c.text)
		}
		if strings.Join(got, " ") != tt.want {
			t.Errorf("%q: %v, want %s", tt.typed, got, tt.want)
		}
	}
}

func choicesOf(texts string) (all []choice) {
	for _, text := range strings.Fields(texts) {
		all = append(all, choice{text: text})
	}
	return all
}
