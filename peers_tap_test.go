package main

import "testing"

// tapped stands between rpcsh and a peer, and returns where rpcsh finds it, and what it prints.
func tapped(t *testing.T, target string) (address string, printed *transcript) {
	t.Helper()
	sh := peerShell(t, "tap", "-l", "127.0.0.1:0", target)
	return sh.stderr.until(t, `^rpcsh: listening on (\S+), for `)[1], sh.stdout
}

// tappedCommand is the command of a peer, -- and behind it what is started, with a tap in between.
func tappedCommand(command []string) []string {
	return append([]string{"--", "rpcsh", "tap"}, command...)
}
