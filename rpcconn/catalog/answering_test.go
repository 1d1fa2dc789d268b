package catalog

import (
	"context"
	"encoding/json"
	"errors"
	"strings"
	"testing"

	"rpcsh/rpcconn"
	"rpcsh/rpcconn/schema"
)

// An answering is a peer that answers by a table, of calls as "method params" or "method"; what is not in it is no method of it. An
// answer "hang up" ends the connection.
type answering struct {
	answers map[string]string
	asked   []string
	gone    bool
}

var errHungUp = errors.New("the connection is closed")

func (a *answering) call(_ context.Context, method string, params json.RawMessage) (json.RawMessage, error) {
	if a.gone {
		return nil, errHungUp
	}
	asked := strings.TrimSpace(method + " " + string(params))
	a.asked = append(a.asked, asked)
	answer, ok := a.answers[asked]
	if !ok {
		answer, ok = a.answers[method]
	}
	switch {
	case !ok:
		return nil, rpcconn.NewError(rpcconn.CodeMethodNotFound, "")
	case answer == "hang up":
		a.gone = true
		return nil, errHungUp
	}
	return json.RawMessage(answer), nil
}

// learn asks the peer by the convention called name.
func (a *answering) learn(t *testing.T, name string) (*Learned, error) {
	t.Helper()
	c, ok := FindConvention(name)
	if !ok {
		t.Fatalf("there is no convention %s", name)
	}
	return c.Learn(t.Context(), Peer{Call: a.call}, nil)
}

// signatures returns what was learned, a method a line: its kind where that is known, whose it is, its signature, and what is said of it.
func signatures(l *Learned) string {
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

// lines returns the lines of a text that is indented in a test.
func lines(text string) string {
	var b strings.Builder
	for line := range strings.Lines(text) {
		if line = strings.TrimSpace(line); line != "" {
			b.WriteString(line + "\n")
		}
	}
	return b.String()
}

// checkLearned checks what all that is learned has to be: named, from source, its schemas JSON that can be looked at.
func checkLearned(t *testing.T, l *Learned, source Source) {
	t.Helper()
	for _, m := range l.Methods {
		if m.Name == "" || m.Source != source {
			t.Fatalf("%+v has no name, or is not from %s", m, source)
		}
		for _, p := range append(m.Params, Param{}) {
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

func checkSchema(t *testing.T, l *Learned, text json.RawMessage) {
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
