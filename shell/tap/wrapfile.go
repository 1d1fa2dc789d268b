package tap

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"os"
)

// backupSuffix ends the name of what a configuration was before there was a tap in it.
const backupSuffix = ".before-rpcsh"

// WrapFile is Wrap of a file. What it was without any tap is kept beside it, in backup; "": somebody has removed that.
func WrapFile(file, server, self string, flags []string) (backup string, err error) {
	text, err := os.ReadFile(file)
	if err != nil {
		return "", err
	}
	changed, err := Wrap(text, server, self, flags)
	if err != nil {
		return "", fmt.Errorf("%s: %w", file, err)
	}
	backup = file + backupSuffix
	if !HasTaps(text) {
		if err := overwrite(file, backup, text); err != nil {
			return "", err
		}
	}
	if _, err := os.Stat(backup); err != nil {
		backup = ""
	}
	return backup, overwrite(file, file, changed)
}

// UnwrapFile is Unwrap of a file. What is kept beside it goes when that is what the file is again, which is restored;
// backup is what stays though no tap is left, since the file says something else; "": nothing does.
func UnwrapFile(file, server string) (restored bool, backup string, err error) {
	text, err := os.ReadFile(file)
	if err != nil {
		return false, "", err
	}
	changed, err := Unwrap(text, server)
	if err != nil {
		return false, "", fmt.Errorf("%s: %w", file, err)
	}
	if err := overwrite(file, file, changed); err != nil {
		return false, "", err
	}
	was, err := os.ReadFile(file + backupSuffix)
	switch {
	case errors.Is(err, fs.ErrNotExist), HasTaps(changed):
		return false, "", nil
	case err != nil:
		return false, "", err
	case !bytes.Equal(was, changed):
		return false, file + backupSuffix, nil
	}
	return true, "", os.Remove(file + backupSuffix)
}

// overwrite writes a file that may be read by whom config may be.
func overwrite(config, file string, text []byte) error {
	info, err := os.Stat(config)
	if err != nil {
		return err
	}
	return os.WriteFile(file, text, info.Mode().Perm()) // config is perhaps a link, which stays one
}
