package answer

import (
	"encoding/json"
	"strings"
	"sync"

	"rpcsh/rpcconn/jsontext"
)

// maxLastLines is how many bytes a lastLines keeps.
const maxLastLines = 16 << 10

// lastLines keeps the last lines that a command writes to its stderr.
type lastLines struct {
	mu    sync.Mutex // protects what follows
	lines []string
	bytes int // of lines, with their line breaks
}

func (l *lastLines) add(line string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.lines = append(l.lines, line)
	for l.bytes += len(line) + 1; l.bytes > maxLastLines && len(l.lines) > 1; l.lines = l.lines[1:] {
		l.bytes -= len(l.lines[0]) + 1
	}
}

// each calls f with each line that is kept.
func (l *lastLines) each(f func(line string)) {
	l.mu.Lock()
	defer l.mu.Unlock()
	for _, line := range l.lines {
		f(line)
	}
}

// data returns the lines as the data of an error, or nil if there are none.
func (l *lastLines) data() json.RawMessage {
	l.mu.Lock()
	defer l.mu.Unlock()
	if len(l.lines) == 0 {
		return nil
	}
	return jsontext.AppendQuote(nil, strings.Join(l.lines, "\n"))
}
