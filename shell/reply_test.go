package shell_test

import (
	"encoding/json"
	"strings"
	"testing"
)

// What answers a request is known where its protocol, or the request itself, says so: it is told, completed and
// checked.
func TestReplyIsChecked(t *testing.T) {
	t.Parallel()
	s := mcpServer(t, func() string { return echoTool }, nil)
	p := dialledAs(t, s, "mcp")
	p.see(`methods by mcp`)
	answered := make(chan string, 1)
	go func() {
		r, err := s.link().Call(t.Context(), "elicitation/create", json.RawMessage(`{"message":"Who?",`+
			`"requestedSchema":{"type":"object","properties":{"name":{"type":"string","description":"`+
			strings.Repeat("of yours ", 20)+`"},`+
			`"size":{"enum":["small","large"]}},"required":["name"]}}`))
		if err != nil {
			answered <- err.Error()
			return
		}
		answered <- string(r.Result)
	}()
	n := p.asked("elicitation/create")
	p.see(`^  message +string +"Who\?"$`) // its params as a form
	for _, tt := range []struct{ typed, want string }{
		{"", `{"action":"accept","content":{"name":""}} ? action= content:=`},
		{"act", "action="},
		{"action=", "accept decline cancel"},
		{`{"`, `"action":  "content": `},
		{`{"content":{"`, `"name":  "size": `},
		{`{"content":{"size":"`, `"small" "large"`},
	} {
		line := ".reply " + n + " " + tt.typed
		var got []string
		for _, c := range p.shell.Complete(line, len(line)) {
			got = append(got, c.Lead+c.Text)
		}
		if text := strings.Join(got, " "); !strings.Contains(text, strings.Fields(tt.want)[0]) ||
			len(strings.Fields(text)) != len(strings.Fields(tt.want)) {
			t.Errorf("%q completes %s, want %s", tt.typed, text, tt.want)
		}
	}
	for _, tt := range []struct{ value, want string }{
		{"?", `in the editor: .reply ` + n + ` {"action":"accept","content":{"name":""}}`},
		{"?", `    .size  "small"|"large"              optional`},
		{`action=maybe`, `^ the result.action is "maybe", one of "accept", "decline", "cancel" is wanted (.reply `},
		{`{"action":"accept","content":{}}`, `^ the result.content.name is missing`},
		{`--anywy 6`, `^ there is no --anywy: .reply has --anyway`},
		{`6`, `^ the result is a number, an object is wanted`},
	} {
		if got := p.run(".reply " + n + " " + tt.value); !strings.Contains(inOneRow(got), inOneRow(tt.want)) {
			t.Errorf("%s: got\n%swant %s", tt.value, got, tt.want)
		}
	}
	for _, tt := range []struct {
		rows int
		want string
	}{
		{100, ".name string required of yours"}, {6, "paged answer to elicitation/create"},
		{6, ".name string required .size"}, {4, "paged in the editor"},
	} {
		p.resize(tt.rows)
		if got := p.run(".reply " + n + " ?"); !strings.Contains(inOneRow(got), tt.want) {
			t.Errorf("in %d rows: got\n%swant %s", tt.rows, got, tt.want)
		}
	}
	p.resize(0)
	line := ".reply " + n + " --anyway "
	if all := p.shell.Complete(line, len(line)); len(all) == 0 {
		t.Error("nothing is completed behind --anyway")
	}
	p.run(line + "action=maybe")
	if got := <-answered; got != `{"action":"maybe"}` {
		t.Errorf("answered %s", got)
	}
}
