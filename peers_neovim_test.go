package main

import (
	"path/filepath"
	"testing"

	"rpcsh/shell/exit"
)

func peerNeovim(t *testing.T, p *peers) {
	nvim := p.program(t, "nvim", "neovim")
	t.Run("stdio", func(t *testing.T) {
		command := []string{"--", nvim, "--clean", "--embed", "--headless"}
		detects(t, found{URL: "exec:" + nvim + " --clean --embed --headless", Protocol: "nvim", Framing: "msgpack"},
			command...)
		neovimSession(t, command...)
		neovimSession(t, tappedCommand(command)...)
		replaysAlike(t, []string{
			".serve ask .[0]+1", `nvim_buf_set_lines 0 0 -1 false ["a","b"]`, "nvim_buf_get_lines 0 0 -1 false",
			`nvim_exec_lua 'vim.rpcnotify(..., "told", {1}) return vim.rpcrequest(..., "ask", 20)' [1]`,
		}, nil, command...)
	})
	t.Run("TCP", func(t *testing.T) {
		address := "127.0.0.1:" + p.port(t)
		p.start(t, nil, nvim, "--clean", "--headless", "--listen", address).listens(t, "tcp", address)
		calls(t, "^2$", address, "nvim_eval", "1+1")
		detects(t, found{URL: "tcp://" + address, Protocol: "nvim", Framing: "msgpack"}, address)
		neovimSession(t, address)
		through, printed := tapped(t, address)
		neovimSession(t, through)
		printed.until(t, ` ← (@\d+ )?#\d+ ask 20$`)
		neovimIntercepted(t, address)
	})
	t.Run("Unix", func(t *testing.T) {
		path := filepath.Join(t.TempDir(), "s")
		p.start(t, nil, nvim, "--clean", "--headless", "--listen", path).listens(t, "unix", path)
		calls(t, "^2$", path, "nvim_eval", "1+1")
		detects(t, found{URL: "unix://" + path, Protocol: "nvim", Framing: "msgpack"}, path)
		neovimSession(t, path)
	})
}

// neovimSession calls, and is called while its calls are open.
func neovimSession(t *testing.T, target ...string) {
	sh := connected(t, target...)
	sh.do(t, "channel = nvim_get_api_info | .[0]", "nvim_get_api_info | .[1].functions | length > 200")
	sh.stdout.until(t, `^\d+$`)
	sh.stdout.next(t, "true")

	sh.do(t, ".serve ask .[0]+1",
		`nvim_exec_lua 'local c = ... vim.rpcnotify(c, "told", {n = 1}) `+
			`return 2 * vim.rpcrequest(c, "ask", 20)' [$channel]`)
	sh.stderr.until(t, ` ← told \[{"n":1}\]$`)
	id := sh.stderr.until(t, ` ← #(\d+) ask 20$`)[1]
	sh.stderr.until(t, ` → #`+id+` 21  `)
	sh.stdout.next(t, "42")

	// what it calls in a call of ours, we call in a call of its own
	sh.do(t, ".serve held --delay 200ms .[0]", `nvim_exec_lua 'return vim.rpcrequest(..., "held", 1)' [$channel] &`)
	sh.stderr.until(t, ` ← #\d+ held 1$`)
	sh.do(t, "nvim_eval 6*8")
	sh.stdout.has(t, "^48$")
	sh.stdout.until(t, "^1$")

	sh.do(t, ".set stop off", `nvim_exec_lua 'return vim.rpcrequest(..., "nobody")' [$channel]`)
	sh.stderr.until(t, ` → #\d+ error -32601: Method not found .* not served, .serve nobody`)
	sh.stderr.until(t, `^rpcsh: error: Error executing lua: Method not found`)
	sh.do(t, ".discover", "nvim_get_curent_line") // it has a way of its own to say that there is no such method
	sh.stderr.until(t, `^rpcsh: error: Invalid method: nvim_get_curent_line; did you mean nvim_get_current_line `)
	sh.do(t, "nvim_eval 1+2")
	sh.stdout.until(t, "^3$")
	sh.exits(t, exit.PeerError)
}
