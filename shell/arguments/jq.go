package arguments

import (
	"errors"

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
