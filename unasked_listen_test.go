//go:build unix

package main

import (
	"bufio"
	"fmt"
	"regexp"
	"slices"
	"testing"

	"rpcsh/rpcconn/dial"
	"rpcsh/rpcconn/transport"
)

// Who connects is sent what begins the session, where it is named, and asked nothing but at a terminal: over every
// transport that can be listened on, in every protocol in which somebody may connect. Who came over HTTP can be sent
// answers alone, so that is a client that asks.
func TestSentToWhoConnects(t *testing.T) {
	t.Parallel()
	files := certificateFiles(t)
	table := append(documentedAsSent(t), &spoken{protocol: dial.Auto})
	for scheme := range overTransports() {
		if scheme == "child" {
			continue // a command cannot be listened on
		}
		for _, s := range sentOver(t, table, scheme) {
			switch {
			case s.protocol == "cdp":
				continue // debuggers do not connect
			case s.protocol == dial.Auto && scheme == "http":
				continue // what is spoken is that of the client's first message, a call
			}
			name := fmt.Sprintf("%s %q", scheme, s.flags())
			t.Run(name, func(t *testing.T) {
				t.Parallel()
				(&guest{witness{spoken: s}, scheme}).calledByARun(t, files)
			})
			if s.protocol == dial.Auto {
				continue // nobody is asked before what they speak is known, and then as the row of that says
			}
			t.Run(name+", at a terminal", func(t *testing.T) {
				t.Parallel()
				(&guest{witness{spoken: s}, scheme}).calledByAPerson(t, files)
			})
		}
	}
}

// A guest is a witness that connects to who listens.
type guest struct {
	witness
	scheme string
}

// args returns the arguments to listen for the guest.
func (g *guest) args(t *testing.T, files transport.TLSOptions) []string {
	address := "127.0.0.1:0"
	if g.scheme == "unix" {
		address = t.TempDir() + "/socket"
	}
	args := append(g.flags(), "-l", g.scheme+"://"+address)
	if g.scheme == "tls" {
		args = append(args, "--cert", files.Cert, "--key", files.Key)
	}
	return args
}

// asks reports whether it is the guest that calls: who came over HTTP cannot be called.
func (g *guest) asks() bool { return g.scheme == "http" }

// check compares what the guest was sent with what is documented.
func (g *guest) check(t *testing.T, before []string) {
	t.Helper()
	if !g.asks() {
		g.checkSent(t, before)
	} else if got := g.heard(); len(got) > 0 {
		t.Errorf("who asks over HTTP was sent %q beside the answer", got)
	}
}

// calledByARun has a run without a person listen, and call the guest.
func (g *guest) calledByARun(t *testing.T, files transport.TLSOptions) {
	cmd := rpcshIn(t.TempDir(), nil, append([]string{"-v", "-t", "20s"}, g.args(t, files)...)...)
	lines, err := cmd.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	told, err := cmd.StderrPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = cmd.Process.Kill() }) // where the test ends before
	if !g.asks() {
		_, _ = fmt.Fprintln(lines, "@1 "+g.call())
	}
	said, text := bufio.NewScanner(told), ""
	for listens := listening(); said.Scan(); {
		text += said.Text() + "\n"
		if at := listens.FindStringSubmatch(said.Text()); at != nil {
			g.connect(t, at[1])
			_ = lines.Close()
		}
	}
	if err := cmd.Wait(); err != nil {
		t.Fatalf("%q: %v\n%s", cmd.Args, err, text)
	}
	g.check(t, g.begin)
}

// calledByAPerson has somebody at a terminal listen, and call the guest.
func (g *guest) calledByAPerson(t *testing.T, files transport.TLSOptions) {
	person := sit(t, g.args(t, files)...)
	at := person.finds(listening().String())
	g.connect(t, at)
	person.sees("connected from")
	if !g.asks() {
		person.awaitsQuestions()
		person.enter("@1 " + g.call())
		person.sees("^1( |$)")
	}
	person.leaves()
	g.check(t, slices.Concat(g.begin, g.accepted))
}

// listening matches where rpcsh says that it listens.
func listening() *regexp.Regexp { return regexp.MustCompile(`listening on (\w+://\S+)`) }

// connect connects the guest, which calls if it is the one that asks.
func (g *guest) connect(t *testing.T, at string) {
	t.Helper()
	target, err := transport.ParseTarget(at)
	if err != nil {
		t.Fatal(err)
	}
	cfg := dial.Config{
		Protocol: g.protocol, Framing: g.framing, MaxMessage: 1 << 20, TLS: transport.TLSOptions{Insecure: true},
	}
	if g.protocol == dial.Auto { // which the guest does not show, and is spoken to as nobody in particular
		cfg.Protocol, cfg.Framing = "jsonrpc", "rfc7464"
	}
	link, err := cfg.Dial(t.Context(), target, g.options())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = link.Close() })
	if !g.asks() {
		return
	}
	if _, err := link.Call(t.Context(), g.call(), nil); err != nil {
		t.Errorf("the guest was not answered: %v", err)
	}
}
