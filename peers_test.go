package main

import (
	"encoding/json"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"runtime"
	"sync"
	"testing"
	"time"

	"rpcsh/shell/exit"

	"github.com/adrg/xdg"
	"go.uber.org/goleak"
)

// The tests of peers run rpcsh against programs of others, which they start on the loopback interface and end. Where
// one is not installed its test is skipped, unless CI=true says that .ci/run has installed them all. docs/peers.md
// tells what was seen.

// TestPeers has rpcsh find out what real peers speak, and speak it.
func TestPeers(t *testing.T) {
	runPeers(t, []peerTest{
		{"neovim", peerNeovim},
		{"ovsdb-server", peerOVSDB},
		{"server-everything over stdio", peerMCPOverStdio},
		{"server-everything over HTTP", peerMCPOverHTTP},
		{"server-everything over HTTP with SSE", peerMCPOverSSE},
		{"server-everything starts again", peerMCPStartsAgain},
		{"bash-language-server", peerBashLanguageServer},
		{"snapserver", peerSnapserver},
		{"aria2", peerAria2},
		{"node --inspect", peerNodeInspect},
		{"anvil", peerAnvil},
		{"@open-rpc/server-js", peerOpenRPC},
		{"an ACP agent", peerACP},
		{"rpc-websockets", peerRPCWebSockets},
		{"typescript-language-server", peerTypeScriptLanguageServer},
		{"jayson", peerJayson},
		{"transmission-daemon", peerTransmission},
	})
}

// A peerTest is a test with one peer.
type peerTest struct {
	name string
	run  func(t *testing.T, p *peers)
}

// runPeers runs tests with peers, at the same time, since most of it they wait for each other.
func runPeers(t *testing.T, tests []peerTest) {
	t.Helper()
	ignore := goleak.IgnoreCurrent()
	t.Cleanup(func() { goleak.VerifyNone(t, ignore) })
	p := &peers{modules: nodeModules(), ports: make(map[string]bool)}
	remembersNothing(t)
	t.Setenv("HOME", t.TempDir()) // peers keep this and that there
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			test.run(t, p)
		})
	}
}

// remembersNothing has rpcsh know nothing from earlier runs, nor later runs from this test.
func remembersNothing(t *testing.T) {
	t.Helper()
	t.Cleanup(xdg.Reload)
	t.Setenv("XDG_STATE_HOME", t.TempDir())
	xdg.Reload()
}

// nodeModules returns the folder in which npm has put the peers: that which RPCSH_NODE_MODULES names, ./node_modules,
// or that of .ci/run.
func nodeModules() string {
	if dir := os.Getenv("RPCSH_NODE_MODULES"); dir != "" {
		return dir
	}
	if dir, err := filepath.Abs("node_modules"); err == nil {
		if _, err := os.Stat(dir); err == nil {
			return dir
		}
	}
	cache, err := os.UserCacheDir()
	if err != nil {
		cache = os.TempDir()
	}
	return filepath.Join(cache, "rpcsh-peers", "node_modules")
}

// peers is what the tests of all peers share.
type peers struct {
	modules string // folder of npm's modules

	mu    sync.Mutex      // protects what follows
	ports map[string]bool // that were given out: what was found at one is remembered
}

// absent ends the test of a peer that is not installed; .ci/run installs them on Linux alone.
func absent(t *testing.T, peer, install string) {
	t.Helper()
	skips.add(t.Name(), peer, install)
	if os.Getenv("CI") == "true" && runtime.GOOS == "linux" {
		t.Fatalf("%s is not installed, which .ci/run does: %s", peer, install)
	}
	t.Skipf("%s is not installed: %s", peer, install)
}

// program returns the path of a program of the system's, which the apt package has.
func (p *peers) program(t *testing.T, name, pkg string) string {
	t.Helper()
	for _, file := range []string{name, "/usr/sbin/" + name} { // which is not on everyone's PATH
		if path, err := exec.LookPath(file); err == nil {
			return path
		}
	}
	absent(t, name, "apt-get install -y --no-install-recommends "+pkg)
	return ""
}

// node returns the path of node.
func (p *peers) node(t *testing.T) string {
	t.Helper()
	path, err := exec.LookPath("node")
	if err != nil {
		absent(t, "node", "https://nodejs.org, version 20 or newer")
	}
	return path
}

// module returns the path of a file in an npm module.
func (p *peers) module(t *testing.T, version, file string) string {
	t.Helper()
	path := filepath.Join(p.modules, filepath.FromSlash(file))
	if _, err := os.Stat(path); err != nil {
		absent(t, version, "npm i --no-audit --no-fund --prefix "+filepath.Dir(p.modules)+" "+version)
	}
	return path
}

// port returns a port that nobody listens on, another one each time.
func (p *peers) port(t *testing.T) string {
	t.Helper()
	p.mu.Lock()
	defer p.mu.Unlock()
	for {
		port, err := freePort()
		if err != nil {
			t.Fatal(err)
		}
		if !p.ports[port] {
			p.ports[port] = true
			return port
		}
	}
}

// A peerProgram is a peer that runs.
type peerProgram struct {
	cmd    *exec.Cmd
	output *transcript // stdout and stderr
	ended  chan struct{}
}

// start starts a peer, which ends with the test.
func (p *peers) start(t *testing.T, env []string, command string, args ...string) *peerProgram {
	t.Helper()
	g := &peerProgram{cmd: exec.Command(command, args...), output: newTranscript(filepath.Base(command)),
		ended: make(chan struct{})}
	g.cmd.Dir = t.TempDir()
	g.cmd.Env = append(os.Environ(), env...)
	g.cmd.Stdout, g.cmd.Stderr = g.output, g.output
	if err := g.cmd.Start(); err != nil {
		t.Fatal(err)
	}
	go func() {
		defer close(g.ended)
		_ = g.cmd.Wait() // it is killed
		g.output.end()
	}()
	t.Cleanup(func() {
		g.kill()
		if t.Failed() {
			t.Logf("%s printed\n%s", command, g.output)
		}
	})
	return g
}

// startNode starts a peer that is a script of node's and names no host to listen on.
func (p *peers) startNode(t *testing.T, env []string, script string, args ...string) *peerProgram {
	t.Helper()
	loopback, err := filepath.Abs("testdata/peers/loopback.js")
	if err != nil {
		t.Fatal(err)
	}
	return p.start(t, env, p.node(t), append([]string{"-r", loopback, script}, args...)...)
}

func (g *peerProgram) kill() {
	_ = g.cmd.Process.Kill() // fails where it has ended
	<-g.ended
}

// listens waits until the peer accepts connections.
func (g *peerProgram) listens(t *testing.T, network, address string) {
	t.Helper()
	const pause = 10 * time.Millisecond
	for end := time.Now().Add(interopPatience); time.Now().Before(end); {
		if nc, err := net.Dial(network, address); err == nil {
			_ = nc.Close()
			return
		}
		select {
		case <-g.ended:
			t.Fatalf("%s ended before it listened on %s", g.cmd, address)
		case <-time.After(pause):
		}
	}
	t.Fatalf("%s does not listen on %s", g.cmd, address)
}

// peerShell starts rpcsh with no flags but args.
func peerShell(t *testing.T, args ...string) *shellRun {
	t.Helper()
	return new(interop).shell(t, args...)
}

// connected starts rpcsh on a peer and waits until it is there.
func connected(t *testing.T, target ...string) *shellRun {
	t.Helper()
	sh := peerShell(t, append([]string{"-v"}, target...)...)
	sh.stderr.until(t, `^rpcsh: connected to `)
	return sh
}

// calls has rpcsh, which is given no flags, call a method, and fails if the result is not one line that matches.
func calls(t *testing.T, result string, targetAndCall ...string) {
	t.Helper()
	sh := peerShell(t, targetAndCall...)
	sh.stdout.until(t, result)
	sh.exits(t, exit.Done)
}

// A found is what rpcsh --detect -o json prints, and what a test wants of it.
type found struct {
	URL      string  `json:"url"`
	Protocol string  `json:"protocol"`
	Framing  string  `json:"framing"`
	MS       float64 `json:"ms"`
}

// detects has rpcsh find out what a target speaks, and fails if that is something else.
func detects(t *testing.T, want found, target ...string) {
	t.Helper()
	sh := peerShell(t, append([]string{"-o", "json", "--detect"}, target...)...)
	var got found
	if err := json.Unmarshal([]byte(sh.stdout.until(t, `^{.*}$`)[0]), &got); err != nil {
		t.Fatal(err)
	}
	sh.exits(t, exit.Done)
	t.Logf("%s: %q, %q in %.1f ms", got.URL, got.Protocol, got.Framing, got.MS)
	if got.MS = 0; got != want {
		t.Fatalf("found %+v, want %+v", got, want)
	}
}

// asksUntil has rpcsh call until what it prints is want: a peer does what it was told in its own time. It asks now and
// then, since a peer that answers all the time takes longer.
func (s *shellRun) asksUntil(t *testing.T, call, printed, want string) {
	t.Helper()
	const pause = 30 * time.Millisecond
	for deadline := time.Now().Add(interopPatience); ; time.Sleep(pause) {
		s.do(t, call)
		switch got := s.stdout.until(t, printed)[1]; {
		case got == want:
			return
		case time.Now().After(deadline):
			t.Fatalf("%s: %s, never %s", call, got, want)
		}
	}
}

// exactly returns the pattern of a line that is text.
func exactly(text string) string { return "^" + regexp.QuoteMeta(text) + "$" }
