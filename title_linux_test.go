package main

import (
	"fmt"
	"net"
	"os"
	"regexp"
	"strings"
	"testing"
)

// What other users see of the command line has no secrets, but what is sent has them.
func TestTitleHasNoSecrets(t *testing.T) {
	t.Parallel()
	for _, test := range []struct{ args, title, sent string }{
		{"--token correct-horse http://PEER/?token=abcd m password=hunter2 name=naïve",
			"--token ***1 http://PEER/?token=***2 m password=***3 name=naïve", "Bearer correct-horse"},
		{"http://me:pa55@PEER/ m", "http://me:***1@PEER/ m", "Basic bWU6cGE1NQ=="},
		{"--user=me:pa55 -H X-Token:hush http://PEER/ m", "--user=***1 -H X-Token:***2 http://PEER/ m", "hush"},
		{"--redact /params/0 http://PEER/ m hush", "--redact /params/0 http://PEER/ m", `["hush"]`},
		{"--redact off --token hush http://PEER/ m", "--redact off --token hush http://PEER/ m", "Bearer hush"},
	} {
		sent := make(chan string, 1)
		fin := stage{args: "-p jsonrpc " + test.args, peer: func(fin *finale, nc net.Conn) {
			b := make([]byte, 4<<10)
			if n, _ := nc.Read(b); n > 0 { // else it was to see whether anybody listens
				sent <- string(b[:n])
				fin.hear(nc)
			}
		}}.set(t)
		if err := fin.cmd.Start(); err != nil {
			t.Fatal(err)
		}
		_ = fin.held.Close() // it is theirs
		request := <-sent
		title, err := os.ReadFile(fmt.Sprintf("/proc/%d/cmdline", fin.cmd.Process.Pid))
		if err != nil {
			t.Fatal(err)
		}
		_ = fin.cmd.Process.Kill()
		_ = fin.cmd.Wait()
		words := strings.Join(strings.Fields(strings.ReplaceAll(string(title), "\x00", " ")), " ")
		got := regexp.MustCompile(`127\.0\.0\.1:\d+`).ReplaceAllString(words, "PEER")
		if want := "rpcsh -p jsonrpc " + test.title; got != want {
			t.Errorf("the title is\n %s\nwant\n %s", got, want)
		}
		if !strings.Contains(request, test.sent) {
			t.Errorf("%s is not in what was sent: %s", test.sent, request)
		}
	}
}
