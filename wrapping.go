package main

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"rpcsh/shell/exit"
	"rpcsh/shell/tap"
)

// wrapping is what the flags of tap say of a client's configuration.
type wrapping struct{ wrap, unwrap string }

// rewrite puts a tap into a client's configuration, or takes it out.
func (p tapping) rewrite(server string) error {
	if config := p.wrapping.unwrap; config != "" {
		restored, backup, err := tap.UnwrapFile(config, server)
		if err != nil {
			return exit.Usagef("%w", err)
		}
		is := ""
		switch {
		case restored:
			is = fmt.Sprintf(": %s is what it was", config)
		case backup != "":
			is = fmt.Sprintf("; %s is what it was before, and says something else", backup)
		}
		p.say("rpcsh is not between %s and its client any more%s", server, is)
		return nil
	}
	record, err := p.recordingOf(server)
	if err != nil {
		return err
	}
	self, err := os.Executable()
	if err != nil {
		return err
	}
	backup, err := tap.WrapFile(p.wrapping.wrap, server, self, []string{"--record", record, "--append"})
	if err != nil {
		return exit.Usagef("%w", err)
	}
	if backup != "" {
		backup = fmt.Sprintf("; %s is what it was", backup)
	}
	p.say("what passes between %s and its client is recorded in %s, once the client starts it anew "+
		"(rpcsh tap --unwrap %s %[1]s ends that)%[4]s", server, record, p.wrapping.wrap, backup)
	return nil
}

// recordingOf returns the file for what passes a tap that a client starts.
func (p tapping) recordingOf(server string) (string, error) {
	if p.record != "" {
		return filepath.Abs(p.record) // the client may start it anywhere
	}
	dir := filepath.Join(stateDir(), "recordings")
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return "", err
	}
	name := strings.Map(func(c rune) rune {
		if strings.ContainsRune(`/\:*?"<>|`, c) || c < ' ' {
			return '_'
		}
		return c
	}, server)
	return filepath.Join(dir, name+".rpcrec"), nil
}
