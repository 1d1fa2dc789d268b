//go:build unix

package process

import (
	"bytes"
	"fmt"
	"io"
	"net"
	"os"
	"os/exec"
	"os/signal"
	"strings"
	"sync/atomic"
	"syscall"
)

// childVar is set in the environment of a test binary that is to be a child: the arguments say which.
const childVar = "RPCSH_TEST_CHILD"

// beChild is the main function of the children of the tests: it reports whether this process is one, after it has been
// it.
func beChild() bool {
	if os.Getenv(childVar) == "" {
		return false
	}
	what, args := os.Args[1], os.Args[2:]
	switch what {
	case "echo": // until its stdin ends
		_, _ = io.Copy(os.Stdout, os.Stdin)
	case "print": // its argument, and exit with status 3
		fmt.Print(args[0])
		os.Exit(3)
	case "full": // fill what the pipe surely holds, and exit
		_, _ = os.Stdout.Write(bytes.Repeat([]byte("0123456789abcde\n"), 4<<10/16))
	case "stderr": // its argument to stderr, and exit
		fmt.Fprint(os.Stderr, args[0])
	case "flood": // 100,000 lines to stderr, then a message
		for i := range 100_000 {
			fmt.Fprintf(os.Stderr, "line %d\n", i)
		}
		fmt.Println("{}")
	case "die": // by a signal
		_ = syscall.Kill(os.Getpid(), syscall.SIGKILL)
		select {}
	case "mute": // close its stdout and live on
		_ = os.Stdout.Close()
		select {}
	case "deaf": // close its stdin, say so, and live on
		_ = os.Stdin.Close()
		fmt.Println("{}")
		select {}
	case "hold": // say so, and live on
		hold(args[0])
		fmt.Println("{}")
		select {}
	case "stubborn": // the same, and ignore SIGTERM
		signal.Ignore(syscall.SIGTERM)
		hold(args[0])
		fmt.Println("{}")
		select {}
	case "obedient": // exit with status 7 on SIGTERM
		terms := make(chan os.Signal, 1)
		signal.Notify(terms, syscall.SIGTERM)
		fmt.Println("{}")
		<-terms
		os.Exit(7)
	case "talkative": // exit with status 5 once its stdin has ended, which it looks for after each line that it writes
		var ended atomic.Bool
		go func() {
			_, _ = io.Copy(io.Discard, os.Stdin)
			ended.Store(true)
		}()
		for !ended.Load() {
			fmt.Println("{}")
		}
		os.Exit(5)
	case "group": // its process group and pid
		fmt.Println(syscall.Getpgrp(), os.Getpid())
	case "parent": // start a child with its own stdout, and live on
		startChild(args, false)
		select {}
	case "leaver", "forsaker": // start one, perhaps in a session of its own, and exit when stdin ends
		startChild(args, what == "forsaker")
		_, _ = io.Copy(io.Discard, os.Stdin)
	case "flooder": // write to stdout forever
		hold(args[0])
		for {
			if _, err := fmt.Println("{}"); err != nil {
				return true
			}
		}
	case "killed": // start a Process, wait for its first message, and die at once
		p, err := Start(Options{Args: append([]string{os.Args[0]}, args...)})
		if err != nil {
			panic(err)
		}
		_, _ = p.Read(make([]byte, 10))
		_ = syscall.Kill(os.Getpid(), syscall.SIGKILL)
		select {}
	default:
		panic("no such child: " + what + " " + strings.Join(args, " "))
	}
	return true
}

// startChild starts a child that has our stdout.
func startChild(args []string, setsid bool) {
	cmd := exec.Command(os.Args[0], args...)
	cmd.Stdout, cmd.SysProcAttr = os.Stdout, &syscall.SysProcAttr{Setsid: setsid}
	if err := cmd.Start(); err != nil {
		panic(err)
	}
}

// hold connects to the test's socket at path, which sees the connection's end when this process has ended. This process
// ends when the test closes the connection.
func hold(path string) {
	conn, err := net.Dial("unix", path)
	if err != nil {
		panic(err)
	}
	go func() {
		_, _ = io.Copy(io.Discard, conn)
		os.Exit(1)
	}()
}
