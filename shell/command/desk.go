package command

import (
	"rpcsh/shell/arguments"
	"rpcsh/shell/session"
)

// A Desk is how lines are edited, and what stands around them.
type Desk interface {
	// Editing returns whose keys edit lines, one of Editings.
	Editing() string
	SetEditing(string)
	// Prompt returns the form of the prompt, PromptAuto for the usual one.
	Prompt() string
	// SetPrompt changes it; a form that cannot be read is an error.
	SetPrompt(string) error
	// SetPromptColor gives the prompt a colour, one of config.Colors, while p is the current peer.
	SetPromptColor(p *session.Peer, color string)
	// Status reports whether a row below the line tells of the connection.
	Status() bool
	SetStatus(bool)
}

// The values of .set editing.
const (
	EditingEmacs = "emacs"
	EditingVi    = "vi"
)

// Editings returns whose keys lines can be edited by, the default first.
func Editings() []string { return []string{EditingEmacs, EditingVi} }

// PromptAuto is the usual form of the prompt.
const PromptAuto = "auto"

// deskSettings returns the settings of a desk.
func deskSettings(lines settable) []Setting {
	return []Setting{
		choice("editing", "whose keys edit the line: those of readline's Emacs mode, or of vi (.help keys)",
			Editings(), func() string { return lines.Desk().Editing() },
			func(value string) { lines.Desk().SetEditing(value) }),
		{
			"prompt", "what stands before the line: text with {peer}, {at} for its number or name, {target}, " +
				"{protocol}, {state}, {time}, and {waits} for the requests that wait for you",
			[]string{PromptAuto, "'{waits}{peer}> '"},
			func() string { return lines.Desk().Prompt() },
			func(value string) error { return lines.Desk().SetPrompt(arguments.Unquote(value)) },
		},
		onOff("status", "whether a row below the line tells of the connection, where the window is high enough",
			func() bool { return lines.Desk().Status() }, func(on bool) { lines.Desk().SetStatus(on) }),
	}
}
