// Package pinned helps programs that generate data from a third-party file: it gets a certain version of that file, and
// records next to the data what it was made from.
package pinned

import (
	"bytes"
	"compress/gzip"
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"log"
	"net/http"
	"os"
	"time"
)

// A Source is a file in a certain version.
type Source struct {
	URL    string
	SHA256 string // in hexadecimal digits
}

// Main is the program called name, whose arguments are the file to write and, instead of the download, a file that is
// the source. generate makes the data of it.
func Main(name string, s Source, generate func(source []byte) ([]byte, error)) {
	log.SetFlags(0)
	if err := run(s, generate, os.Args[1:]); err != nil {
		log.Fatalf("%s: %v", name, err)
	}
}

func run(s Source, generate func(source []byte) ([]byte, error), args []string) error {
	if len(args) == 1 {
		args = append(args, "")
	}
	if len(args) != 2 {
		return errors.New("name the file to write, and perhaps the file to make it from")
	}
	source, err := s.Read(args[1])
	if err != nil {
		return err
	}
	data, err := generate(source)
	if err != nil {
		return err
	}
	return s.Write(args[0], data)
}

// Read returns the bytes of the source: those of a file, or, where file is "", what is at its URL. The error says where
// they are another version's.
func (s Source) Read(file string) ([]byte, error) {
	data, err := s.get(file)
	if err != nil {
		return nil, err
	}
	if sum := Sum(data); sum != s.SHA256 {
		return nil, fmt.Errorf("it is another version: its SHA-256 is %s, and that of %s is %s", sum, s.URL, s.SHA256)
	}
	return data, nil
}

func (s Source) get(file string) ([]byte, error) {
	if file != "" {
		return os.ReadFile(file)
	}
	client := &http.Client{Timeout: time.Minute}
	response, err := client.Get(s.URL)
	if err != nil {
		return nil, err
	}
	defer response.Body.Close()
	if response.StatusCode != http.StatusOK {
		return nil, fmt.Errorf("getting %s: the server answers %s", s.URL, response.Status)
	}
	return io.ReadAll(response.Body)
}

// Sum returns the SHA-256 of data in hexadecimal digits.
func Sum(data []byte) string { return fmt.Sprintf("%x", sha256.Sum256(data)) }

// Note returns what stands beside data that was made from s.
func (s Source) Note(data []byte) string {
	return fmt.Sprintf("source %s\nsha256 %s\nunpacked sha256 %s\n", s.URL, s.SHA256, Sum(data))
}

// Write writes data that was made from s, packed by gzip, to a file, and a note to the file with .source after its
// name.
func (s Source) Write(file string, data []byte) error {
	var packed bytes.Buffer
	w, err := gzip.NewWriterLevel(&packed, gzip.BestCompression)
	if err != nil {
		return err
	}
	if _, err := w.Write(data); err != nil {
		return err
	}
	if err := w.Close(); err != nil {
		return err
	}
	if err := os.WriteFile(file, packed.Bytes(), 0o644); err != nil {
		return err
	}
	return os.WriteFile(file+".source", []byte(s.Note(data)), 0o644)
}

// Unpack returns the data of a file that Write has written. The error says where the note beside it is about something
// else.
func (s Source) Unpack(file string) ([]byte, error) {
	f, err := os.Open(file)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	r, err := gzip.NewReader(f)
	if err != nil {
		return nil, err
	}
	data, err := io.ReadAll(r)
	if err != nil {
		return nil, err
	}
	note, err := os.ReadFile(file + ".source")
	if err != nil {
		return nil, err
	}
	if want := s.Note(data); string(note) != want {
		return nil, fmt.Errorf("%s.source says\n%s, and it is\n%s", file, note, want)
	}
	return data, nil
}
