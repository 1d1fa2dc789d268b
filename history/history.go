// Package history keeps the lines that were typed, for this run and the next ones: it loads them, appends each new one
// at once, drops duplicates and keeps no more than a limit. Several shells may share one file at the same time. It
// knows nothing of terminals, nor of what the lines mean.
//
//   - history.go: History, what is remembered in this run
//   - file.go: the file that it is kept in, and how several processes share that
//   - escape.go: how an entry is written as one line
package history

import (
	"fmt"
	"os"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"unicode"
)

// A History is a list of distinct lines, the newest last. Several goroutines may call its methods at a time.
type History struct {
	limit   int
	entries atomic.Pointer[[]string] // what it points to never changes

	mu     sync.Mutex // protects what follows, and serializes Add
	file   *file      // nil for memory only
	closed bool
}

// Open returns the history kept in the file at path, with its newest limit distinct lines. The file, its mode then
// 0600, and its folders, 0700, are made when the first line is added; a missing file is an empty history. The mode of
// an existing file is corrected to 0600, since lines may hold what is private. With path "" lines are kept for this run
// only, with a limit below 1 not at all.
//
// Open always returns a History that works. Where the file cannot be used, it also returns an error, to be shown, which
// says why and what to do about it; lines are then kept for this run only, and the file is left alone.
//
// What other shells add to the file later is kept there, but not seen by this History.
func Open(path string, limit int) (*History, error) {
	h := &History{limit: max(limit, 0)}
	h.entries.Store(new([]string))
	if path == "" || limit < 1 {
		return h, nil
	}
	f, lines, err := openFile(path, limit)
	if err != nil {
		return h, fmt.Errorf("history is kept for this run only: %w", err)
	}
	h.file = f
	h.entries.Store(&lines)
	return h, nil
}

// Add makes line the newest entry and appends it to the file, in one write, before it returns: a crash loses nothing.
// An equal entry that is there already is dropped. Lines that are empty or begin with a blank or a tab are not kept.
//
// The entry is kept for this run even where an error says that it could not be written; the next Add tries again, with
// its own line. After Close, Add changes nothing and returns os.ErrClosed.
func (h *History) Add(line string) error { return h.add(line, true) }

// AddForNow is like Add, but does not write to the file: the entry is for this run only.
func (h *History) AddForNow(line string) error { return h.add(line, false) }

func (h *History) add(line string, write bool) error {
	if strings.TrimSpace(line) == "" || line[0] == ' ' || line[0] == '\t' {
		return nil
	}
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.closed {
		return fmt.Errorf("add to history: %w", os.ErrClosed)
	}
	if h.limit == 0 {
		return nil
	}
	old := *h.entries.Load()
	lines := make([]string, 0, len(old)+1)
	for _, l := range old {
		if l != line {
			lines = append(lines, l)
		}
	}
	lines = append(lines, line)
	lines = lines[max(0, len(lines)-h.limit):]
	h.entries.Store(&lines)
	if h.file == nil || !write {
		return nil
	}
	if err := h.file.add(line); err != nil {
		return fmt.Errorf("add to history: %w", err)
	}
	return nil
}

// Entries returns the lines, the oldest first. The slice costs nothing and never changes; the caller must not change it
// either.
func (h *History) Entries() []string {
	lines := *h.entries.Load()
	return lines[:len(lines):len(lines)] // appending to it makes a copy
}

// Find returns the entries that pattern is a part of, the oldest first. Case counts only where pattern has an
// upper-case letter.
func (h *History) Find(pattern string) []string {
	matchCase := strings.ContainsFunc(pattern, unicode.IsUpper)
	var found []string
	for _, line := range h.Entries() {
		if strings.Contains(line, pattern) || !matchCase && strings.Contains(strings.ToLower(line), pattern) {
			found = append(found, line)
		}
	}
	return found
}

// Close ends the use of the file; it waits for an Add under way. The entries can still be read. It may be called more
// than once.
func (h *History) Close() error {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.closed = true
	return nil
}

// newest returns the newest limit lines; of equal lines, it keeps only the last.
func newest(lines []string, limit int) []string {
	seen := make(map[string]struct{}, len(lines))
	kept := make([]string, 0, min(len(lines), limit))
	for i := len(lines) - 1; i >= 0 && len(kept) < limit; i-- {
		if _, dup := seen[lines[i]]; dup {
			continue
		}
		seen[lines[i]] = struct{}{}
		kept = append(kept, lines[i])
	}
	slices.Reverse(kept)
	return kept
}
