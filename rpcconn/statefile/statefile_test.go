package statefile

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/gofrs/flock"
)

func update(path string, change func(text []byte) ([]byte, error)) error {
	return File{Path: path}.Update(change)
}

// TestUpdateLosesNothing has many change one file at once.
func TestUpdateLosesNothing(t *testing.T) {
	path := filepath.Join(t.TempDir(), "folder", "file")
	const many, each = 8, 25
	var all sync.WaitGroup
	for i := range many {
		all.Go(func() {
			for j := range each {
				add := func(text []byte) ([]byte, error) { return fmt.Appendf(text, "%d-%d\n", i, j), nil }
				if err := update(path, add); err != nil {
					t.Error(err)
				}
			}
		})
	}
	all.Wait()
	text, err := os.ReadFile(path)
	if n := strings.Count(string(text), "\n"); err != nil || n != many*each {
		t.Errorf("%d lines, %v", n, err)
	}
	if runtime.GOOS == "windows" {
		return
	}
	if info, err := os.Stat(path); err != nil || info.Mode().Perm() != fileMode {
		t.Errorf("the file is %v, %v", info, err)
	}
}

// TestReadWhileReplaced has a file read again and again while others replace it.
func TestReadWhileReplaced(t *testing.T) {
	path := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(path, []byte("0"), fileMode); err != nil {
		t.Fatal(err)
	}
	var reading sync.WaitGroup
	done := make(chan struct{})
	for range 2 {
		reading.Go(func() {
			for {
				if text, err := Read(path); err != nil || len(text) == 0 {
					t.Errorf("it has %q, %v", text, err)
				}
				select {
				case <-done:
					return
				case <-time.After(time.Millisecond): // Windows replaces it while nobody reads it
				}
			}
		})
	}
	for i := range 30 {
		if err := update(path, func([]byte) ([]byte, error) { return fmt.Append(nil, i), nil }); err != nil {
			t.Error(err)
		}
	}
	close(done)
	reading.Wait()
}

func TestUpdateKeepsLinks(t *testing.T) {
	folder := t.TempDir()
	file, link := filepath.Join(folder, "file"), filepath.Join(folder, "link")
	if err := os.WriteFile(file, []byte("old"), fileMode); err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink(file, link); err != nil {
		t.Skip("no links here: ", err)
	}
	add := func(text []byte) ([]byte, error) { return append(text, " new"...), nil }
	if err := update(link, add); err != nil {
		t.Fatal(err)
	}
	if text, err := os.ReadFile(file); err != nil || string(text) != "old new" {
		t.Errorf("the file has %q, %v", text, err)
	}
}

func TestUpdateFails(t *testing.T) {
	folder := t.TempDir()
	path := filepath.Join(folder, "file")
	refused := errors.New("refused")
	if err := update(path, func([]byte) ([]byte, error) { return []byte("x"), refused }); !errors.Is(err, refused) {
		t.Errorf("got %v", err)
	}
	if _, err := os.Stat(path); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("the file is there: %v", err)
	}
	lock := flock.New(path + ".lock")
	if err := lock.Lock(); err != nil {
		t.Fatal(err)
	}
	defer lock.Unlock()
	err := update(path, func(text []byte) ([]byte, error) { return []byte("x"), nil })
	if err == nil || !strings.Contains(err.Error(), "has been locked by another program for 2s: end that program") {
		t.Errorf("while it is locked: %v", err)
	}
}
