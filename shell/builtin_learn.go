package shell

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"

	"rpcsh/completer"
	"rpcsh/rpcconn/dialect/openrpc"
	"rpcsh/shell/lang"
)

func learnCommands() []Command {
	return []Command{
		{
			Name: "methods", Group: groupMethods, Usage: "[PATTERN | /WORD …]",
			Summary: "list the methods that are known, with where they were learned",
			Help: "PATTERN is a glob, or a part of the name or of the summary; /WORD … searches names and documentation for all of the words. " +
				"Many methods are put into groups by what their names begin with, and where they are very many, the groups alone are listed. " +
				"Methods that the peer calls here are marked with ←; a pipe gets the peer's own alone, one a line.",
			Examples: []string{".methods", ".methods my_*", ".methods /hover", ".methods *"},
			Find:     completeMethods,
			Run:      func(ctx context.Context, s *Shell, args lang.Text) error { return s.listMethods(ctx, args.Text) },
		},
		{
			Name: "describe", Group: groupMethods, Usage: "[@PEER] METHOD",
			Summary:  "tell all that is known of a method; METHOD? does the same",
			Help:     "Parameters with their members, result, errors, documentation, and a line that can be run as it stands. With -o json, or .set output json, it is OpenRPC's method object.",
			Examples: []string{".describe my_add"},
			Find:     completeMethods,
			Run:      func(ctx context.Context, s *Shell, args lang.Text) error { return s.describe(ctx, args) },
		},
		{
			Name: "template", Group: groupMethods, Typed: true, Usage: "[@PEER] METHOD",
			Summary:  "put a line that calls a method into the editor, its arguments filled in",
			Help:     "They are those of the method's first example, or what fits its required parameters. Without a person the line is printed.",
			Examples: []string{".template my_add"},
			Find:     completeMethods,
			Run:      func(ctx context.Context, s *Shell, args lang.Text) error { return s.template(ctx, args) },
		},
		{
			Name: "fill", Group: groupMethods, Typed: true, Usage: "[@PEER] METHOD",
			Summary: "ask for the parameters of a method one by one, then call it",
			Help: "An answer is text, JSON, or the number of a value to choose from; \"7\" in quotes is text. Without an answer an optional parameter is left out. " +
				"Ctrl-C gives up. The line that is called is shown, and kept like one that was typed.",
			Examples: []string{".fill my_add"},
			Find:     completeMethods,
			Run:      func(ctx context.Context, s *Shell, args lang.Text) error { return s.fillIn(ctx, args) },
		},
		discoverCommand(),
		{
			Name: "learn", Group: groupMethods, Usage: "FILE …",
			Summary: "read from files which methods the peer has",
			Help: "FILE.json, or an http address, is an OpenRPC document; FILE.py is the source of a py-bson-rpc service, which is not run. " +
				"What files of the same kind told before is forgotten: name all of them.",
			Examples: []string{".learn service.py", ".learn openrpc.json", ".learn http://localhost:8080/openrpc.json"},
			Find:     completeFiles,
			Run:      func(ctx context.Context, s *Shell, args lang.Text) error { return s.learnFiles(ctx, args) },
		},
		{
			Name: "export", Group: groupMethods, Usage: "openrpc FILE [--force]",
			Summary:  "write what is known of the peer's methods as an OpenRPC document",
			Help:     "FILE - is the screen, or stdout. A file that is there is written over with --force only. .learn reads it back, and so does --schema.",
			Examples: []string{".export openrpc peer.json", ".export openrpc -"},
			Find: func(s *Shell, words []string, typed string) []completer.Candidate {
				if len(words) > 0 {
					return completeFiles(s, words, typed)
				}
				return completer.Find(typed, []completer.Candidate{{Text: exportOpenRPC, Description: "an OpenRPC document"}}, maxSuggestions)
			},
			Run: func(ctx context.Context, s *Shell, args lang.Text) error { return s.export(ctx, args) },
		},
	}
}

// exportOpenRPC is the one form of .export.
const exportOpenRPC = "openrpc"

// export writes what is known of the current peer's methods.
func (s *Shell) export(ctx context.Context, args lang.Text) error {
	form, rest := word(args)
	file, rest := quotedWord(rest)
	force := rest.Text == "--force"
	switch p := s.peers.selected(); {
	case form.Text != exportOpenRPC:
		return &lang.Error{Column: form.Column, Reason: "write .export " + exportOpenRPC + " FILE"}
	case file.Text == "":
		return &lang.Error{Column: file.Column, Reason: "a file is missing; - is the screen"}
	case rest.Text != "" && !force:
		return noArguments(rest)
	case p == nil:
		return s.notConnected()
	default:
		s.ensureLearned(ctx, p)
		title := p.known.Peer().Name
		if title == "" {
			title = p.name
		}
		var document bytes.Buffer
		if err := json.Indent(&document, openrpc.Export(p.known, title), "", "  "); err != nil {
			return fmt.Errorf("making the OpenRPC document: %w", err)
		}
		document.WriteByte('\n')
		if file.Text == "-" {
			return s.page(ctx, s.safe(document.String()))
		}
		if err := writeFile(unquote(file.Text), document.Bytes(), force); err != nil {
			return &failure{ExitUsage, err}
		}
		s.report(fmt.Sprintf("%s of what is known of %s written to %s", size(document.Len()), visible(p.title(s), false), visible(unquote(file.Text), false)))
		return nil
	}
}

// writeFile writes data to a file, to one that is there only with force.
func writeFile(path string, data []byte, force bool) error {
	how := os.O_EXCL
	if force {
		how = os.O_TRUNC
	}
	f, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|how, 0o644)
	if errors.Is(err, fs.ErrExist) {
		return fmt.Errorf("%s is there already; --force behind it writes over it", path)
	}
	if err != nil {
		return err
	}
	_, err = f.Write(data)
	return errors.Join(err, f.Close())
}
