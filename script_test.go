package main

import (
	"errors"
	"flag"
	"fmt"
	"io"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strconv"
	"syscall"
	"testing"
	"time"

	"rpcsh/shell/exit"

	"github.com/rogpeppe/go-internal/testscript"
)

func TestMain(m *testing.M) {
	testscript.Main(testRun{m}, map[string]func(){"rpcsh": main, "bridge": bridge})
}

// bridge is a program whose stdin and stdout are a connection to the socket that is its argument.
func bridge() {
	conn, err := net.Dial("unix", os.Args[1])
	if err != nil {
		panic(err)
	}
	go func() {
		_, _ = io.Copy(conn, os.Stdin)
		if half, ok := conn.(*net.UnixConn); ok {
			_ = half.CloseWrite()
		}
	}()
	_, _ = io.Copy(os.Stdout, conn)
}

// A testRun is a run of all tests of this package.
type testRun struct{ m *testing.M }

// Run runs the tests and then tells which of them were skipped. One test more is run at the same time than there are
// cores, since they wait for other programs; with many more, programs that take a second to start would take longer
// than finding out what they speak may.
func (r testRun) Run() int {
	atOnce := strconv.Itoa(runtime.GOMAXPROCS(0) + 1)
	given := false
	flag.Parse()
	flag.Visit(func(f *flag.Flag) { given = given || f.Name == "test.parallel" })
	if !given {
		if err := flag.Set("test.parallel", atOnce); err != nil {
			panic(err)
		}
	}
	defer keepWhatPythonCompiles()()
	hurryNode()
	code := r.m.Run()
	skips.tell()
	return code
}

// keepWhatPythonCompiles has all Pythons use what one has compiled, in a folder that done removes: beside the programs
// it would stay.
func keepWhatPythonCompiles() (done func()) {
	dir, err := os.MkdirTemp("", "rpcsh-python")
	if err == nil {
		err = os.Setenv("PYTHONPYCACHEPREFIX", dir)
	}
	if err == nil {
		err = os.Unsetenv("PYTHONDONTWRITEBYTECODE")
	}
	if err != nil {
		panic(err)
	}
	return func() { _ = os.RemoveAll(dir) } // what a program that was killed still writes may be left
}

// hurryNode has all programs of node's start with testdata/peers/quick.js.
func hurryNode() {
	quick, err := filepath.Abs("testdata/peers/quick.js")
	if err == nil {
		err = os.Setenv("NODE_OPTIONS", os.Getenv("NODE_OPTIONS")+" --require "+strconv.Quote(quick))
	}
	if err != nil {
		panic(err)
	}
}

// TestScripts runs testdata/script/*.txtar with rpcsh as a program of its own.
func TestScripts(t *testing.T) {
	t.Parallel()
	testscript.Run(t, testscript.Params{
		Dir: "testdata/script",
		Cmds: map[string]func(ts *testscript.TestScript, neg bool, args []string){
			"status": cmdStatus, "retry": cmdRetry, "terminate": cmdTerminate,
		},
		Setup: func(env *testscript.Env) error {
			env.Setenv("HOME", env.WorkDir)
			env.Setenv("XDG_STATE_HOME", env.WorkDir+"/state")
			port, err := freePort()
			env.Setenv("PORT", port)
			return err
		},
	})
}

// cmdStatus runs a program that has to end with the exit code that is its first argument.
func cmdStatus(ts *testscript.TestScript, _ bool, args []string) {
	err := ts.Exec(args[1], args[2:]...)
	var exit *exec.ExitError
	code := 0
	if errors.As(err, &exit) {
		code = exit.ExitCode()
	} else if err != nil {
		ts.Fatalf("%v", err)
	}
	if fmt.Sprint(code) != args[0] {
		ts.Fatalf("exit code %d, want %s", code, args[0])
	}
}

// cmdRetry runs a program again while its exit code is 3: the one that it is to connect to does not listen yet.
func cmdRetry(ts *testscript.TestScript, _ bool, args []string) {
	for end := time.Now().Add(interopPatience); time.Now().Before(end); {
		err := ts.Exec(args[0], args[1:]...)
		var ended *exec.ExitError
		if err == nil {
			return
		}
		if !errors.As(err, &ended) || ended.ExitCode() != exit.Connection {
			ts.Fatalf("%v", err)
		}
		time.Sleep(10 * time.Millisecond)
	}
	ts.Fatalf("nobody listens")
}

// cmdTerminate sends SIGTERM to the program that was started in the background first.
func cmdTerminate(ts *testscript.TestScript, _ bool, _ []string) {
	ts.Check(ts.BackgroundCmds()[0].Process.Signal(syscall.SIGTERM))
}

// freePort returns a port that nobody listens on.
func freePort() (string, error) {
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return "", err
	}
	defer ln.Close()
	return fmt.Sprint(ln.Addr().(*net.TCPAddr).Port), nil
}
