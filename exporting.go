package main

import (
	"context"
	"os"
	"os/signal"
	"strings"
	"syscall"

	"github.com/spf13/pflag"

	"rpcsh/shell/exit"
	"rpcsh/shell/export"
	"rpcsh/shell/review"
)

func (o *options) exportFlags(f *pflag.FlagSet) {
	f.StringVarP(&o.write, "write", "w", "", "write to `FILE`, in the place of what it has")
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
	ctx, stop := signal.NotifyContext(ctx, syscall.SIGTERM, syscall.SIGHUP, os.Interrupt)
	defer stop()
	if p.write == "" {
		return looked(ctx, review.Export(ctx, opts, form))
	}
	_, err = review.ExportTo(ctx, opts, form, p.write)
	return looked(ctx, err)
}
