package detect

import (
	"errors"
	"io"
	"net"
	"strings"
	"testing"
)

// heardOf asks a peer by p that says something once it has read all of that, in as many writes as there are texts.
func heardOf(t *testing.T, p probe, says ...string) (*hearing, Guess) {
	t.Helper()
	near, far := net.Pipe()
	defer near.Close()
	go func() {
		defer far.Close()
		_, _ = io.ReadFull(far, make([]byte, len(p.bytes)))
		for _, text := range says {
			_, _ = io.WriteString(far, text)
		}
		_, _ = io.Copy(io.Discard, far)
	}()
	h := &hearing{peer: near, probe: p}
	g, err := h.ask(t.Context())
	if err != nil {
		t.Errorf("%q: %v", says, err)
	}
	return h, g
}

// TestUntilOwn asks by a probe that can be read in two framings. In one of them it is more than one message, so that
// refusals come before the answer with its id: in one read with it, in others, or without any such answer.
func TestUntilOwn(t *testing.T) {
	p := childProbes()[0]
	const (
		refusal = `{"jsonrpc":"2.0","id":null,"error":{"code":-32700,"message":"Parse error"}}` + "\n"
		own     = `{"jsonrpc":"2.0","id":1,"error":{"code":-32601,"message":"Method not found"}}` + "\n"
	)
	for _, test := range []struct {
		says []string
		own  bool
	}{
		{[]string{refusal + refusal + own}, true},
		{[]string{refusal, refusal + own}, true},
		{[]string{refusal, refusal, own}, true},
		{[]string{refusal + refusal, own[:20], own[20:]}, true},
		{[]string{own}, true},
		{[]string{refusal}, false},
	} {
		h, g := heardOf(t, p, test.says...)
		if want := (Guess{Protocol: "jsonrpc", Framing: "line"}); g != want || h.own != test.own {
			t.Errorf("%q: %+v, own %v; want %+v, %v", test.says, g, h.own, want, test.own)
		}
		if usable := h.isUsable(g); usable != test.own {
			t.Errorf("%q: the connection is usable: %v", test.says, usable)
		}
	}
}

// TestAsAsked checks that an answer over several lines to a probe that is a line is one of lines, where it ends in one.
func TestAsAsked(t *testing.T) {
	const answer = "{\n \"jsonrpc\": \"2.0\",\n \"id\": 1,\n \"result\": null\n}"
	probeIn := func(framing string) probe {
		for _, p := range probes("host") {
			if p.framing == framing {
				return p
			}
		}
		t.Fatal(framing)
		return probe{}
	}
	for _, test := range []struct {
		probe probe
		says  string
		want  string
	}{
		{probeIn("line"), answer + "\n", "line"},
		{probeIn("line"), answer + "\r\n", "line"},
		{childProbes()[0], answer + "\n", "line"},
		{probeIn("line"), answer, "none"},
		{probeIn("none"), answer + "\n", "none"},
		{probeIn("rfc7464"), answer + "\n", "none"},
		{probeIn("line"), strings.ReplaceAll(answer, "\n", "") + "\n", "line"},
	} {
		if _, g := heardOf(t, test.probe, test.says); g.Framing != test.want {
			t.Errorf("%s answered by %q: %+v, want %s", test.probe, test.says, g, test.want)
		}
	}
}

// TestGreetingsAreBounded reads from a peer that greets at great length.
func TestGreetingsAreBounded(t *testing.T) {
	r := strings.NewReader(strings.Repeat("welcome to a peer that says much\n", maxSniff))
	size := r.Len()
	h := &hearing{peer: struct {
		io.Reader
		io.Writer
	}{r, io.Discard}}
	_, err := h.ask(t.Context())
	var unknown *unknownError
	if !errors.As(err, &unknown) || len(unknown.first) > maxShownSize {
		t.Errorf("got %v", err)
	}
	if read := size - r.Len(); read > 2*maxSniff {
		t.Errorf("%d bytes are read", read)
	}
}

func TestNetstringLengthIsBounded(t *testing.T) {
	for text, want := range map[string]bool{"1234567890": true, "12345678901": false} {
		if g, more := Sniff([]byte(text)); g != (Guess{}) || more != want {
			t.Errorf("%s: %+v, more %v", text, g, more)
		}
	}
}
