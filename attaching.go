package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"time"

	"rpcsh/rpcconn/plain"
	"rpcsh/shell/exit"
	"rpcsh/shell/tap"
	"rpcsh/shell/view"
)

// controlSuffix ends the name of the socket by which a tap is controlled.
const controlSuffix = ".sock"

// tapsDir is where these sockets are.
func tapsDir() string { return filepath.Join(stateDir(), "taps") }

func controlSocket(name string) string { return filepath.Join(tapsDir(), name+controlSuffix) }

// tapNames returns the names of the taps that run.
func tapNames() (names []string) {
	files, _ := os.ReadDir(tapsDir()) // without a folder, there are none
	for _, f := range files {
		name, is := strings.CutSuffix(f.Name(), controlSuffix)
		if !is {
			continue
		}
		if nc, err := net.Dial("unix", controlSocket(name)); err == nil {
			_ = nc.Close()
			names = append(names, name)
		}
	}
	return names
}

// attach is the shell of a tap that runs: rpcsh attach NAME.
func (p *program) attach(ctx context.Context) error {
	if len(p.verbArgs) != 1 || p.command != nil {
		return verbs()[verbAt(p.verb)].wrong()
	}
	name := p.verbArgs[0]
	nc, err := net.Dial("unix", controlSocket(name))
	if err != nil {
		there := "and no other one (rpcsh tap --name " + view.Visible(name) + " … begins it)"
		if names := tapNames(); len(names) > 0 {
			there = "there are: " + view.Visible(strings.Join(names, ", "))
		}
		return &exit.Failure{
			Code: exit.Connection, Err: fmt.Errorf("there is no tap named %s, %s", view.Visible(name), there),
		}
	}
	begins := "Attached to the tap " + view.Visible(name) + "; what passes is shown as it passes.\n"
	return p.runShell(ctx, tapSeat{stream: nc, begins: begins + tapGreeting, watches: func() {}})
}

// A tapSeat is from where a shell looks at and controls a tap.
type tapSeat struct {
	stream  io.ReadWriteCloser // at its other end is the tap
	begins  string             // what a person is told first: what passes from then on is shown
	watches func()             // is called before that, and behind the lines of -e
	stays   bool               // the shell stays behind these lines, quietly: what they have set is in force
}

// tapGreeting says what to type first in the shell of a tap.
const tapGreeting = `  .hold my_method          hold what fits; .pass, .edit, .drop or .reply it
  my_method 1 2            asks the server, @client METHOD … the client
  .serve my_method 42      answer in the server's place
  .help                    all commands;  .quit  leaves, and all passes on`

// runShell runs a shell that looks at and controls a tap. The error has been shown.
func (p *program) runShell(ctx context.Context, at tapSeat) error {
	own := *p.options
	own.record, own.listen, own.command = "", "", nil
	looking := &program{options: &own, stdin: p.stdin, speaker: p.speaker, ending: p.ending, seat: &at}
	if code := looking.run(ctx); code != exit.Done {
		return &exit.Shown{Err: &exit.Failure{Code: code, Err: errors.New("the shell of the tap has failed")}}
	}
	return nil
}

// A controlDesk is where shells come to control a tap by its name.
type controlDesk struct {
	listener net.Listener
	tap      *tap.Tap
	serving  sync.WaitGroup

	mu      sync.Mutex // protects what follows
	closed  bool
	streams map[net.Conn]bool
}

// controlDial is how long it may take to learn whose socket there is.
const controlDial = 2 * time.Second

// offer lets shells control a tap by a name. The error says who has it already.
func offer(ctx context.Context, t *tap.Tap, name string) (*controlDesk, error) {
	if err := tap.CheckName(name); err != nil {
		return nil, exit.Usagef("--name %s: %w", name, err)
	}
	if err := os.MkdirAll(tapsDir(), 0o700); err != nil {
		return nil, err
	}
	path := controlSocket(name)
	l, err := net.Listen("unix", path)
	if plain.AddressInUse.Is(err) {
		if taken := taken(ctx, name); taken != nil {
			return nil, taken
		}
		_ = os.Remove(path) // of a tap that was killed
		l, err = net.Listen("unix", path)
	}
	if err != nil {
		return nil, exit.Usagef("--name %s: %w", name, err)
	}
	if err := os.Chmod(path, 0o600); err != nil {
		_ = l.Close()
		return nil, err
	}
	d := &controlDesk{listener: l, tap: t, streams: make(map[net.Conn]bool)}
	d.serving.Go(d.serve)
	return d, nil
}

// taken returns an error that says who has a name, nil where nobody is there.
func taken(ctx context.Context, name string) error {
	nc, err := net.Dial("unix", controlSocket(name))
	if err != nil {
		return nil
	}
	ctx, cancel := context.WithTimeout(ctx, controlDial)
	defer cancel()
	c := tap.NewControl(nc, func(tap.News) {})
	defer c.Close()
	who := "another process"
	if about, err := c.About(ctx); err == nil {
		who = fmt.Sprintf("process %d, for %s", about.PID, view.Visible(about.Target))
	}
	return exit.Usagef("there is a tap named %s already: %s (rpcsh attach %[1]s is its shell; take another --name)",
		name, who)
}

func (d *controlDesk) serve() {
	for {
		nc, err := d.listener.Accept()
		if err != nil {
			return
		}
		d.mu.Lock()
		if d.closed {
			_ = nc.Close()
		} else {
			d.streams[nc] = true
			d.serving.Go(func() { d.seat(nc) })
		}
		d.mu.Unlock()
	}
}

func (d *controlDesk) seat(nc net.Conn) {
	d.tap.Controlled(nc)
	d.mu.Lock()
	defer d.mu.Unlock()
	delete(d.streams, nc)
}

// close ends all control, and gives the name free.
func (d *controlDesk) close() {
	if d == nil {
		return
	}
	_ = d.listener.Close() // which removes the socket
	d.mu.Lock()
	d.closed = true
	for nc := range d.streams {
		_ = nc.Close()
	}
	d.mu.Unlock()
	d.serving.Wait()
}
