package main

import (
	"strings"
	"testing"

	"go.uber.org/goleak"

	"rpcsh/shell/exit"
)

// The servers of py-bson-rpc's tutorial live on when rpcsh, which is told nothing, has found out what they speak.
func TestPeersTutorial(t *testing.T) {
	ignore := goleak.IgnoreCurrent()
	t.Cleanup(func() { goleak.VerifyNone(t, ignore) })
	remembersNothing(t)
	for _, form := range []string{"rfc7464", "netstring", "none", "bson"} {
		t.Run(form, func(t *testing.T) {
			t.Parallel()
			in := &interop{form: form, python: interopPython(t, form)}
			t.Run("it calls its first client later", func(t *testing.T) {
				t.Parallel()
				p, address := in.tutorial(t, "first_client.py")
				sh := connected(t, address)
				sh.do(t, ".serve my_double .[0]*2", "my_add 1 2")
				sh.stdout.next(t, "3")
				p.do(t, "call") // its first client, on whose connection another probe may have been made
				p.stdout.until(t, `^called 42$|^error `)
				calls(t, "^3$", address, "my_add", "1", "2")
			})
			t.Run("it looks at what it has accepted", func(t *testing.T) {
				t.Parallel()
				p, address := in.tutorial(t, "accept_loop.py")
				for range 3 {
					calls(t, "^3$", address, "my_add", "1", "2")
					p.stdout.until(t, `^accepted `)
				}
				p.lives(t)
			})
			t.Run("it calls its clients again and again", func(t *testing.T) {
				t.Parallel()
				p, address := in.tutorial(t, "call_loop.py", "0.3")
				flags := []string{"--detect=passive"}
				if form == "rfc7464" || form == "none" {
					flags = nil
				}
				for range 3 {
					sh := peerShell(t, append(flags, address, "my_add", "1", "2")...)
					sh.stdout.next(t, "3")
					sh.exits(t, exit.Done)
				}
				for range 3 {
					p.stdout.until(t, `^round `)
				}
				p.lives(t)
			})
		})
	}
}

// lives fails the test if a thread of the program has died.
func (p *pythonProgram) lives(t *testing.T) {
	t.Helper()
	if said := p.stdout.String(); strings.Contains(said, "dead") {
		t.Errorf("the program says\n%s", said)
	}
}

// tutorial starts a server of the tutorial and returns it with its address.
func (in *interop) tutorial(t *testing.T, script string, args ...string) (p *pythonProgram, address string) {
	t.Helper()
	p = in.run(t, script, append([]string{in.form}, args...)...)
	return p, "127.0.0.1:" + p.stdout.until(t, `^listening (\d+)$`)[1]
}
