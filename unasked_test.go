//go:build unix

package main

import (
	"cmp"
	"context"
	"crypto/x509"
	"encoding/json"
	"encoding/pem"
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"

	"rpcsh/rpcconn"
	"rpcsh/rpcconn/dial"
	"rpcsh/rpcconn/transport"
)

// A spoken is a row of the table in reference.md of what is sent before a call.
type spoken struct {
	protocol string
	framing  string   // "": the protocol's own
	over     []string // transports; nil: those that no other row of the protocol has
	begin    []string // methods that begin a session
	learn    []string // methods that ask a peer what it offers
	accepted []string // the same of who connects to us
}

func (s *spoken) flags() []string {
	switch {
	case s.protocol == dial.Auto:
		return nil
	case s.framing != "":
		return []string{"-p", s.protocol, "-f", s.framing}
	}
	return []string{"-p", s.protocol}
}

// call is the method that is called: one that no list has to be asked for.
func (s *spoken) call() string {
	if s.protocol == "mcp" {
		return "ping"
	}
	return "wanted"
}

// overTransports returns the transports, each as rows of the table call it.
func overTransports() map[string]string {
	return map[string]string{
		"tcp": "TCP", "unix": "Unix socket", "tls": "TLS", "ws": "WebSocket", "http": "HTTP", "child": "child",
	}
}

// documentedAsSent returns the table.
func documentedAsSent(t *testing.T) (table []*spoken) {
	t.Helper()
	row := regexp.MustCompile("(?m)^\\| `-p ([^`]*)`(.*)\\|(.*)\\|(.*)\\|(.*)\\|$")
	word := regexp.MustCompile("`([^`]+)`")
	text := readFile(t, referenceFile)
	const usual = "the usual names"
	_, names, _ := strings.Cut(text, "\n- The usual names are ")
	names, _, _ = strings.Cut(names, "\n- ")
	for _, r := range row.FindAllStringSubmatch(text, -1) {
		cell := func(text string) (words []string) {
			for _, m := range word.FindAllStringSubmatch(strings.ReplaceAll(text, usual, names), -1) {
				words = append(words, m[1])
			}
			if (len(words) == 0) != (strings.TrimSpace(text) == "nothing") {
				t.Errorf("-p %s: %q names no methods, and does not say that there are none", r[1], text)
			}
			return words
		}
		s := &spoken{begin: cell(r[3]), learn: cell(r[4]), accepted: cell(r[5])}
		s.protocol, s.framing, _ = strings.Cut(r[1], " -f ")
		for scheme, called := range overTransports() {
			if strings.Contains(r[2], called) {
				s.over = append(s.over, scheme)
			}
		}
		if (len(s.over) == 0) != (strings.TrimSpace(r[2]) == "") {
			t.Errorf("-p %s%s: no transport is called so", r[1], r[2])
		}
		table = append(table, s)
	}
	for _, name := range dial.ProtocolNames() {
		found := slices.ContainsFunc(table, func(s *spoken) bool { return s.protocol == name })
		if !found && name != dial.Auto {
			t.Errorf("%s does not say what is sent by -p %s", referenceFile, name)
		}
	}
	return table
}

// sentOver returns what is documented for a transport: a row for each protocol, and for each framing that has a row
// somewhere.
func sentOver(t *testing.T, table []*spoken, scheme string) (rows []*spoken) {
	t.Helper()
	for _, s := range table {
		found := func(framing string, named bool) *spoken {
			i := slices.IndexFunc(table, func(other *spoken) bool {
				return other.protocol == s.protocol && other.framing == framing &&
					slices.Contains(other.over, scheme) == named && (named || other.over == nil)
			})
			if i < 0 {
				return nil
			}
			return table[i]
		}
		own := cmp.Or(found(s.framing, true), found(s.framing, false))
		if own == nil || scheme == "ws" || scheme == "http" { // which need no framing
			own = cmp.Or(found("", true), found("", false))
		}
		if own == nil {
			t.Fatalf("%s does not say what is sent by -p %s over %s", referenceFile, s.protocol, scheme)
		}
		row := *own
		row.framing = s.framing
		if !slices.ContainsFunc(rows, func(r *spoken) bool { return slices.Equal(r.flags(), row.flags()) }) {
			rows = append(rows, &row)
		}
	}
	return rows
}

// A witness is a peer of every transport and protocol that notes what it is sent.
type witness struct {
	*spoken
	target []string // what a person types to reach it, the last arguments of rpcsh

	mu  sync.Mutex // protects what follows
	got []string   // methods, requests of HTTP other than POST, and "?" for what is neither
}

func (w *witness) note(what string) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.got = append(w.got, what)
}

func (w *witness) heard() []string {
	w.mu.Lock()
	defer w.mu.Unlock()
	return slices.Clone(w.got)
}

func (w *witness) options() *rpcconn.Options {
	return &rpcconn.Options{
		OnRequest: func(r *rpcconn.Request) { w.note(r.Method) },
		OnStray:   func(*rpcconn.Response) { w.note("?") },
		OnError:   func(error) { w.note("?") },
		OnOther:   func(json.RawMessage) { w.note("?") },
		Handler:   w.answer,
	}
}

// answer begins sessions, and knows one method.
func (w *witness) answer(_ context.Context, _ *rpcconn.Conn, r *rpcconn.Request) (json.RawMessage, error) {
	answers := map[string]map[string]string{
		"lsp": {"initialize": `{"capabilities":{"hoverProvider":true}}`, "shutdown": `null`},
		"mcp": {"initialize": `{"protocolVersion":"2025-06-18","serverInfo":{"name":"witness","version":"1"},` +
			`"capabilities":{"tools":{},"prompts":{},"resources":{}}}`},
		"acp": {"initialize": `{"protocolVersion":1,"agentCapabilities":{}}`},
	}
	answer := cmp.Or(answers[w.protocol][r.Method], map[string]string{w.call(): "1"}[r.Method])
	if answer == "" {
		return nil, rpcconn.NewError(rpcconn.CodeMethodNotFound, "")
	}
	return json.RawMessage(answer), nil
}

// attend starts a witness that is reached by a transport.
func attend(t *testing.T, s *spoken, scheme string, files transport.TLSOptions) *witness {
	t.Helper()
	w := &witness{spoken: s}
	address, listen := "127.0.0.1:0", scheme
	asksHTTP := s.protocol == "cdp" && (scheme == "tcp" || scheme == "tls" || scheme == "http")
	switch {
	case scheme == "unix" || scheme == "child":
		address, listen = filepath.Join(t.TempDir(), "socket"), "unix"
	case asksHTTP:
		listen = "ws"
	}
	target, err := transport.ParseTarget(listen + "://" + address)
	if err != nil {
		t.Fatal(err)
	}
	cfg := dial.Config{Protocol: s.protocol, Framing: s.framing, MaxMessage: 1 << 20, TLS: files}
	listener, err := cfg.Listen(t.Context(), target)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = listener.Close() })
	go func() {
		for {
			link, err := listener.Accept(w.options)
			if err != nil {
				return
			}
			t.Cleanup(func() { _ = link.Close() })
		}
	}()
	w.target = []string{listener.Target.String()}
	switch {
	case scheme == "child":
		w.target = []string{"--", "bridge", address}
	case scheme == "http" || scheme == "ws" || asksHTTP:
		w.target[0] = scheme + "://" + w.watch(t, listener.Target.Address, scheme == "tls")
	}
	if scheme == "tls" {
		w.target = append([]string{"--insecure"}, w.target...)
	}
	return w
}

// watch stands before an HTTP server and notes its requests that are no POST. Who asks what can be debugged is told a
// WebSocket of its own. It returns its address.
func (w *witness) watch(t *testing.T, server string, secure bool) string {
	t.Helper()
	proxy := httputil.NewSingleHostReverseProxy(&url.URL{Scheme: "http", Host: server})
	proxy.ErrorLog = log.New(io.Discard, "", 0)
	front := httptest.NewUnstartedServer(http.HandlerFunc(func(out http.ResponseWriter, r *http.Request) {
		if r.Method != http.MethodPost && r.Header.Get("Upgrade") == "" {
			w.note(r.Method + " " + r.URL.Path)
		}
		if r.URL.Path != "/json/list" {
			proxy.ServeHTTP(out, r)
			return
		}
		_, _ = fmt.Fprintf(out, `[{"type":"page","id":"1","webSocketDebuggerUrl":"ws://%s/"}]`, server)
	}))
	if secure {
		front.StartTLS()
	} else {
		front.Start()
	}
	t.Cleanup(front.Close)
	return front.Listener.Addr().String()
}

// certificateFiles writes the certificate that package httptest has, and its key.
func certificateFiles(t *testing.T) transport.TLSOptions {
	t.Helper()
	server := httptest.NewTLSServer(nil)
	defer server.Close()
	pair := server.TLS.Certificates[0]
	key, err := x509.MarshalPKCS8PrivateKey(pair.PrivateKey)
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	write := func(name, kind string, content []byte) string {
		name = filepath.Join(dir, name)
		if err := os.WriteFile(name, pem.EncodeToMemory(&pem.Block{Type: kind, Bytes: content}), 0o600); err != nil {
			t.Fatal(err)
		}
		return name
	}
	return transport.TLSOptions{
		Cert: write("cert.pem", "CERTIFICATE", pair.Certificate[0]), Key: write("key.pem", "PRIVATE KEY", key),
	}
}

// ways are the ways of running without a person. Each returns the arguments and the stdin for a call.
func ways(t *testing.T) map[string]func(w *witness) (args []string, stdin string) {
	file := filepath.Join(t.TempDir(), "call.rpc")
	return map[string]func(*witness) ([]string, string){
		"a call": func(w *witness) ([]string, string) {
			if w.target[0] == "--" { // what follows belongs to the child
				return slices.Concat([]string{"-o", "json", "-e", w.call()}, w.target), ""
			}
			return append(slices.Clone(w.target), w.call()), ""
		},
		"-e":    func(w *witness) ([]string, string) { return slices.Concat([]string{"-e", w.call()}, w.target), "" },
		"stdin": func(w *witness) ([]string, string) { return w.target, w.call() + "\n" },
		"--linger": func(w *witness) ([]string, string) {
			return slices.Concat([]string{"--linger", "30ms", "-e", w.call()}, w.target), ""
		},
		"a file": func(w *witness) ([]string, string) {
			if err := os.WriteFile(file, []byte("$1\n"), 0o600); err != nil {
				t.Error(err)
			}
			return slices.Concat([]string{"-e", ".source " + file + " " + w.call()}, w.target), ""
		},
	}
}

// checkSent compares what the witness heard with what is documented: before the call, and the call itself. What ends a
// session may follow.
func (w *witness) checkSent(t *testing.T, before []string) {
	t.Helper()
	got := slices.DeleteFunc(w.heard(), func(what string) bool {
		return w.protocol == "mcp" && what == "GET /" // of its event stream, beside all else
	})
	rest, found := slices.Clone(got), len(got) > len(before)
	if found {
		found = slices.Equal(got[:len(before)], before) && got[len(before)] == w.call()
		rest = got[len(before)+1:]
	}
	end := []string{"shutdown", "exit"}
	if w.protocol != "lsp" {
		end = nil
	}
	if !found || len(rest) > len(end) || !slices.Equal(rest, end[:len(rest)]) {
		t.Errorf("the peer was sent %q, want %q before %s and %q behind it", got, before, w.call(), end)
	}
}

// A run without a person sends a peer what was typed, what begins the session that was named, and nothing else: over
// every transport, in every protocol, in each way of running.
func TestSentBeforeACall(t *testing.T) {
	t.Parallel()
	files := certificateFiles(t)
	table := append(documentedAsSent(t), &spoken{protocol: dial.Auto, begin: []string{"rpc.discover"}})
	for scheme := range overTransports() {
		for _, s := range sentOver(t, table, scheme) {
			for way, arguments := range ways(t) {
				t.Run(strings.Join(slices.Concat([]string{scheme}, s.flags(), []string{way}), " "), func(t *testing.T) {
					t.Parallel()
					w := attend(t, s, scheme, files)
					args, stdin := arguments(w)
					runFor(t, stdin, slices.Concat(s.flags(), args)...)
					w.checkSent(t, s.begin)
				})
			}
		}
	}
}

// runFor runs rpcsh, which has to end well.
func runFor(t *testing.T, stdin string, args ...string) {
	t.Helper()
	cmd := rpcshIn(t.TempDir(), nil, append([]string{"-t", "20s"}, args...)...)
	cmd.Stdin = strings.NewReader(stdin)
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("rpcsh %q: %v\n%s", args, err, out)
	}
}

// Where what is spoken is to be found out without sending anything, nothing is sent: over streams not one byte.
func TestPassiveSendsNothing(t *testing.T) {
	t.Parallel()
	seen := filepath.Join(t.TempDir(), "seen")
	for scheme, target := range map[string][]string{
		"tcp": {"127.0.0.1:0"}, "unix": {filepath.Join(t.TempDir(), "socket")},
		"child": {"--", "sh", "-c", `exec cat >"$1"`, "sh", seen},
	} {
		t.Run(scheme, func(t *testing.T) {
			t.Parallel()
			came := make(chan int, 100)
			if scheme != "child" {
				listener, err := net.Listen(scheme, target[0])
				if err != nil {
					t.Fatal(err)
				}
				defer listener.Close()
				target = []string{listener.Addr().String()}
				go func() {
					for {
						conn, err := listener.Accept()
						if err != nil {
							return
						}
						bytes, _ := io.ReadAll(conn)
						came <- len(bytes)
						_ = conn.Close()
					}
				}()
			}
			cmd := rpcshIn(t.TempDir(), nil,
				slices.Concat([]string{"--detect=passive", "--detect-timeout", "200ms", "-e", "wanted"}, target)...)
			if out, err := cmd.CombinedOutput(); err == nil {
				t.Fatalf("a peer that says nothing is known: %s", out)
			}
			if scheme == "child" {
				text, err := os.ReadFile(seen)
				if err != nil {
					t.Fatal(err)
				}
				came <- len(text)
			}
			if n := <-came; n > 0 {
				t.Errorf("%d bytes were sent", n)
			}
		})
	}
}
