package document

import (
	"context"
	"os"
	"time"
)

// fileInterval is how often a watched file is looked at. Looking works with every editor and file system, whether a
// file is written to, or another one put in its place.
const fileInterval = 200 * time.Millisecond

// Watch calls changed when the file at path has become another than was, nil where there is none, and has stayed so
// for an interval: one that is being written is left alone. It returns when ctx ends.
func Watch(ctx context.Context, path string, was os.FileInfo, changed func()) {
	ticker := time.NewTicker(fileInterval)
	defer ticker.Stop()
	seen := was
	for {
		select {
		case <-ticker.C:
		case <-ctx.Done():
			return
		}
		is, err := os.Stat(path)
		if err != nil {
			is = nil
		}
		if sameFile(is, seen) && !sameFile(is, was) {
			was = is
			changed()
		}
		seen = is
	}
}

// sameFile reports whether nothing has happened to a file between two looks at it.
func sameFile(a, b os.FileInfo) bool {
	if a == nil || b == nil {
		return a == nil && b == nil
	}
	return os.SameFile(a, b) && a.ModTime().Equal(b.ModTime()) && a.Size() == b.Size()
}
