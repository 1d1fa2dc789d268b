package main

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"time"
)

// listen listens at an address of its own, and serves all who come; done takes it back.
func listen(network string, serve func(net.Conn)) (addr net.Addr, done func(), err error) {
	dir, err := os.MkdirTemp("", "compare")
	if err != nil {
		return nil, nil, err
	}
	at := "127.0.0.1:0"
	if network == "unix" {
		at = filepath.Join(dir, "s")
	}
	ln, err := net.Listen(network, at)
	if err != nil {
		return nil, nil, err
	}
	go func() {
		for {
			nc, err := ln.Accept()
			if err != nil {
				return
			}
			go serve(nc)
		}
	}()
	return ln.Addr(), func() { _, _ = ln.Close(), os.RemoveAll(dir) }, nil
}

// holdAs receives big messages as the contestant called name until the standard input ends. It prints its address.
func holdAs(name, network string) error {
	c, err := find(name)
	if err != nil {
		return err
	}
	addr, done, err := listen(network, c.hold)
	if err != nil {
		return err
	}
	defer done()
	fmt.Println(addr)
	_, err = io.Copy(io.Discard, os.Stdin)
	return err
}

// A driver is both ends of the connections of a contestant.
type driver struct {
	contestant
	client client
	raw    net.Conn // for bytes made beforehand
}

// driveAs does the works that the standard input names, each "turn work", and prints operations a second.
func driveAs(name, network string) error {
	c, err := find(name)
	if err != nil {
		return err
	}
	addr, done, err := listen(network, c.serve)
	if err != nil {
		return err
	}
	defer done()
	d := &driver{contestant: c}
	nc, err := net.Dial(network, addr.String())
	if err != nil {
		return err
	}
	if d.raw, err = net.Dial(network, addr.String()); err != nil {
		return err
	}
	d.client = c.dial(nc)
	all := works()
	for in := bufio.NewScanner(os.Stdin); in.Scan(); {
		turnText, workName, _ := strings.Cut(in.Text(), " ")
		turn, err := time.ParseDuration(turnText)
		if err != nil {
			return err
		}
		i := slices.IndexFunc(all, func(w work) bool { return w.name == workName })
		start := time.Now()
		n, err := all[i].do(d, turn)
		if err != nil {
			return err
		}
		fmt.Println(float64(n) / time.Since(start).Seconds())
	}
	return nil
}

// A process is one that was started from this program.
type process struct {
	*exec.Cmd
	in  io.WriteCloser
	out *bufio.Reader
}

func start(args ...string) (*process, error) {
	self, err := os.Executable()
	if err != nil {
		return nil, err
	}
	p := &process{Cmd: exec.Command(self, args...)}
	p.Stderr = os.Stderr
	if p.in, err = p.StdinPipe(); err != nil {
		return nil, err
	}
	out, err := p.StdoutPipe()
	if err != nil {
		return nil, err
	}
	p.out = bufio.NewReader(out)
	return p, p.Start()
}

// line returns the next line that the process prints.
func (p *process) line() (string, error) {
	line, err := p.out.ReadString('\n')
	if err == io.EOF {
		err = errors.New("the process has ended")
	}
	return strings.TrimSpace(line), err
}

func (p *process) close() {
	if p != nil {
		_ = p.in.Close()
		_ = p.Wait()
	}
}

// do returns how many operations of a work the process does in a second.
func (p *process) do(work string, turn time.Duration) (float64, error) {
	if _, err := fmt.Fprintf(p.in, "%s %s\n", turn, work); err != nil {
		return 0, err
	}
	line, err := p.line()
	if err != nil {
		return 0, err
	}
	return strconv.ParseFloat(line, 64)
}

// bigSize is how large the one big message is, at most: the default limit of rpcsh.
const bigSize = 64 << 20

// receiveBig sends one big message to a new process, which keeps it. It returns how many can be received in a second,
// and how much memory that takes at its peak, over the size of the message.
func receiveBig(name, network string) (speed, memory float64, err error) {
	c, err := find(name)
	if err != nil {
		return 0, 0, err
	}
	frame := c.big()
	p, err := start("-hold", name, "-net", network)
	if err != nil {
		return 0, 0, err
	}
	defer p.close()
	addr, err := p.line()
	if err != nil {
		return 0, 0, err
	}
	nc, err := net.Dial(network, addr)
	if err != nil {
		return 0, 0, err
	}
	defer nc.Close()
	before, err := p.memory("VmRSS")
	if err != nil {
		return 0, 0, err
	}
	began := time.Now()
	if _, err := nc.Write(frame); err != nil {
		return 0, 0, err
	}
	if _, err := nc.Read(make([]byte, 1<<10)); err != nil {
		return 0, 0, err
	}
	speed = 1 / time.Since(began).Seconds()
	peak, err := p.memory("VmHWM")
	return speed, (peak - before) / float64(len(frame)), err
}

// memory returns what Linux says of the process's memory, in bytes.
func (p *process) memory(field string) (float64, error) {
	status, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", p.Process.Pid))
	if err != nil {
		return 0, err
	}
	for line := range strings.Lines(string(status)) {
		if f := strings.Fields(line); f[0] == field+":" {
			kib, err := strconv.ParseFloat(f[1], 64)
			return kib * 1024, err
		}
	}
	return 0, fmt.Errorf("there is no %s in the status of a process", field)
}
