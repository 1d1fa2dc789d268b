package tap

import (
	"fmt"
	"io"
	"sync"

	"rpcsh/rpcconn/jsontext"
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
		if err := f.decoder.Mask(f.masker, r); err != nil {
			return fmt.Errorf("masking what is secret: %w", err)
		}
		r.Readable = f.decoder.Readable(r.Conn, r.Data)
	} else {
		r.Details = f.maskedLocked(r.Details)
	}
	if err := f.writer.Write(r); err != nil {
		return err
	}
	if r.IsMessage() {
		f.messages++
	}
	return nil
}

// maskedLocked returns the details of an event with the secrets in its texts masked.
func (f *File) maskedLocked(details []byte) []byte {
	masked := []byte("{")
	_, _ = jsontext.Object(details, func(key, value []byte) error { // they are ours, and valid
		if len(masked) > 1 {
			masked = append(masked, ',')
		}
		masked = append(append(append(masked, '"'), key...), '"', ':')
		if jsontext.FirstByte(value) == '"' {
			masked = jsontext.AppendQuote(masked, f.masker.Text(jsontext.Text(value)))
		} else {
			masked = append(masked, value...)
		}
		return nil
	})
	return append(masked, '}')
}

// Argv returns a command line with its secrets masked, as they are in the File.
func (f *File) Argv(args []string) []string { return f.masker.Argv(args) }

// Text returns a text with its secrets masked, as they are in the File.
func (f *File) Text(text string) string { return f.masker.Text(text) }

// Flush writes what waits, and returns how many messages there are. The error is one that has not been told yet.
func (f *File) Flush() (messages int, err error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.err != nil {
		return f.messages, nil
	}
	f.err = f.writer.Flush()
	return f.messages, f.err
}
