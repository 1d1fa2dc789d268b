package arguments

import (
	"errors"
	"strings"

	"rpcsh/rpcconn/lazyregexp"
	"rpcsh/shell/jq"
	"rpcsh/shell/lang"
)

// JQMistake returns what is wrong with a jq expression as a mistake that knows its column.
func JQMistake(text lang.Text, err error) error {
	var wrong *jq.Error
	if errors.As(err, &wrong) {
		return &lang.Error{Column: text.Column + wrong.Offset, Reason: wrong.Reason}
	}
	return err
}

// toFile matches what ends in > FILE, and toCommand what is the name of a command.
var (
	toFile    = lazyregexp.New(`(^|[^=<>-])>>? *[^ =>]+ *$`)
	toCommand = lazyregexp.New(`^ *[a-z][a-z0-9-]*( |$)`)
)

// FilterMistake is JQMistake for the filter of a line, behind which its result may go elsewhere: it says how, where
// what is wrong looks like that.
func FilterMistake(text lang.Text, err error) error {
	var mistake *lang.Error
	if err = JQMistake(text, err); !errors.As(err, &mistake) {
		return err
	}
	last := text.Text[strings.LastIndexByte(text.Text, '|')+1:]
	hint := ""
	switch {
	case toFile().MatchString(text.Text):
		hint = "; > is jq's behind a filter: |> FILE writes to a file"
	case strings.HasPrefix(strings.TrimSpace(last)+" ", "jq "):
		hint = "; what is behind | is jq already"
	case toCommand().MatchString(last):
		hint = "; |! COMMAND gives the result to a command"
	}
	return &lang.Error{Column: mistake.Column, Reason: mistake.Reason + hint}
}
