package command

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
	"rpcsh/shell/arguments"
	"rpcsh/shell/exit"
	"rpcsh/shell/human"
	"rpcsh/shell/lang"
	"rpcsh/shell/session"
	"rpcsh/shell/view"
)

// exportOpenRPC is the one form of .export.
const exportOpenRPC = "openrpc"

func exportCommand(s *session.Session, v *view.View) Command {
	return Command{
		Name: "export", Group: groupMethods, Usage: "openrpc FILE [--force]",
		Summary: "write what is known of the peer's methods as an OpenRPC document",
		Help: "FILE - is the screen, or stdout. A file that is there is written over with --force only. .learn " +
			"reads it back, and so does --schema.",
		Examples: []string{".export openrpc peer.json", ".export openrpc -"},
		Find: func(words []string, typed string) []completer.Candidate {
			if len(words) > 0 {
				return Files(typed)
			}
			form := completer.Candidate{Text: exportOpenRPC, Description: "an OpenRPC document"}
			return completer.Find(typed, []completer.Candidate{form}, MaxCandidates)
		},
		Run: func(ctx context.Context, args lang.Text) error { return export(ctx, s, v, args) },
	}
}

// export runs .export openrpc FILE [--force]: it writes what is known of the current peer's methods.
func export(ctx context.Context, s *session.Session, v *view.View, args lang.Text) error {
	force := false
	overwrite := arguments.Switch("--force", "write over a file that is there", func() { force = true })
	flags := arguments.Flags{Command: ".export", All: []arguments.Flag{overwrite}}
	words, err := flags.Exactly(arguments.Read(args), 2)
	if err != nil {
		return err
	}
	form, file := words[0], words[1]
	p := s.Peers().Current()
	switch {
	case form.Text != exportOpenRPC:
		return arguments.Mistake(form, "write .export "+exportOpenRPC+" FILE")
	case file.Text == "":
		return arguments.Mistake(file, "a file is missing; - is the screen")
	case p == nil:
		return s.NotConnected()
	}
	s.Discovery().Ensure(ctx, p)
	document, err := openRPC(p)
	if err != nil {
		return err
	}
	path := arguments.Unquote(file.Text)
	if path == "-" {
		return v.Page(ctx, v.Safe(string(document)))
	}
	if err := writeFile(path, document, force); err != nil {
		return &exit.Failure{Code: exit.Usage, Err: err}
	}
	v.Report(fmt.Sprintf("%s of what is known of %s written to %s",
		human.Size(len(document)), view.Visible(p.Title()), view.Visible(path)))
	return nil
}

// openRPC returns what is known of p's methods as an OpenRPC document, for a person to read.
func openRPC(p *session.Peer) ([]byte, error) {
	title := p.Known().Peer().Name
	if title == "" {
		title = p.Label()
	}
	var document bytes.Buffer
	if err := json.Indent(&document, openrpc.Export(p.Known(), title), "", "  "); err != nil {
		return nil, fmt.Errorf("making the OpenRPC document: %w", err)
	}
	document.WriteByte('\n')
	return document.Bytes(), nil
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
