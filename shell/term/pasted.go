package term

import (
	"context"
	"strings"
	"time"
)

// TakePasted returns what was pasted behind the line that ReadLine has returned last, so that it is not read; "" where
// that line was not pasted, or nothing was behind it. It waits for the rest of a paste that is still coming, until ctx
// ends. The goroutine that reads lines calls it, between two of them.
func (t *Terminal) TakePasted(ctx context.Context) string {
	if !t.editor.pasted {
		return ""
	}
	t.editor.pasted = false
	return t.input.takePasted(ctx)
}

// takePasted takes the keys up to the end of a paste, as text. The end is lost where nothing comes for as long as the
// rest of a sequence may take.
func (in *input) takePasted(ctx context.Context) string {
	var text strings.Builder
	for {
		done := in.movePasted(&text)
		if done || ctx.Err() != nil {
			return text.String()
		}
		select {
		case <-in.wake:
		case <-ctx.Done():
		case <-time.After(sequenceTime):
			return text.String()
		}
	}
}

// movePasted moves the keys that are there to text, and reports whether no more belong to the paste.
func (in *input) movePasted(text *strings.Builder) (done bool) {
	in.mu.Lock()
	defer in.mu.Unlock()
	for len(in.keys) > 0 {
		k := in.keys[0]
		in.keys = in.keys[1:]
		switch k.name {
		case keyText, keyPaste:
			text.WriteString(k.text)
		case keyBreak, keyEnter:
			text.WriteByte('\n')
		case "tab":
			text.WriteByte('\t')
		case keyPasted:
			return true
		}
	}
	return !in.decoder.pasting
}
