package command

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"math"
	"os"
	"strconv"
	"strings"

	"rpcsh/completer"
	"rpcsh/rpcconn/dialect/openrpc"
	"rpcsh/rpcconn/home"
	"rpcsh/rpcconn/plain"
	"rpcsh/shell/arguments"
	"rpcsh/shell/exit"
	"rpcsh/shell/export"
	"rpcsh/shell/human"
	"rpcsh/shell/lang"
	"rpcsh/shell/record"
	"rpcsh/shell/review"
	"rpcsh/shell/session"
	"rpcsh/shell/view"
)

// What may stand behind .export, beside the forms.
const (
	exportOpenRPC = "openrpc"
	exportLast    = "last"
	exportAll     = "all"
	exportTo      = ">"
)

// An exporter runs .export.
type exporter struct {
	session *session.Session
	view    *view.View
	control *record.Control
}

func exportCommand(s *session.Session, v *view.View, control *record.Control) Command {
	x := exporter{s, v, control}
	var forms []string
	for _, f := range export.Forms() {
		forms = append(forms, f.Name+" ("+f.Summary+")")
	}
	help := "openrpc writes an OpenRPC document, which .learn and --schema read. FILE - is the screen, or stdout; " +
		"one that is there is written over with --force only. FORM writes what has happened, as far as .set keep " +
		"has kept it, or what is in a RECORDING, its secrets masked; > FILE in the place of what that has. last N " +
		"is the last messages that FILTER, one of .watch, chooses, and what is between them. FORM is " +
		strings.Join(forms, ", ") + "."
	return Command{
		Name: "export", Group: groupMethods,
		Usage:   "openrpc FILE [--force] | FORM [last N | all | RECORDING] [FILTER] [> FILE]",
		Summary: "write what is known of the peer's methods, or what has happened, for other programs",
		Help:    help,
		Examples: []string{
			".export openrpc peer.json", ".export openrpc -", ".export mermaid last 10", ".export html > session.html",
			".export md bug.rpcrec kind:error > bug.md",
		},
		Find: x.find,
		Run:  x.run,
	}
}

// find completes a form, what is written of it, a filter, or a file.
func (x exporter) find(words []string, typed string) []completer.Candidate {
	last := func(n int) string { return words[len(words)-n] }
	switch {
	case len(words) == 0:
		all := []completer.Candidate{{Text: exportOpenRPC, Description: "an OpenRPC document"}}
		for _, f := range export.Forms() {
			all = append(all, completer.Candidate{Text: f.Name, Description: f.Summary})
		}
		return completer.Find(typed, all, MaxCandidates)
	case words[0] == exportOpenRPC, last(1) == exportTo:
		return Files(typed)
	case last(1) == exportLast, len(words) > 1 && last(2) == exportTo:
		return nil
	case len(words) > 1:
		return completer.Find(typed, filterCandidates(x.session), MaxCandidates)
	}
	all := []completer.Candidate{
		{Text: exportLast, Description: "so many messages: last 10"},
		{Text: exportAll, Description: "all that is kept"},
	}
	return append(append(completer.Find(typed, all, MaxCandidates), Files(typed)...),
		completer.Find(typed, filterCandidates(x.session), MaxCandidates)...)
}

func (x exporter) run(ctx context.Context, args lang.Text) error {
	a := arguments.Read(args)
	form, found := export.Find(a.Peek().Text)
	if !found {
		return x.openRPC(ctx, args)
	}
	a.Word()
	return x.happened(ctx, form, a)
}

// happened runs .export FORM [last N | all | RECORDING] [FILTER] [> FILE].
func (x exporter) happened(ctx context.Context, form export.Form, a *arguments.Args) error {
	opts := review.Options{
		Rules: x.control.Rules(), Remark: func(text string) { x.view.Remark(view.Visible(text)) },
	}
	last := math.MaxInt
	switch word := a.Peek(); {
	case word.Text == exportAll:
		a.Word()
	case word.Text == exportLast:
		a.Word()
		n, err := strconv.Atoi(a.Peek().Text)
		if err != nil || n < 1 {
			return arguments.Mistake(a.Peek(), "write how many messages: last 10")
		}
		last = n
		a.Word()
	case isRecording(word.Text):
		opts.File = home.Path(arguments.Unquote(a.Quoted().Text))
	}
	filter, to, err := outOf(a)
	if err != nil {
		return err
	}
	if opts.Filter, err = readFilter(filter); err != nil {
		return err
	}
	read, err := x.reader(ctx, opts, last)
	if err != nil {
		return exported(ctx, err)
	}
	switch word, err := review.FileForFilter(ctx, read()); {
	case err != nil:
		return exported(ctx, err)
	case word != "" && to == "":
		return arguments.Mistake(filter, "that is taken for a filter, which nothing fits: the file to write to "+
			"stands behind >: > "+word)
	}
	opts = read()
	if to != "" {
		size, err := review.ExportTo(ctx, opts, form, to)
		if err != nil {
			return exported(ctx, err)
		}
		x.view.Report(human.Size(size) + " → " + view.Visible(to))
		return nil
	}
	var text strings.Builder
	opts.Out = &text
	if err := review.Export(ctx, opts, form); err != nil {
		return exported(ctx, err)
	}
	return x.view.Page(ctx, x.view.Safe(strings.TrimSuffix(text.String(), "\n")))
}

// reader returns what returns opts for reading the recording from its beginning, or what has happened: from the last
// messages on that the filter chooses.
func (x exporter) reader(ctx context.Context, opts review.Options, last int) (read func() review.Options, err error) {
	if opts.File != "" {
		return func() review.Options { return opts }, nil
	}
	var recording bytes.Buffer
	if err := x.control.Copy(&recording); err != nil {
		return nil, err
	}
	opts.File = "what is kept"
	read = func() review.Options {
		opts.In = bytes.NewReader(recording.Bytes())
		return opts
	}
	if last == math.MaxInt {
		return read, nil
	}
	n, err := review.Messages(ctx, read())
	opts.Skip = n - last
	return read, err
}

// exported returns what has become of an export that has failed.
func exported(ctx context.Context, err error) error {
	if ctx.Err() != nil {
		return err
	}
	return &exit.Failure{Code: exit.Usage, Err: err}
}

// isRecording reports whether a word is meant as a file, and not as a method.
func isRecording(word string) bool {
	path := arguments.Unquote(word)
	_, err := os.Stat(home.Path(path))
	return word != "" && (path != word || err == nil || strings.HasSuffix(word, ".rpcrec"))
}

// outOf reads FILTER [> FILE].
func outOf(a *arguments.Args) (filter lang.Text, to string, err error) {
	at := strings.Index(a.Rest.Text, exportTo)
	if at < 0 {
		return a.Rest, "", nil
	}
	filter = lang.Text{Text: strings.TrimRight(a.Rest.Text[:at], " \t"), Column: a.Rest.Column}
	a.Skip(at + len(exportTo))
	file := a.Quoted()
	switch {
	case file.Text == "":
		return filter, "", arguments.Mistake(file, "a file is missing after >")
	case strings.HasPrefix(file.Text, exportTo):
		return filter, "", arguments.Mistake(file, "what is exported cannot be appended to a file: write > FILE")
	}
	return filter, home.Path(arguments.Unquote(file.Text)), a.End()
}

// openRPC runs .export openrpc FILE [--force]: it writes what is known of the current peer's methods.
func (x exporter) openRPC(ctx context.Context, args lang.Text) error {
	force := false
	overwrite := arguments.Switch("--force", "write over a file that is there", func() { force = true })
	flags := arguments.Flags{Command: ".export", All: []arguments.Flag{overwrite}}
	words, err := flags.Exactly(arguments.Read(args), 2)
	if err != nil {
		return err
	}
	word, file := words[0], words[1]
	p := x.session.Peers().Current()
	switch {
	case word.Text != exportOpenRPC:
		return arguments.Mistake(word, "write .export "+exportOpenRPC+" FILE, or one of "+
			strings.Join(export.Names(), ", "))
	case file.Text == "":
		return arguments.Mistake(file, "a file is missing; - is the screen")
	case p == nil:
		return x.session.NotConnected()
	}
	x.session.Discovery().Ensure(ctx, p)
	document, err := openRPC(p)
	if err != nil {
		return err
	}
	path := home.Path(arguments.Unquote(file.Text))
	if path == "-" {
		return x.view.Page(ctx, x.view.Safe(string(document)))
	}
	if err := writeFile(path, document, force); err != nil {
		return &exit.Failure{Code: exit.Usage, Err: err}
	}
	x.view.Report(fmt.Sprintf("%s of what is known of %s written to %s",
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
		return plain.Error(err)
	}
	_, err = f.Write(data)
	return errors.Join(err, f.Close())
}
