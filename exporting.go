package main

import (
	"context"
	"strings"

	"github.com/spf13/pflag"

	"rpcsh/shell/exit"
	"rpcsh/shell/export"
	"rpcsh/shell/review"
	"rpcsh/shell/view"
)

func (o *options) exportFlags(f *pflag.FlagSet) {
	f.VarP(file(&o.write), "write", "w", "write to `FILE`, in the place of what it has")
}

// exportRecording writes a recording in the form of another program.
func exportRecording(ctx context.Context, p *program) error {
	if len(p.verbArgs) < 2 {
		return verbs()[verbAt(p.verb)].wrong()
	}
	form, found := export.Find(p.verbArgs[0])
	if !found {
		return exit.Usagef("%s is no form of rpcsh export: choose one of %s", p.verbArgs[0],
			strings.Join(export.Names(), ", "))
	}
	opts, err := p.review(p.verbArgs[1:])
	switch {
	case err != nil:
		return err
	case opts.JQ != nil:
		return exit.Usagef("| JQ is for rpcsh show; rpcsh export takes a FILTER")
	}
	switch word, err := review.FileForFilter(ctx, opts); {
	case err != nil:
		return looked(ctx, err)
	case word != "":
		return exit.Usagef("%[1]s is taken for a FILTER, which nothing fits: write rpcsh export -w %[1]s %[2]s %[3]s",
			word, form.Name, opts.File)
	}
	if p.write == "" {
		return looked(ctx, review.Export(ctx, opts, form))
	}
	_, err = review.ExportTo(ctx, opts, form, p.write)
	return looked(ctx, err)
}

// wrongOutput returns the error for an -o that is no form of results: elsewhere it names the file to write to.
func (o *options) wrongOutput() error {
	forms := strings.Join(view.Outputs(), ", ")
	switch isFile := strings.ContainsAny(o.output, "./"); {
	case isFile && o.verb == verbExport:
		return exit.Usagef("-o %[1]s: -o is for the form of results, one of %[2]s; -w %[1]s writes to that file",
			o.output, forms)
	case isFile:
		return exit.Usagef("-o %[1]s: -o is for the form of results, one of %[2]s; > %[1]s writes them to that file",
			o.output, forms)
	}
	return exit.Usagef("-o %s: choose one of %s", o.output, forms)
}
