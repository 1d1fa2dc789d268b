package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"rpcsh/shell/exit"

	"go.uber.org/goleak"
)

// The interop tests run rpcsh against the programs in testdata/pybsonrpc, which are built on the Python library
// py-bson-rpc. Where that is not installed they are skipped: the replay of its captures, in package rpcconn, stands in
// for them.

// interopPatience bounds waits that only a broken program makes long.
const interopPatience = 30 * time.Second

// An interop is one wire form, and the Python that has the library for it.
type interop struct {
	form   string   // as the Python programs call it
	flags  []string // as rpcsh does
	title  string   // as rpcsh shows it
	python python
}

// hasBatches reports whether the library has batches in this form.
func (in *interop) hasBatches() bool { return in.form == "rfc7464" || in.form == "netstring" }

func (in *interop) isBSON() bool { return in.form == "bson" }

// A scenario is what two programs do together.
type scenario struct {
	name string
	run  func(t *testing.T, in *interop)
	only func(in *interop) bool // nil: in all wire forms
}

// runInterop runs scenarios in each wire form, all at the same time, since most of it they wait for Python.
func runInterop(t *testing.T, scenarios []scenario) {
	ignore := goleak.IgnoreCurrent()
	t.Cleanup(func() { goleak.VerifyNone(t, ignore) })
	for _, in := range []interop{
		{form: "rfc7464", title: "JSON-RPC 2.0, rfc7464", flags: []string{"-p", "jsonrpc"}}, // the default of both
		{form: "netstring", title: "JSON-RPC 2.0, netstring", flags: []string{"-f", "netstring"}},
		{form: "none", title: "JSON-RPC 2.0, none", flags: []string{"-p", "jsonrpc", "-f", "none"}},
		{form: "bson", title: "BSON-RPC 2.0", flags: []string{"-p", "bsonrpc"}},
	} {
		scenarios := slices.DeleteFunc(slices.Clone(scenarios),
			func(s scenario) bool { return s.only != nil && !s.only(&in) })
		if len(scenarios) == 0 {
			continue
		}
		t.Run(in.form, func(t *testing.T) {
			t.Parallel()
			in.python = interopPython(t, in.form)
			for _, s := range scenarios {
				t.Run(s.name, func(t *testing.T) {
					t.Parallel()
					s.run(t, &in)
				})
			}
		})
	}
}

// interopPython returns a Python that can run the programs; the test is skipped where there is none.
func interopPython(t *testing.T, form string) python {
	t.Helper()
	find := pythonWithJSON
	if form == "bson" {
		find = pythonWithBSON
	}
	found, err := find()
	if err != nil {
		const get = "pip install bsonrpc pymongo, or a checkout of py-bson-rpc on PYTHONPATH"
		skips.add(t.Name(), "py-bson-rpc", get)
		t.Skipf("py-bson-rpc is not there (%s); its captures are replayed in package rpcconn instead: %v", get, err)
	}
	return found
}

// A python is a Python, and where it looks for modules.
type python struct {
	program string // what python3 stands for: a shim takes longer to start than the program
	modules string // as in PYTHONPATH
}

// command returns a command that runs a script. Python is told where its modules are, since finding them takes longer
// than most of the scripts.
func (py python) command(script string, args ...string) *exec.Cmd {
	cmd := exec.Command(py.program, append([]string{"-S", script}, args...)...)
	cmd.Env = append(os.Environ(), "PYTHONPATH="+py.modules)
	return cmd
}

// Each of these starts Python once.
var (
	pythonWithJSON = sync.OnceValues(func() (python, error) { return findPython("bsonrpc") })
	pythonWithBSON = sync.OnceValues(func() (python, error) { return findPython("bsonrpc, bson") })
)

// findPython returns a Python that has modules.
func findPython(modules string) (found python, err error) {
	for _, name := range []string{"python3", "/usr/bin/python3"} {
		const tell = `, os, sys; print(sys.executable, os.pathsep.join(filter(None, sys.path)), sep="\n")`
		out, failed := exec.Command(name, "-c", "import "+modules+tell).CombinedOutput()
		lines := strings.Split(strings.TrimSpace(string(out)), "\n")
		if n := len(lines); failed == nil && n > 1 {
			return python{program: strings.TrimSpace(lines[n-2]), modules: lines[n-1]}, nil
		}
		err = errors.Join(err, fmt.Errorf("%s: %w %s", name, failed, lines[len(lines)-1]))
	}
	return python{}, err
}

// A transcript keeps the lines that are written to it for a test that waits for them.
type transcript struct {
	name string

	mu      sync.Mutex // protects what follows
	lines   []string
	partial string
	seen    int           // lines that the test has passed
	closed  bool          // no more will come
	changed chan struct{} // closed with the next change
}

func newTranscript(name string) *transcript {
	return &transcript{name: name, changed: make(chan struct{})}
}

func (s *transcript) Write(b []byte) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	lines := strings.Split(s.partial+string(b), "\n")
	s.partial = lines[len(lines)-1]
	s.lines = append(s.lines, lines[:len(lines)-1]...)
	s.changeLocked()
	return len(b), nil
}

func (s *transcript) end() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.closed = true
	s.changeLocked()
}

func (s *transcript) changeLocked() {
	close(s.changed)
	s.changed = make(chan struct{})
}

// find waits until ready, called under the lock, reports true.
func (s *transcript) find(t *testing.T, what string, ready func() bool) {
	t.Helper()
	timeout := time.NewTimer(interopPatience)
	defer timeout.Stop()
	for {
		s.mu.Lock()
		found, closed, changed := ready(), s.closed, s.changed
		s.mu.Unlock()
		if found {
			return
		}
		if closed {
			t.Fatalf("%s ended without %s; all of it:\n%s", s.name, what, s)
		}
		select {
		case <-changed:
		case <-timeout.C:
			t.Fatalf("%s has no %s; all of it:\n%s", s.name, what, s)
		}
	}
}

// until waits for a line that matches pattern, behind those passed before, and passes it; it returns the submatches.
func (s *transcript) until(t *testing.T, pattern string) (found []string) {
	t.Helper()
	re := regexp.MustCompile(pattern)
	s.find(t, "line like "+pattern, func() bool {
		for i, line := range s.lines[s.seen:] {
			if found = re.FindStringSubmatch(line); found != nil {
				s.seen += i + 1
				return true
			}
		}
		return false
	})
	return found
}

// says waits for a line that matches pattern, and fails if what the first group matches is not want.
func (s *transcript) says(t *testing.T, pattern, want string) {
	t.Helper()
	if got := s.until(t, pattern)[1]; got != want {
		t.Fatalf("%s: %s, want %s; all of it:\n%s", s.name, got, want, s)
	}
}

// has waits for a line that matches pattern, wherever it is.
func (s *transcript) has(t *testing.T, pattern string) {
	t.Helper()
	re := regexp.MustCompile(pattern)
	s.find(t, "line like "+pattern, func() bool {
		for _, line := range s.lines {
			if re.MatchString(line) {
				return true
			}
		}
		return false
	})
}

// next waits for the next lines, and fails if they are not these.
func (s *transcript) next(t *testing.T, want ...string) {
	t.Helper()
	for _, line := range want {
		var got string
		s.find(t, "further line, which was to be "+line, func() bool {
			if s.seen == len(s.lines) {
				return false
			}
			got = s.lines[s.seen]
			s.seen++
			return true
		})
		if got != line {
			t.Fatalf("%s: the next line is\n %s\nwant\n %s\nall of it:\n%s", s.name, got, line, s)
		}
	}
}

func (s *transcript) String() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return strings.Join(s.lines, "\n") + "\n" + s.partial
}

// A pythonProgram is a Python program that runs.
type pythonProgram struct {
	cmd    *exec.Cmd
	stdin  io.WriteCloser
	stdout *transcript
	ended  chan struct{}
}

// run starts a program of testdata/pybsonrpc, which ends with the test.
func (in *interop) run(t *testing.T, script string, args ...string) *pythonProgram {
	t.Helper()
	p := &pythonProgram{stdout: newTranscript("stdout of " + script), ended: make(chan struct{})}
	p.cmd = in.python.command("testdata/pybsonrpc/"+script, args...)
	stderr := newTranscript("stderr of " + script)
	p.cmd.Stdout, p.cmd.Stderr = p.stdout, stderr
	var err error
	if p.stdin, err = p.cmd.StdinPipe(); err != nil {
		t.Fatal(err)
	}
	if err := p.cmd.Start(); err != nil {
		t.Fatal(err)
	}
	go func() {
		defer close(p.ended)
		_ = p.cmd.Wait() // tests that want it to end well look at ProcessState
		p.stdout.end()
	}()
	t.Cleanup(func() {
		_ = p.stdin.Close() // at which it ends
		select {
		case <-p.ended:
		case <-time.After(interopPatience):
			t.Errorf("%s does not end", script)
			p.kill()
		}
		if t.Failed() {
			t.Logf("%s printed\n%s\nand on stderr\n%s", script, p.stdout, stderr)
		}
	})
	return p
}

func (p *pythonProgram) kill() {
	_ = p.cmd.Process.Kill()
	<-p.ended
}

// do gives the program commands.
func (p *pythonProgram) do(t *testing.T, commands ...string) {
	t.Helper()
	for _, c := range commands {
		if _, err := io.WriteString(p.stdin, c+"\n"); err != nil {
			t.Fatalf("writing to stdin of %s: %v", p.cmd.Args[1], err)
		}
	}
}

// server starts server.py and returns it with its address.
func (in *interop) server(t *testing.T) (p *pythonProgram, address string) {
	t.Helper()
	p = in.run(t, "server.py", in.form)
	return p, in.passage(t, "127.0.0.1:"+p.stdout.until(t, `^listening (\d+)$`)[1])
}

// direct reports whether no tap stands between the programs: one takes a connection before it knows that nobody listens
// behind it.
func (*interop) direct() bool { return os.Getenv("RPCSH_TAPPED") == "" }

// passage returns where the peer at address is found: behind a tap if RPCSH_TAPPED is set, which no test may notice.
func (in *interop) passage(t *testing.T, address string) string {
	t.Helper()
	if in.direct() {
		return address
	}
	through, _ := tapped(t, address)
	return through
}

// client starts client.py on a port of this machine.
func (in *interop) client(t *testing.T, port string) *pythonProgram {
	t.Helper()
	return in.run(t, "client.py", "127.0.0.1", port, in.form)
}

// A shellRun is a run of rpcsh whose stdin is a pipe.
type shellRun struct {
	interrupt      func() // as a signal does
	stdin          *os.File
	stdout, stderr *transcript
	code           chan int
}

// shell starts rpcsh with the flags for the wire form, and args.
func (in *interop) shell(t *testing.T, args ...string) *shellRun {
	t.Helper()
	r, w, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	s := &shellRun{interrupt: cancel, stdin: w, stdout: newTranscript("stdout of rpcsh"),
		stderr: newTranscript("stderr of rpcsh"), code: make(chan int, 1)}
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		s.code <- run(ctx, append(in.flags[:len(in.flags):len(in.flags)], args...), r, s.stdout, s.stderr)
		s.stdout.end()
		s.stderr.end()
	}()
	t.Cleanup(func() {
		_ = w.Close()
		cancel()
		<-ended
		_ = r.Close()
		if t.Failed() {
			t.Logf("rpcsh printed\n%s\nand on stderr\n%s", s.stdout, s.stderr)
		}
	})
	return s
}

// do gives the shell lines.
func (s *shellRun) do(t *testing.T, lines ...string) {
	t.Helper()
	for _, line := range lines {
		if _, err := s.stdin.WriteString(line + "\n"); err != nil {
			t.Fatalf("writing to stdin of rpcsh: %v", err)
		}
	}
}

// stops ends a service, which does so in good order.
func (s *shellRun) stops(t *testing.T) {
	t.Helper()
	s.interrupt()
	s.exits(t, exit.Done)
}

// exits waits for the end of rpcsh, whose stdin ends here, and checks its exit code and that nothing else was printed
// on stdout.
func (s *shellRun) exits(t *testing.T, code int) {
	t.Helper()
	_ = s.stdin.Close()
	select {
	case got := <-s.code:
		if got != code {
			t.Fatalf("rpcsh ended with code %d, want %d; stdout:\n%s\nstderr:\n%s", got, code, s.stdout, s.stderr)
		}
	case <-time.After(interopPatience):
		t.Fatalf("rpcsh does not end; stdout:\n%s\nstderr:\n%s", s.stdout, s.stderr)
	}
	s.stdout.mu.Lock()
	rest := s.stdout.lines[s.stdout.seen:]
	s.stdout.mu.Unlock()
	if len(rest) > 0 {
		t.Fatalf("rpcsh printed more than it should: %q", rest)
	}
}
