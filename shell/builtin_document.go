package shell

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"

	"rpcsh/completer"
	"rpcsh/rpcconn/dialect/lsp"
	"rpcsh/shell/lang"
)

func documentCommands() []Command {
	return []Command{
		{
			Name: "open", Group: groupDocuments, Usage: "FILE [LANGUAGE]",
			Summary:  "tell a language server that a file is open",
			Help:     "What changes in the file later is told before the next call. A file that is named in a call, as in textDocument/hover FILE:LINE:COLUMN, is opened by that. LANGUAGE is LSP's identifier, such as shellscript; it follows from the file's name.",
			Examples: []string{".open main.go", ".open build shellscript"},
			Find:     completeFiles,
			Run: func(ctx context.Context, s *Shell, args lang.Text) error {
				words := splitWords(args)
				if len(words) == 0 || len(words) > 2 {
					return fmt.Errorf("which file? write .open FILE [LANGUAGE]")
				}
				p, err := s.languageServer(ctx)
				if err != nil {
					return err
				}
				doc, err := s.openDocument(ctx, p, words[0], strings.Join(words[1:], ""))
				if err == nil {
					s.report(fmt.Sprintf("%s is open as %s", words[0], doc.Language))
				}
				return err
			},
		},
		{
			Name: "edit", Group: groupDocuments, Typed: true, Usage: "[FILE]",
			Summary:  "edit a file in $EDITOR and tell the language server what has changed",
			Help:     "The file is opened first where it is not. Without a person, or without FILE, changes that others made to open files are told.",
			Examples: []string{".edit main.go"},
			Complete: completeOpenDocument,
			Run: func(ctx context.Context, s *Shell, args lang.Text) error {
				p, err := s.languageServer(ctx)
				if err != nil {
					return err
				}
				if words := splitWords(args); len(words) > 0 {
					if _, err := s.openDocument(ctx, p, words[0], ""); err != nil {
						return err
					}
					if err := s.editor(ctx, words[0]); err != nil {
						return err
					}
				}
				changed, err := s.keepInStep(ctx, p)
				if err == nil && len(changed) == 0 {
					s.report("nothing has changed")
				}
				s.tellChanged(changed)
				return err
			},
		},
		{
			Name: "close-doc", Group: groupDocuments, Usage: "FILE",
			Summary:  "tell a language server that a file is closed",
			Examples: []string{".close-doc main.go"},
			Complete: completeOpenDocument,
			Run: func(ctx context.Context, s *Shell, args lang.Text) error {
				if args.Text == "" {
					return fmt.Errorf("which file? Tab lists those that are open")
				}
				p, err := s.languageServer(ctx)
				if err != nil {
					return err
				}
				return s.closeDocument(ctx, p, splitWords(args)[0])
			},
		},
	}
}

// languageServer returns the current peer, if it is a language server whose session has begun.
func (s *Shell) languageServer(ctx context.Context) (*peer, error) {
	p := s.peers.selected()
	if p == nil {
		return nil, s.notConnected()
	}
	if err := s.gone(p); err != nil {
		return nil, err
	}
	if err := s.awaitGreeting(ctx, []*peer{p}); err != nil {
		return nil, err
	}
	if d := p.dialect.Load(); d == nil || !d.Documents {
		return nil, fmt.Errorf("%s is no language server, as far as is known; -p lsp says that it is one, .discover lsp asks", p.title(s))
	}
	return p, nil
}

// showDocuments has the peers of j know the documents as they are now: those that were opened, and those that its calls are about.
func (s *Shell) showDocuments(ctx context.Context, j *job) error {
	for p, calls := range j.ready {
		if d := p.dialect.Load(); d == nil || !d.Documents {
			continue
		}
		for _, c := range calls {
			for _, f := range c.files {
				if _, err := os.Stat(f); err != nil || lsp.Syncs(c.Method) {
					continue // the server says what it thinks of it
				}
				known := len(p.documents.Paths())
				doc, err := s.openDocument(ctx, p, f, "")
				if err != nil {
					return err
				}
				if len(p.documents.Paths()) > known {
					s.note(fmt.Sprintf("%s is open as %s", shortPath(f), doc.Language))
				}
			}
		}
		changed, err := s.keepInStep(ctx, p)
		if err != nil {
			return err
		}
		s.tellChanged(changed)
	}
	return nil
}

func (s *Shell) tellChanged(paths []string) {
	for _, path := range paths {
		s.note(shortPath(path) + " has changed, which the server was told")
	}
}

// shortPath returns a path as one would type it here.
func shortPath(path string) string {
	dir, err := os.Getwd()
	if err != nil {
		return path
	}
	if short, err := filepath.Rel(dir, path); err == nil && !strings.HasPrefix(short, "..") {
		return short
	}
	return path
}

// A suspender is a Terminal that can be given to another program for a while.
type suspender interface {
	Suspend() error
	Resume() error
}

// editor has the person edit a file, where there is one.
func (s *Shell) editor(ctx context.Context, path string) error {
	t, ok := s.cfg.Terminal.(suspender)
	if !ok {
		return nil
	}
	command := os.Getenv("VISUAL")
	if command == "" {
		command = os.Getenv("EDITOR")
	}
	if command == "" {
		return fmt.Errorf("there is no editor: set EDITOR, or edit %s elsewhere and enter .edit", path)
	}
	words := strings.Fields(command)
	s.screen.flush()
	if err := t.Suspend(); err != nil {
		return err
	}
	cmd := exec.CommandContext(ctx, words[0], append(words[1:], path)...)
	cmd.Stdin, cmd.Stdout, cmd.Stderr = os.Stdin, os.Stdout, os.Stderr
	err := cmd.Run()
	if resumed := t.Resume(); err == nil {
		err = resumed
	}
	if err != nil {
		return fmt.Errorf("editing %s with %s: %w", path, words[0], err)
	}
	return nil
}

func completeOpenDocument(s *Shell, _ []string) []completer.Candidate {
	p := s.peers.selected()
	if p == nil {
		return nil
	}
	var all []completer.Candidate
	for _, path := range p.documents.Paths() {
		all = append(all, completer.Candidate{Text: shortPath(path), Description: "open"})
	}
	return all
}
