package acp

import (
	"encoding/json"
	"errors"
	"strings"
	"testing"

	"rpcsh/rpcconn/dialect"
	"rpcsh/rpcconn/dialect/dialecttest"
)

const answer = `{"protocolVersion":1,"agentCapabilities":{"loadSession":true},` +
	`"authMethods":[{"id":"key","name":"API key"}],"agentInfo":{"name":"coder","version":"2"}}`

func TestBegin(t *testing.T) {
	p, sent := dialecttest.Answering(map[string]string{"initialize": answer})
	got, err := Dialect().Handshake(t.Context(), p, dialect.Self{Name: "rpcsh", Version: "1"})
	if err != nil || string(got) != answer {
		t.Errorf("got %s, %v", got, err)
	}
	const want = `initialize {"protocolVersion":1,"clientCapabilities":{"fs":{"readTextFile":false,` +
		`"writeTextFile":false},"terminal":false},"clientInfo":{"name":"rpcsh","version":"1"}}`
	if all := strings.Join(*sent, "\n"); all != want {
		t.Errorf("sent %s", all)
	}
}

func TestRead(t *testing.T) {
	l, err := Read(json.RawMessage(answer))
	if err != nil {
		t.Fatal(err)
	}
	dialecttest.CheckLearned(t, l, Source)
	if l.Peer.String() != "coder 2" || len(l.Remarks) != 0 {
		t.Errorf("the agent is %q, remarks %q", l.Peer, l.Remarks)
	}
	for method, want := range map[string]string{
		"authenticate":               `authenticate(methodId: "key", …) → object # logs in`,
		"session/load":               "session/load(sessionId: string, cwd: ",
		"session/request_permission": "ours request by-name session/request_permission(",
	} {
		if !strings.Contains(dialecttest.Signatures(l), want) {
			t.Errorf("%s: got\n%s", method, dialecttest.Signatures(l))
		}
	}
	if strings.Contains(dialecttest.Signatures(l), "session/list") {
		t.Error("it has what it does not say that it has")
	}
	if l, err := Read(json.RawMessage(`{"protocolVersion":3,"authMethods":[]}`)); err != nil || len(l.Remarks) != 1 {
		t.Errorf("another version: %+v, %v", l, err)
	}
}

func TestReadSaysWhatIsNone(t *testing.T) {
	for _, text := range []string{
		``, `null`, `{}`, `{"protocolVersion":1}`, `{"protocolVersion":"2025-06-18","agentCapabilities":{}}`,
		`{"agentCapabilities":{}}`, `{"protocolVersion":1,"capabilities":{}}`,
		`{"protocolVersion":1,"clientCapabilities":{},"agentInfo":{}}`,
	} {
		if l, err := Read(json.RawMessage(text)); !errors.Is(err, dialect.ErrNotOffered) {
			t.Errorf("%s: %+v, %v", text, l, err)
		}
	}
}

func TestPermission(t *testing.T) {
	for _, test := range []struct{ params, suggested, refused string }{
		{
			`{"options":[{"optionId":"yes","kind":"allow_once"},{"optionId":"no","kind":"reject_once"}]}`,
			`{"outcome":{"outcome":"selected","optionId":"yes"}}`, `{"outcome":{"outcome":"selected","optionId":"no"}}`,
		},
		{
			`{"options":[{"optionId":"yes","kind":"allow_once"}]}`,
			`{"outcome":{"outcome":"selected","optionId":"yes"}}`, cancelled,
		},
		{`{"options":5}`, cancelled, cancelled},
		{``, cancelled, cancelled},
	} {
		a := Dialect().Answers[0]
		got, err := a.Answer(json.RawMessage(test.params), dialect.Self{})
		if err != nil || string(got) != test.refused {
			t.Errorf("%s: refused by %s, %v", test.params, got, err)
		}
		if got := a.Suggest(json.RawMessage(test.params), dialect.Self{}); string(got) != test.suggested {
			t.Errorf("%s: suggested %s", test.params, got)
		}
	}
}
