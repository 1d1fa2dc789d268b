package tap

import (
	"fmt"
	"io"
	"sync"

	"rpcsh/rpcconn/rpcrec"
	"rpcsh/shell/recording"
	"rpcsh/shell/redact"
)

// A File writes records into a recording, with secrets masked. Its methods may be called by any number of goroutines.
type File struct {
	failed func(error)

	mu       sync.Mutex // protects what follows
	writer   *rpcrec.Writer
	decoder  *recording.Decoder
	masker   *redact.Masker
	messages int
	err      error
}

// NewFile returns a File that writes to out. failed is told, once, why no more can be written.
func NewFile(out io.Writer, h rpcrec.Header, opts rpcrec.WriterOptions, rules redact.Rules, failed func(error)) *File {
	h.Redacted = rules.List()
	return &File{
		failed: failed, writer: rpcrec.NewWriter(out, h, opts), decoder: recording.NewDecoder(h.Start),
		masker: redact.New(rules),
	}
}

// Write writes a record.
func (f *File) Write(r *rpcrec.Record) {
	f.mu.Lock()
	err := f.err
	if err == nil {
		err = f.writeLocked(r.Clone())
		f.err = err
	} else {
		err = nil // it has been told
	}
	f.mu.Unlock()
	if err != nil {
		f.failed(err)
	}
}

func (f *File) writeLocked(r *rpcrec.Record) error {
	f.decoder.Events(r)
	if r.IsMessage() {
		f.messages++
		if err := f.decoder.Mask(f.masker, r); err != nil {
			return fmt.Errorf("masking what is secret: %w", err)
		}
		r.Readable = f.decoder.Readable(r.Conn, r.Data)
	} else {
		r.Details = []byte(f.masker.Text(string(r.Details)))
	}
	return f.writer.Write(r)
}

// Flush writes what waits, and returns how many messages there are.
func (f *File) Flush() (messages int, err error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if err := f.writer.Flush(); f.err == nil {
		f.err = err
	}
	return f.messages, f.err
}
