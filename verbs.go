package main

import (
	"context"
	"errors"
	"io/fs"
	"os"
	"slices"
	"strings"

	"github.com/spf13/pflag"

	"rpcsh/completer"
	"rpcsh/rpcconn/transport"
	"rpcsh/shell/advice"
	"rpcsh/shell/exit"
	"rpcsh/shell/export"
)

// A verb is a word that stands where a TARGET could, which no target can be: it has neither a port nor a slash.
type verb struct {
	name, usage, summary string
	words                func() []string                                   // what may follow; nil: files, or nothing
	dials                bool                                              // a TARGET stands behind the file
	flags                func(o *options, f *pflag.FlagSet)                // adds those of its own; nil: it has none
	run                  func(p *program, ctx context.Context) (err error) // nil: its argument is a file of lines
}

// The verbs that others name.
const (
	verbRun        = "run"
	verbExport     = "export"
	verbCompletion = "completion"
	verbMan        = "man"
	verbHelp       = "help"
)

// verbs returns all verbs, in the order of their use.
func verbs() []verb {
	return []verb{
		{name: verbRun, usage: "FILE [ARG …]", summary: "run the lines of a file of any name"},
		{
			name: "show", usage: "FILE [FILTER] [| JQ]", flags: (*options).lookFlags, run: (*program).show,
			summary: "print a recording as the shell shows what happens",
		},
		{
			name: "stat", usage: "FILE [FILTER]", flags: (*options).lookFlags, run: (*program).stat,
			summary: "count the methods, errors and latencies of a recording, and what was never answered",
		},
		{
			name: verbExport, usage: strings.Join(export.Names(), "|") + " RECORDING [FILTER]",
			words: export.Names, flags: (*options).exportFlags,
			run:     func(p *program, ctx context.Context) error { return exportRecording(ctx, p) },
			summary: "write a recording as a diagram, a page, a report, or as other programs read it",
		},
		{
			name: "replay", usage: "FILE TARGET", dials: true, flags: (*options).replayFlags, run: (*program).replay,
			summary: "send again what the client of a recording has sent, and tell what is answered otherwise",
		},
		{
			name: "verify", usage: "FILE TARGET", dials: true, flags: (*options).verifyFlags, run: (*program).replay,
			summary: "replay, as a check: --equal says what counts",
		},
		{
			name: "tap", usage: "-l ADDRESS TARGET [FILTER] | -- COMMAND | --wrap CONFIG SERVER",
			flags:   (*options).tapFlags,
			run:     (*program).tap,
			summary: "pass on what clients and a server say to each other, and print or --record it",
		},
		{
			name: "attach", usage: "NAME", words: tapNames, run: (*program).attach, flags: (*options).attachFlags,
			summary: "a shell at a tap that runs under a name: look at what passes, hold and change it",
		},
		{
			name: verbCompletion, usage: strings.Join(completionShells(), "|"), words: completionShells,
			summary: "print what completes command lines in that shell", run: (*program).printCompletion,
		},
		{name: verbMan, summary: "print the manual page", run: (*program).printManual},
		{
			name: verbHelp, usage: "[VERB]", words: verbNames, run: (*program).printHelp,
			summary: "print what -h prints, of rpcsh or of VERB",
		},
	}
}

// verbNames returns the names of all verbs.
func verbNames() (names []string) {
	for _, v := range verbs() {
		names = append(names, v.name)
	}
	return names
}

// line returns how a verb is written.
func (v verb) line() string {
	if v.run == nil || v.flags != nil {
		return strings.TrimSpace("rpcsh [flags] " + v.name + " " + v.usage)
	}
	return strings.TrimSpace("rpcsh " + v.name + " " + v.usage)
}

// reaches reports whether v has a TARGET.
func (v verb) reaches() bool { return strings.Contains(v.usage, "TARGET") }

// ownFlags returns the flags that only v has.
func (v verb) ownFlags() *pflag.FlagSet {
	own := pflag.NewFlagSet(v.name, pflag.ContinueOnError)
	own.SortFlags = false
	if v.flags != nil {
		v.flags(new(options), own)
	}
	return own
}

// strangers returns flags that others have, and that say nothing to v.
func (v verb) strangers() []string {
	if !slices.Contains([]string{"show", "stat", verbExport, "replay", "verify"}, v.name) {
		return nil
	}
	return []string{"listen", "execute", "notify", "linger", "serve", "record", "append", "record-max"}
}

// wrong returns the error for a verb that was written otherwise.
func (v verb) wrong() error { return exit.Usagef("write %s", v.line()) }

// scriptSuffix ends the name of a file of lines that takes the place of TARGET or METHOD.
const scriptSuffix = ".rpc"

// readVerb takes a verb, or FILE.rpc, with what follows it off the arguments. Behind a verb with flags of its own,
// flags of all kinds may stand anywhere before --.
func (o *options) readVerb(f *pflag.FlagSet) error {
	heads := o.args[:min(2, len(o.args))]
	at := slices.IndexFunc(heads, isScript)
	missing := slices.IndexFunc(heads, isMissing)
	starlark := slices.IndexFunc(heads, isStarlark)
	isVerb := len(o.args) > 0 && !o.demo && verbAt(o.args[0]) >= 0
	switch {
	case starlark == 0 || starlark == 1 && (!isVerb || o.args[0] == verbRun) && !o.demo && o.listen == "":
		const text = "%[1]s is a script in Starlark: .run %[1]s runs it, -s %[1]s serves it " +
			"(.call %[1]s calls a method of that name)"
		return exit.Usagef(text, o.args[starlark])
	case isVerb && o.args[0] == verbRun:
		if len(o.args) < 2 {
			return exit.Usagef("run what? write rpcsh run FILE%s [ARG …]", scriptSuffix)
		}
		o.script, o.scriptArgs, o.args = o.args[1], o.args[2:], nil
	case isVerb:
		o.verb, o.verbArgs, o.args = o.args[0], o.args[1:], nil
		if v := verbs()[verbAt(o.verb)]; v.flags != nil {
			return o.readVerbFlags(v, f)
		}
	case at == 0 || at == 1 && !o.demo && o.listen == "":
		o.script, o.scriptArgs, o.args = o.args[at], o.args[at+1:], o.args[:at]
	case missing == 0 && !o.demo:
		return exit.Usagef("%s: there is no such file", o.args[0])
	case missing == 0 || missing == 1 && !o.demo && o.listen == "":
		return exit.Usagef("%[1]s: there is no such file (.call %[1]s calls a method of that name)", o.args[missing])
	case len(o.args) > 0 && !o.demo && o.listen == "":
		return noTarget(o.args)
	}
	return nil
}

// noTarget returns what may be meant by words that begin with neither a verb nor a TARGET: a verb whose name is near,
// or a program; nil where nothing tells.
func noTarget(words []string) error {
	_, err := transport.ParseTarget(words[0])
	if err == nil || strings.ContainsAny(words[0], ":@") {
		return nil
	}
	if meant := ofOthers()[words[0]]; meant != "" {
		return exit.Usagef("%s is neither a verb nor a target: rpcsh %s does that", words[0], meant)
	}
	if near := completer.Nearest(words[0], verbNames()); len(near) > 0 {
		return exit.Usagef("%s is neither a verb nor a target: did you mean rpcsh %s?", words[0],
			strings.Join(near, " or rpcsh "))
	}
	if advised := advice.Program(err, "rpcsh --", words...); advised != err {
		return exit.Usagef("%w", advised)
	}
	return nil
}

// ofOthers returns what does here what verbs of other programs do.
func ofOthers() map[string]string {
	return map[string]string{
		"version": "--version", "connect": "TARGET", "call": "TARGET METHOD", "notify": "-n TARGET METHOD",
		"listen": "-l ADDRESS", "serve": "-l ADDRESS -s FILE", "mock": "-l ADDRESS -s FILE", "demo": "--demo",
		"record": "--record FILE TARGET", "proxy": "tap -l ADDRESS TARGET", "diff": "verify FILE TARGET",
		"compare": "verify FILE TARGET", "detect": "--detect TARGET", "config": "--config",
	}
}

// verbAt returns the index of a verb, -1 for another word.
func verbAt(word string) int {
	return slices.IndexFunc(verbs(), func(v verb) bool { return v.name == word })
}

// isScript reports whether a word is the name of a file of lines, and not of a socket or a method.
func isScript(word string) bool {
	if !strings.HasSuffix(word, scriptSuffix) {
		return false
	}
	info, err := os.Stat(word)
	return err == nil && info.Mode().IsRegular()
}

// isStarlark reports whether a word can only be meant as the name of a script that calls.
func isStarlark(word string) bool {
	return strings.HasSuffix(word, ".star") && !strings.Contains(word, ":")
}

// isMissing reports whether a word can only be meant as the name of a file of lines, and there is none.
func isMissing(word string) bool {
	_, err := os.Stat(word)
	return strings.HasSuffix(word, scriptSuffix) && !strings.Contains(word, ":") && errors.Is(err, fs.ErrNotExist)
}

// readVerbFlags reads what follows a verb with flags.
func (o *options) readVerbFlags(v verb, f *pflag.FlagSet) error {
	v.flags(o, f)
	f.SetInterspersed(true)
	if err := f.Parse(o.verbArgs); err != nil {
		return exit.Usagef("%w (rpcsh %s -h lists the flags)", err, v.name)
	}
	if i := slices.IndexFunc(v.strangers(), f.Changed); i >= 0 {
		return exit.Usagef("--%s does not go with rpcsh %s (rpcsh %[2]s -h lists the flags)", v.strangers()[i], v.name)
	}
	o.verbArgs = f.Args()
	if n := f.ArgsLenAtDash(); n >= 0 {
		o.verbArgs, o.command = o.verbArgs[:n], o.verbArgs[n:]
	}
	return nil
}

// helpText returns what -h prints, in lines of at most width columns.
func (o *options) helpText(width int) string {
	i := verbAt(o.verb)
	if i < 0 || verbs()[i].flags == nil {
		flags := newFlags(new(options)).FlagUsagesWrapped(width)
		return narrowed(usage(), width) + flags + narrowed(exitCodes, width)
	}
	v := verbs()[i]
	others := "\nOther flags, such as -o and --redact: rpcsh -h.\n"
	if v.reaches() {
		others = "\nFlags that say how TARGET is reached, what it speaks, how long it has, and --pace: rpcsh -h.\n"
	}
	head := narrowed(v.line()+"\n\n"+v.summary+".\n", width)
	if own := v.ownFlags().FlagUsagesWrapped(width); own != "" {
		head += "\n" + own
	}
	return head + narrowed(others+exitCodes, width)
}

// runVerb does what a verb says.
func (p *program) runVerb(ctx context.Context) error {
	p.named = p.loadConfig(ctx, nil)
	return verbs()[verbAt(p.verb)].run(p, ctx)
}

func (p *program) printManual(context.Context) error {
	if len(p.verbArgs) > 0 {
		return verbs()[verbAt(p.verb)].wrong()
	}
	return p.printAll(manual())
}

func (p *program) printHelp(context.Context) error {
	switch {
	case len(p.verbArgs) == 1 && verbAt(p.verbArgs[0]) >= 0:
		return p.printAll((&options{verb: p.verbArgs[0]}).helpText(p.room(p.stdout)))
	case len(p.verbArgs) > 0:
		return verbs()[verbAt(p.verb)].wrong()
	}
	return p.printAll(new(options).helpText(p.room(p.stdout)))
}

func (p *program) printCompletion(context.Context) error {
	var text string
	switch {
	case len(p.verbArgs) > 0 && p.verbArgs[0] == completionWords:
		text = completionLines(p.complete(p.verbArgs[1:]))
	case len(p.verbArgs) == 1 && slices.Contains(completionShells(), p.verbArgs[0]):
		text = completionScript(p.verbArgs[0])
	default:
		return verbs()[verbAt(p.verb)].wrong()
	}
	return p.printAll(text)
}
