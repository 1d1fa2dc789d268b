package dialecttest

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"testing"

	"rpcsh/rpcconn"
	"rpcsh/rpcconn/catalog"
	"rpcsh/rpcconn/dialect"
	"rpcsh/rpcconn/schema"
)

// A Peer answers calls from a table with keys "method params" or "method"; other methods do not exist. The answer "hang
// up" ends the connection.
type Peer struct {
	Answers map[string]string
	Asked   []string
	gone    bool
}

var ErrHungUp = errors.New("the connection is closed")

func (a *Peer) call(_ context.Context, method string, params json.RawMessage) (json.RawMessage, error) {
	if a.gone {
		return nil, ErrHungUp
	}
	asked := strings.TrimSpace(method + " " + string(params))
	a.Asked = append(a.Asked, asked)
	answer, ok := a.Answers[asked]
	if !ok {
		answer, ok = a.Answers[method]
	}
	switch {
	case !ok:
		return nil, rpcconn.NewError(rpcconn.CodeMethodNotFound, "")
	case answer == "hang up":
		a.gone = true
		return nil, ErrHungUp
	}
	return json.RawMessage(answer), nil
}

// Learn asks the peer by a dialect that has no handshake.
func (a *Peer) Learn(t *testing.T, d dialect.Dialect) (*catalog.Learned, error) {
	t.Helper()
	return d.Learn(t.Context(), dialect.Peer{Call: a.call}, nil)
}

// Signatures returns what was learned, a method a line: its kind where that is known, whose it is, its signature, and
// what is said of it.
func Signatures(l *catalog.Learned) string {
	var b strings.Builder
	for _, m := range l.Methods {
		if m.Ours {
			b.WriteString("ours ")
		}
		b.WriteString([]string{"", "request ", "notification "}[m.Kind])
		if m.Structure != "" {
			b.WriteString(string(m.Structure) + " ")
		}
		b.WriteString(m.Signature())
		if m.Deprecated {
			b.WriteString(" deprecated")
		}
		if m.Tags != nil {
			b.WriteString(" [" + strings.Join(m.Tags, " ") + "]")
		}
		for _, text := range []string{m.Summary, m.Description} {
			if text != "" {
				b.WriteString(" # " + strings.ReplaceAll(text, "\n", "\\n"))
			}
		}
		b.WriteString("\n")
	}
	return b.String()
}

// Lines returns the lines of a text that is indented in a test.
func Lines(text string) string {
	var b strings.Builder
	for line := range strings.Lines(text) {
		if line = strings.TrimSpace(line); line != "" {
			b.WriteString(line + "\n")
		}
	}
	return b.String()
}

// CheckLearned checks what all that is learned has to be: named, from source, its schemas JSON that can be looked at.
func CheckLearned(t *testing.T, l *catalog.Learned, source catalog.Source) {
	t.Helper()
	for _, m := range l.Methods {
		if m.Name == "" || m.Source != source {
			t.Fatalf("%+v has no name, or is not from %s", m, source)
		}
		for _, p := range append(m.Params, catalog.Param{}) {
			checkSchema(t, l, p.Schema)
		}
		if m.Result != nil {
			checkSchema(t, l, m.Result.Schema)
		}
		if _, err := json.Marshal(m); err != nil {
			t.Fatalf("%+v: %v", m, err)
		}
	}
	for _, schema := range l.Definitions {
		checkSchema(t, l, schema)
	}
}

func checkSchema(t *testing.T, l *catalog.Learned, text json.RawMessage) {
	t.Helper()
	if text == nil {
		return
	}
	if !json.Valid(text) {
		t.Fatalf("the schema %s is no JSON", text)
	}
	_ = schema.TypeText(text)
	_ = l.Definitions.Properties(text)
	_ = l.Definitions.Sample(text)
}

// Answering returns a Peer that answers by what is in answers under "METHOD" or "METHOD PARAMS", and all that it was
// sent. Text after an exclamation mark is why the connection ends instead.
func Answering(answers map[string]string) (p dialect.Peer, sent *[]string) {
	sent = new([]string)
	p.Call = func(ctx context.Context, method string, params json.RawMessage) (json.RawMessage, error) {
		line := strings.TrimSpace(method + " " + string(params))
		*sent = append(*sent, line)
		if ctx.Err() != nil {
			return nil, ctx.Err()
		}
		answer, ok := answers[line]
		if !ok {
			answer, ok = answers[method]
		}
		if reason, failed := strings.CutPrefix(answer, "!"); failed {
			return nil, fmt.Errorf("%w: %s", rpcconn.ErrClosed, reason)
		}
		if !ok {
			return nil, rpcconn.NewError(rpcconn.CodeMethodNotFound, "")
		}
		return json.RawMessage(answer), nil
	}
	p.Notify = func(_ context.Context, method string, params json.RawMessage) error {
		*sent = append(*sent, strings.TrimSpace("!"+method+" "+string(params)))
		return nil
	}
	return p, sent
}

// MemberNames returns the names of the members of what the schema called name has under path.
func MemberNames(d schema.Definitions, schema json.RawMessage, path ...string) string {
	for _, step := range path {
		if step == "[]" {
			schema = d.Items(schema)
			continue
		}
		found := false
		for _, p := range d.Properties(schema) {
			if p.Name == step {
				schema, found = p.Schema, true
				break
			}
		}
		if !found {
			return "no " + step
		}
	}
	var names []string
	for _, p := range d.Properties(schema) {
		names = append(names, p.Name)
	}
	for _, v := range d.Values(schema) {
		names = append(names, string(v))
	}
	return strings.Join(names, " ")
}
