//go:build unix

package process

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"rpcsh/rpcconn"
	"rpcsh/rpcconn/framing"
	"rpcsh/rpcconn/framing/framingtest"
)

const (
	never = time.Hour             // a Grace of tests in which its end is not to come
	soon  = 20 * time.Millisecond // one of tests in which it must
)

// child returns the options for a child that is this test binary; see beChild.
func child(t testing.TB, grace time.Duration, args ...string) Options {
	t.Helper()
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	return Options{Args: append([]string{self}, args...),
		Env: append(os.Environ(), childVar+"=1", "GORACE=atexit_sleep_ms=0"), Grace: grace}
}

func startProcess(t testing.TB, o Options) *Process {
	t.Helper()
	p, err := Start(o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { p.Close() })
	return p
}

func find(t testing.TB, name string) framing.Framing {
	t.Helper()
	f, err := framing.Find(name)
	if err != nil {
		t.Fatal(err)
	}
	return f
}

func channel(t testing.TB, name string, rwc io.ReadWriteCloser) rpcconn.Channel {
	t.Helper()
	f, err := find(t, name).New(0)
	if err != nil {
		t.Fatal(err)
	}
	ch := f(rwc)
	t.Cleanup(func() { ch.Close() })
	return ch
}

// message returns a frame of about size bytes.
func message(size int) []byte { return []byte(`{"m":"` + strings.Repeat("x", size) + `"}`) }

// expect receives a frame.
func expect(t testing.TB, ch rpcconn.Channel, want string) {
	t.Helper()
	if got, err := ch.Recv(); err != nil || string(got) != want {
		t.Fatalf("Recv returned %q, %v, want %q", got, err, want)
	}
}

// drain receives until the end, which has to come before more than two pipes can hold.
func drain(t testing.TB, ch rpcconn.Channel) {
	t.Helper()
	for read := 0; ; {
		frame, err := ch.Recv()
		switch read += len(frame) + 1; {
		case err == io.EOF:
			return
		case err != nil:
			t.Fatalf("Recv returned %v", err)
		case read > 2*maxInPipe+(8<<20):
			t.Fatal("Recv goes on")
		}
	}
}

// A holdings is a socket that children hold on to while they live.
type holdings struct {
	t    testing.TB
	path string
	l    net.Listener
}

func newHoldings(t testing.TB) *holdings {
	t.Helper()
	h := &holdings{t: t, path: filepath.Join(t.TempDir(), "s")}
	var err error
	if h.l, err = net.Listen("unix", h.path); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { h.l.Close() })
	return h
}

// held waits for a child, and returns a function that waits for its end.
func (h *holdings) held() (ended func()) {
	h.t.Helper()
	conn, err := h.l.Accept()
	if err != nil {
		h.t.Fatal(err)
	}
	h.t.Cleanup(func() { conn.Close() })
	return func() {
		h.t.Helper()
		if _, err := conn.Read(make([]byte, 1)); err != io.EOF {
			h.t.Errorf("reading from a child that ended returned %v", err)
		}
	}
}

func TestProcess(t *testing.T) {
	for _, f := range framing.All() {
		t.Run(f.Name, func(t *testing.T) {
			p := startProcess(t, child(t, never, "echo"))
			ch := channel(t, f.Name, p)
			for _, size := range []int{0, 100, rpcconn.OwnSize, 3 << 20} {
				want := message(size)
				sent := make(chan error, 1)
				go func() { sent <- ch.Send(t.Context(), want) }()
				got, err := ch.Recv()
				if err != nil || !bytes.Equal(got, want) {
					t.Fatalf("Recv returned %d bytes, %v, want %d", len(got), err, len(want))
				}
				if err := <-sent; err != nil {
					t.Fatal(err)
				}
			}
			if got := p.Status(); got != "" {
				t.Errorf("the status of a child that runs is %q", got)
			}
			if err := ch.Close(); err != nil {
				t.Error(err)
			}
			if got := p.Status(); got != "exit status 0" {
				t.Errorf("the status is %q", got)
			}
			if _, err := p.Read(make([]byte, 1)); !errors.Is(err, os.ErrClosed) {
				t.Errorf("Read after Close returned %v", err)
			}
		})
	}
}

// What a child has written before its end is read, and then its status is known.
func TestProcessEndsByItself(t *testing.T) {
	full := slices.Repeat([]string{"0123456789abcde"}, 256)
	for _, test := range []struct {
		args   []string
		want   []string
		status string
	}{
		{[]string{"print", "{}\n[]\n"}, []string{"{}", "[]", framingtest.EOF}, "exit status 3"},
		{[]string{"print", "{}\n["},
			[]string{"{}", `= the connection ended in the middle of a message, after 1 bytes, "["`},
			"exit status 3"},
		{[]string{"print", ""}, []string{framingtest.EOF}, "exit status 3"},
		{[]string{"print", "starting\n{}\n"}, []string{"starting", "{}", framingtest.EOF}, "exit status 3"},
		{[]string{"full"}, append(full, framingtest.EOF), "exit status 0"},
		{[]string{"die"}, []string{framingtest.EOF}, "killed by signal 9"},
	} {
		for _, waits := range []bool{false, true} {
			p := startProcess(t, child(t, never, test.args...))
			if waits {
				<-p.Done()
			}
			if got := framingtest.Receive(t, find(t, "line"), rpcconn.DefaultMaxMessage, p); !slices.Equal(got,
				test.want) {
				t.Errorf("%s, read after its end %v:\n got %q\nwant %q", test.args, waits, got, test.want)
			}
			<-p.Done()
			if got := p.Status(); got != test.status {
				t.Errorf("%s: the status is %q, want %q", test.args, got, test.status)
			}
			if got := p.OwnEnd(); got != test.status {
				t.Errorf("%s: its own end is %q, want %q", test.args, got, test.status)
			}
			p.Close()
		}
	}
}

// A child that has ended is written to in vain, and its last words are still heard.
func TestProcessWriteAfterEnd(t *testing.T) {
	p := startProcess(t, child(t, never, "print", "{\"bye\":1}\n"))
	ch := channel(t, "line", p)
	<-p.Done()
	var err error
	for err == nil {
		err = ch.Send(t.Context(), []byte("{}"))
	}
	expect(t, ch, `{"bye":1}`)
	if _, err := ch.Recv(); err != io.EOF {
		t.Errorf("at the end Recv returned %v", err)
	}
}

func TestProcessIsEnded(t *testing.T) {
	for _, test := range []struct {
		child  string
		grace  time.Duration
		status string
	}{
		{"echo", never, "exit status 0"},
		{"talkative", never, "exit status 5"},
		{"deaf", 20 * soon, "killed by signal 15"},
		{"obedient", time.Second, "exit status 7"},
		{"stubborn", soon, "killed by signal 9"},
	} {
		t.Run(test.child, func(t *testing.T) {
			t.Parallel()
			h := newHoldings(t)
			p := startProcess(t, child(t, test.grace, test.child, h.path))
			ch := channel(t, "line", p)
			if test.child == "echo" {
				if err := ch.Send(t.Context(), []byte("{}")); err != nil {
					t.Fatal(err)
				}
			}
			expect(t, ch, "{}")
			ch.Close()
			if got, own := p.Status(), p.OwnEnd(); got != test.status || own != "" {
				t.Errorf("the status is %q, its own end %q, want %q and none", got, own, test.status)
			}
		})
	}
}

// A child that closes its stdout is gone as a peer.
func TestProcessThatFallsSilent(t *testing.T) {
	p := startProcess(t, child(t, 20*soon, "mute"))
	ch := channel(t, "line", p)
	if _, err := ch.Recv(); err != io.EOF {
		t.Errorf("Recv returned %v", err)
	}
	ch.Close()
	if got := p.Status(); got != "killed by signal 15" {
		t.Errorf("the status is %q", got)
	}
}

// A child that does not read holds up neither Send, as any peer, nor Close.
func TestProcessThatDoesNotRead(t *testing.T) {
	h := newHoldings(t)
	p := startProcess(t, child(t, soon, "hold", h.path))
	ended := h.held()
	ch := channel(t, "line", p)
	expect(t, ch, "{}")
	sent := make(chan error, 1)
	go func() {
		for {
			if err := ch.Send(t.Context(), message(1000)); err != nil {
				sent <- err
				return
			}
		}
	}()
	ch.Close()
	if err := <-sent; !errors.Is(err, rpcconn.ErrClosed) {
		t.Errorf("Send returned %v", err)
	}
	ended()
}

// A Read that waits ends with Close.
func TestProcessCloseEndsRead(t *testing.T) {
	p := startProcess(t, child(t, never, "echo"))
	read := make(chan error, 1)
	go func() {
		_, err := p.Read(make([]byte, 1))
		read <- err
	}()
	for range 2 {
		if err := p.Close(); err != nil {
			t.Error(err)
		}
	}
	if err := <-read; !errors.Is(err, os.ErrClosed) {
		t.Errorf("Read returned %v", err)
	}
}

func TestProcessStderr(t *testing.T) {
	long := strings.Repeat("é", maxLine)
	for _, test := range []struct {
		in   string
		want []string
	}{
		{"", nil},
		{"one\ntwo\r\n\nthree", []string{"one", "two", "", "three"}},
		{long + "\nnext\n", []string{long[:maxLine] + "…", "next"}},
		{"x" + long + long, []string{"x" + long[:maxLine-2] + "…"}},
		{"\xff\x1b[31m\n", []string{"\xff\x1b[31m"}},
	} {
		var got []string
		o := child(t, never, "stderr", test.in)
		o.Stderr = func(line string) { got = append(got, line) }
		p := startProcess(t, o)
		if got := framingtest.Receive(t, find(t, "line"), rpcconn.DefaultMaxMessage, p); !slices.Equal(got,
			[]string{framingtest.EOF}) {
			t.Errorf("on stdout came %q", got)
		}
		p.Close()
		if !slices.Equal(got, test.want) {
			t.Errorf("of %.20q came %.100q, want %.100q", test.in, got, test.want)
		}
	}
}

func TestProcessFloodsStderr(t *testing.T) {
	lines := 0
	o := child(t, never, "flood")
	o.Stderr = func(line string) {
		if want := fmt.Sprintf("line %d", lines); line != want {
			t.Errorf("line %d is %q", lines, line)
		}
		lines++
	}
	p := startProcess(t, o)
	ch := channel(t, "line", p)
	expect(t, ch, "{}")
	ch.Close()
	if lines != 100_000 {
		t.Errorf("%d lines came", lines)
	}
}

// The children of a child end with it, and their hold on its stdout does not keep its end secret.
func TestProcessFamily(t *testing.T) {
	for _, test := range []struct {
		name     string
		args     []string
		byItself bool
	}{
		{"both live", []string{"parent", "hold"}, false},
		{"the child's child is stubborn", []string{"parent", "stubborn"}, false},
		{"the child ends", []string{"leaver", "hold"}, true},
		{"the child ends, its child is stubborn", []string{"leaver", "stubborn"}, true},
		{"the child ends, its child talks", []string{"leaver", "flooder"}, true},
	} {
		t.Run(test.name, func(t *testing.T) {
			h := newHoldings(t)
			o := child(t, soon, append(test.args, h.path)...)
			o.Stderr = func(string) {}
			p := startProcess(t, o)
			ch := channel(t, "line", p)
			ended := h.held()
			if test.byItself {
				if err := p.CloseWrite(); err != nil {
					t.Error(err)
				}
				drain(t, ch)
				<-p.Done()
				if got := p.Status(); got != "exit status 0" {
					t.Errorf("the status is %q", got)
				}
			}
			ch.Close()
			ended()
		})
	}
}

// A child's child that has left the group is let go, as a daemon is, and holds up nobody.
func TestProcessDaemon(t *testing.T) {
	for _, what := range []string{"hold", "flooder"} {
		h := newHoldings(t)
		o := child(t, soon, "forsaker", what, h.path)
		o.Stderr = func(string) {}
		p := startProcess(t, o)
		ch := channel(t, "line", p)
		h.held()
		if err := p.CloseWrite(); err != nil {
			t.Error(err)
		}
		drain(t, ch)
		ch.Close()
	}
}

func TestProcessGroup(t *testing.T) {
	p := startProcess(t, child(t, never, "group"))
	var group, pid int
	if _, err := fmt.Fscan(p, &group, &pid); err != nil || group != pid {
		t.Errorf("the process group is %d, the pid is %d (%v)", group, pid, err)
	}
}

func TestStartErrors(t *testing.T) {
	dir := t.TempDir()
	write := func(name, text string, mode os.FileMode) string {
		file := filepath.Join(dir, name)
		if err := os.WriteFile(file, []byte(text), mode); err != nil {
			t.Fatal(err)
		}
		return file
	}
	echo := child(t, never, "echo").Args
	for _, test := range []struct {
		o    Options
		want string
	}{
		{Options{}, "no command is given"},
		{Options{Args: []string{"rpcsh-no-such-program"}}, "cannot start rpcsh-no-such-program: not found in PATH"},
		{Options{Args: []string{filepath.Join(dir, "none")}}, "there is no such program"},
		{Options{Args: []string{write("script", "#!/no/such/interpreter\n", 0o700)}},
			"its first line (#!) names is missing"},
		{Options{Args: []string{write("text", "{}", 0o700)}}, "it is not a program for this machine"},
		{Options{Args: []string{write("data", "{}", 0o600)}}, "it is not executable"},
		{Options{Args: echo, Dir: filepath.Join(dir, "none")}, "there is no folder " + filepath.Join(dir, "none")},
	} {
		test.o.Stderr = func(string) {}
		p, err := Start(test.o)
		if err == nil {
			p.Close()
		}
		if err == nil || !strings.Contains(err.Error(), test.want) {
			t.Errorf("%q: the error is %v, want %q", test.o.Args, err, test.want)
		}
	}
}
