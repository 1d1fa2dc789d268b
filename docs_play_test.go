//go:build linux

package main

import (
	"bytes"
	"fmt"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"
)

// TestDocs plays what README.md and docs/*.md show, and compares what is seen; times, ports and widths of columns are
// masked. With -update it puts what is seen into the documents. It runs on Linux alone, where /proc tells who listens.
func TestDocs(t *testing.T) {
	p := &peers{modules: nodeModules(), ports: make(map[string]bool)}
	files := make(map[string]string)
	var documents []*document
	for _, name := range docNames(t) {
		d := readDocument(t, name)
		documents = append(documents, d)
		maps.Copy(files, d.files)
	}
	for _, d := range documents {
		d.files = files
		t.Run(filepath.Base(d.name), func(t *testing.T) {
			t.Parallel()
			seen := &corrections{of: make(map[int]correction)}
			t.Cleanup(func() { seen.apply(t, d) })
			for _, s := range d.scenes {
				if len(s.blocks) == 0 {
					continue
				}
				t.Run(s.title, func(t *testing.T) {
					t.Parallel()
					play(t, p, d, s, seen)
				})
			}
		})
	}
}

// corrections is what was seen in place of what is wanted.
type corrections struct {
	mu sync.Mutex         // protects what follows
	of map[int]correction // by step.at
}

type correction struct {
	step step
	rows []string
}

func (c *corrections) add(s step, rows []string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.of[s.at] = correction{s, rows}
}

// apply writes the corrected document, with -update.
func (c *corrections) apply(t *testing.T, d *document) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if !*update || len(c.of) == 0 {
		return
	}
	for _, row := range slices.Backward(slices.Sorted(maps.Keys(c.of))) {
		d.replace(c.of[row].step, c.of[row].rows)
	}
	d.write(t)
}

// A player plays a scene.
type player struct {
	t         *testing.T
	doc       *document
	seen      *corrections
	dir       string // in which all runs
	env       []string
	ports     map[string]string // ports of the document, and those that stand for them here
	terminals map[string]*docTerminal
}

func play(t *testing.T, p *peers, d *document, s *scene, seen *corrections) {
	home := t.TempDir()
	bin := filepath.Join(home, "bin")
	path := bin + ":" + filepath.Join(p.modules, ".bin") + ":" + os.Getenv("PATH") + ":/usr/sbin"
	pl := &player{
		t: t, doc: d, seen: seen, dir: filepath.Join(home, "work"), ports: make(map[string]string),
		terminals: make(map[string]*docTerminal),
		env: append(os.Environ(), "HOME="+home, "XDG_STATE_HOME="+filepath.Join(home, "state"), "PATH="+path,
			"TERM=xterm", "NO_COLOR=1", "PYTHONUNBUFFERED=1"),
	}
	for _, dir := range []string{bin, pl.dir} {
		if err := os.Mkdir(dir, 0o755); err != nil {
			t.Fatal(err)
		}
	}
	for _, name := range s.needs {
		find := docPeers[name]
		if find == nil {
			t.Fatalf("%s: the tests know no peer %s", d.name, name)
		}
		find(t, p, bin)
	}
	for _, b := range s.blocks {
		for _, step := range b.steps {
			text := step.command + " " + step.typed
			for _, port := range regexp.MustCompile(`:(\d{4,5})\b`).FindAllStringSubmatch(text, -1) {
				if pl.ports[port[1]] == "" {
					pl.ports[port[1]] = p.port(t)
				}
			}
		}
	}
	for name, text := range d.files {
		if err := os.WriteFile(filepath.Join(pl.dir, name), []byte(pl.here(text)), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	for _, b := range s.blocks {
		pl.block(b)
	}
}

// docPeers makes the peers that documents name ready, or skips the test. A program that is not on the PATH is linked
// into bin.
var docPeers = map[string]func(t *testing.T, p *peers, bin string){
	"aria2": func(t *testing.T, p *peers, _ string) { p.program(t, "aria2c", "aria2") },
	"anvil": func(t *testing.T, p *peers, _ string) {
		p.module(t, "@foundry-rs/anvil-linux-amd64@1.7.1", ".bin/anvil")
	},
	"bash-language-server": func(t *testing.T, p *peers, _ string) {
		p.module(t, "bash-language-server@5.8.1", ".bin/bash-language-server")
	},
	"typescript-language-server": func(t *testing.T, p *peers, _ string) {
		p.module(t, "typescript-language-server@5.3.0 typescript@5.9.3", ".bin/typescript-language-server")
	},
	"server-everything": func(t *testing.T, p *peers, _ string) {
		p.module(t, mcpVersion, ".bin/mcp-server-everything")
	},
	"openssl": func(t *testing.T, p *peers, _ string) { p.program(t, "openssl", "openssl") },
	"jq":      func(t *testing.T, p *peers, _ string) { p.program(t, "jq", "jq") },
	"py-bson-rpc": func(t *testing.T, _ *peers, bin string) {
		python, err := exec.LookPath(interopPython(t, "bson").program)
		if err == nil {
			err = os.Symlink(python, filepath.Join(bin, "python3"))
		}
		if err != nil {
			t.Fatal(err)
		}
	},
}

// here returns text with the ports of the document replaced by those of this run.
func (p *player) here(text string) string {
	for doc, here := range p.ports {
		text = regexp.MustCompile(`\b`+doc+`\b`).ReplaceAllString(text, here)
	}
	return text
}

// there is the opposite of here.
func (p *player) there(rows []string) []string {
	text := strings.Join(rows, "\n")
	for doc, here := range p.ports {
		text = strings.ReplaceAll(text, here, doc)
	}
	return strings.Split(text, "\n")
}

func (p *player) block(b *block) {
	p.t.Helper()
	for i, s := range b.steps {
		half := b.half && i == len(b.steps)-1
		switch {
		case s.command == "" && p.terminals[b.session] == nil:
			p.t.Fatalf("%s:%d: there is no terminal", p.doc.name, s.row)
		case s.command == "":
			p.terminals[b.session].do(p, s, half)
		case i+1 < len(b.steps) && b.steps[i+1].prompt:
			p.open(b.session, b.small, s)
		case strings.HasSuffix(s.command, " &"):
			p.start(strings.TrimSuffix(s.command, " &"))
			for _, port := range b.awaits {
				p.listens(port)
			}
		default:
			p.run(s)
		}
	}
}

// check compares what is seen with what a step wants.
func (p *player) check(s step, rows []string) {
	p.t.Helper()
	if fits(masked(rows), masked(s.shown())) {
		return
	}
	if *update {
		p.seen.add(s, p.there(rows))
		return
	}
	p.t.Errorf("%s:%d: %s\nshows\n%s\nwant\n%s", p.doc.name, s.row, s.line,
		strings.Join(rows, "\n"), strings.Join(s.shown(), "\n"))
	p.t.FailNow()
}

// run runs a command and waits for its end. A file that another program still writes is read until it is complete.
func (p *player) run(s step) {
	p.t.Helper()
	rows := p.output(s.command)
	if strings.HasPrefix(s.command, "cat ") {
		for end := time.Now().Add(docPatience()); time.Now().Before(end) && !fits(masked(rows), masked(s.want)); {
			rows = p.output(s.command)
		}
	}
	p.check(s, rows)
}

// output returns what a command prints.
func (p *player) output(command string) (rows []string) {
	p.t.Helper()
	cmd := p.command(command)
	var out bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &out
	if err := cmd.Start(); err != nil {
		p.t.Fatal(err)
	}
	patience := time.AfterFunc(interopPatience, func() { _ = syscall.Kill(-cmd.Process.Pid, syscall.SIGKILL) })
	_ = cmd.Wait() // what is printed says how it ended
	patience.Stop()
	if text := strings.TrimSuffix(out.String(), "\n"); text != "" {
		rows = strings.Split(text, "\n")
	}
	return rows
}

// start starts a command, which ends with the test.
func (p *player) start(command string) {
	p.t.Helper()
	cmd := p.command(command)
	out := newTranscript(command)
	cmd.Stdout, cmd.Stderr = out, out
	if err := cmd.Start(); err != nil {
		p.t.Fatal(err)
	}
	p.t.Cleanup(func() {
		_ = syscall.Kill(-cmd.Process.Pid, syscall.SIGKILL)
		_ = cmd.Wait()
		if p.t.Failed() {
			p.t.Logf("%s printed\n%s", command, out)
		}
	})
}

func (p *player) command(line string) *exec.Cmd {
	cmd := exec.Command("sh", "-c", p.here(line))
	cmd.Dir, cmd.Env = p.dir, p.env
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	return cmd
}

// listens waits until somebody listens on a port of the document. It does not connect, which whoever listens would
// show.
func (p *player) listens(port string) {
	p.t.Helper()
	var number int
	if _, err := fmt.Sscan(p.ports[port], &number); err != nil {
		p.t.Fatalf("%s: nobody names port %s", p.doc.name, port)
	}
	for end := time.Now().Add(interopPatience); time.Now().Before(end); time.Sleep(20 * time.Millisecond) {
		for table, digits := range map[string]int{"/proc/net/tcp": 8, "/proc/net/tcp6": 32} {
			listening := fmt.Sprintf(":%04X %0*d:0000 0A ", number, digits, 0) // its other end is nobody's
			if text, _ := os.ReadFile(table); bytes.Contains(text, []byte(listening)) {
				return
			}
		}
	}
	p.t.Fatalf("%s: nobody listens on port %s", p.doc.name, port)
}
