package export

import (
	"encoding/json"
	"flag"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"rpcsh/rpcconn"
	"rpcsh/shell/event"
)

var update = flag.Bool("update", false, "write what the page's script does now into testdata")

// pageEvents are a call and its answer, an error, and what is no message, with text that would break a page.
func pageEvents() []*Event {
	c := &Conn{Number: 1, Title: "h:1"}
	at := time.Date(2026, 11, 29, 17, 15, 11, 0, time.UTC)
	one := func(e event.Event, text string) *Event {
		e.Time = at
		all := &Event{Event: e, Conn: c, Text: []byte(text)}
		if text == "" {
			all.Text = nil
		}
		return all
	}
	id := rpcconn.IntID(1)
	return []*Event{
		one(event.Event{Kind: event.Connect, Text: "connected"}, ""),
		one(event.Event{Kind: event.Request, Out: true, ID: id, Method: "add", Params: json.RawMessage("[40,2]")},
			`{"id":1,"method":"add","params":[40,2]}`),
		one(event.Event{Kind: event.Response, ID: id, Method: "add", Result: json.RawMessage("42"), Took: time.Second},
			`{"id":1,"result":42}`),
		one(event.Event{Kind: event.Notification, Method: "</script><b>", Params: json.RawMessage(`["<!-- Ä"]`)},
			`{"method":"</script><b>","params":["<!-- Ä"]}`),
		one(event.Event{Kind: event.Error, ID: rpcconn.IntID(2), Err: rpcconn.NewError(-1, "no luck")},
			`{"id":2,"error":{"code":-1,"message":"no luck"}}`),
	}
}

// The page refers to nothing else, its elements end, and it has a dark and a light theme.
func TestPage(t *testing.T) {
	page := written(t, "html", pageEvents()...)
	for _, outside := range []string{`\bsrc\s*=`, `\bhref\s*=`, `url\(`, `@import`, `https?:`, `//\w`, `\bfetch\(`,
		`\bimport\(`, `XMLHttpRequest`, `WebSocket`, `innerHTML`, `\bon\w+="`} {
		if found := regexp.MustCompile(outside).FindString(page); found != "" {
			t.Errorf("the page has %q", found)
		}
	}
	var open []string
	void := map[string]bool{"meta": true, "input": true}
	text := regexp.MustCompile(`(?s)(<(?:script|style)[^>]*>).*?(</)`).ReplaceAllString(page, "$1$2")
	for _, tag := range regexp.MustCompile(`<(/?)(\w+)[^>]*>`).FindAllStringSubmatch(text, -1) {
		switch name := tag[2]; {
		case void[name]:
		case tag[1] == "":
			open = append(open, name)
		case len(open) == 0 || open[len(open)-1] != name:
			t.Fatalf("</%s> ends %v", name, open)
		default:
			open = open[:len(open)-1]
		}
	}
	if len(open) > 0 {
		t.Errorf("%v does not end", open)
	}
	colors := regexp.MustCompile(`--\w+: light-dark\((#\w+), (#\w+)\);`).FindAllStringSubmatch(pageStyle, -1)
	if !strings.Contains(pageStyle, "color-scheme: light dark") || len(colors) < 8 {
		t.Errorf("%d colours have two themes", len(colors))
	}
	for _, c := range colors {
		if c[1] == c[2] {
			t.Errorf("%s is the same in both", c[0])
		}
	}
}

// The page's script draws what has happened, and finds it.
func TestPageScript(t *testing.T) {
	node, err := exec.LookPath("node")
	if err != nil {
		t.Skip("node is not there to run the page's script")
	}
	file := filepath.Join(t.TempDir(), "page.html")
	if err := os.WriteFile(file, []byte(written(t, "html", pageEvents()...)), 0o600); err != nil {
		t.Fatal(err)
	}
	got, err := exec.Command(node, "testdata/browser.js", file, "search=ADD 40", "search=luck", "search=", "out",
		"errors", "rest", "errors", "search=</script>").CombinedOutput()
	if err != nil {
		t.Fatalf("%v: %s", err, got)
	}
	const want = `testdata/browser.txt`
	if *update {
		if err := os.WriteFile(want, got, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	if text, err := os.ReadFile(want); err != nil || string(text) != string(got) {
		t.Errorf("got\n%s\nwant\n%s, %v", got, text, err)
	}
}
