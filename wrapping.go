package main

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"rpcsh/shell/exit"
	"rpcsh/shell/tap"
)

// wrapping is what the flags of tap say of a client's configuration.
type wrapping struct{ wrap, unwrap string }

// backupSuffix ends the name of what a configuration was before there was a tap in it.
const backupSuffix = ".before-rpcsh"

// rewrite puts a tap into a client's configuration, or takes it out.
func (p tapping) rewrite(server string) error {
	if p.wrapping.unwrap != "" {
		return p.takeOut(p.wrapping.unwrap, server)
	}
	return p.putIn(p.wrapping.wrap, server)
}

// putIn puts a tap into a configuration. What it was without any is kept beside it.
func (p tapping) putIn(config, server string) error {
	text, err := os.ReadFile(config)
	if err != nil {
		return exit.Usagef("%w", err)
	}
	record, err := p.recordingOf(server)
	if err != nil {
		return err
	}
	self, err := os.Executable()
	if err != nil {
		return err
	}
	changed, err := tap.Wrap(text, server, self, []string{"--record", record, "--append"})
	if err != nil {
		return exit.Usagef("%s: %w", config, err)
	}
	if !tap.HasTaps(text) {
		if err := overwrite(config, config+backupSuffix, text); err != nil {
			return err
		}
	}
	if err := overwrite(config, config, changed); err != nil {
		return err
	}
	was := ""
	if _, err := os.Stat(config + backupSuffix); err == nil { // else somebody has removed it
		was = fmt.Sprintf("; %s is what it was", config+backupSuffix)
	}
	p.say("what passes between %s and its client is recorded in %s, once the client starts it anew "+
		"(rpcsh tap --unwrap %s %[1]s ends that)%[4]s", server, record, config, was)
	return nil
}

// takeOut takes a tap out of a configuration. What is kept beside it goes when it says nothing else any more.
func (p tapping) takeOut(config, server string) error {
	text, err := os.ReadFile(config)
	if err != nil {
		return exit.Usagef("%w", err)
	}
	changed, err := tap.Unwrap(text, server)
	if err != nil {
		return exit.Usagef("%s: %w", config, err)
	}
	if err := overwrite(config, config, changed); err != nil {
		return err
	}
	backup, err := os.ReadFile(config + backupSuffix)
	is := ""
	switch {
	case errors.Is(err, fs.ErrNotExist), tap.HasTaps(changed):
	case err != nil:
		return err
	case bytes.Equal(backup, changed):
		if err := os.Remove(config + backupSuffix); err != nil {
			return err
		}
		is = fmt.Sprintf(": %s is what it was", config)
	default:
		is = fmt.Sprintf("; %s is what it was before, and says something else", config+backupSuffix)
	}
	p.say("rpcsh is not between %s and its client any more%s", server, is)
	return nil
}

// overwrite writes a file that may be read by whom config may be.
func overwrite(config, file string, text []byte) error {
	info, err := os.Stat(config)
	if err != nil {
		return err
	}
	return os.WriteFile(file, text, info.Mode().Perm()) // config is perhaps a link, which stays one
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
