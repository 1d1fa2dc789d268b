package command

import (
	"errors"
	"strings"

	"rpcsh/shell/arguments"
	"rpcsh/shell/jq"
	"rpcsh/shell/lang"
	"rpcsh/shell/session"
)

// checkLine finds what is wrong with a line that is run later; what its variables will be is not known. A mistake is a
// *lang.Error with its column in the whole line that line is a part of.
func (t *Table) checkLine(line lang.Text) error {
	st, err := lang.Check(line.Text)
	if err == nil {
		err = t.checkStatement(st)
	}
	var mistake *lang.Error
	if errors.As(err, &mistake) {
		moved := *mistake
		moved.Column += line.Column
		return &moved
	}
	return err
}

// checkHook is checkLine for a line of .on, of which params without variables have to fit, too.
func (t *Table) checkHook(line lang.Text) error {
	if err := t.checkLine(line); err != nil || strings.Contains(line.Text, "$") {
		return err
	}
	return t.lines.CheckCalls(line)
}

func (t *Table) checkStatement(st *lang.Statement) error {
	if st.Command != nil {
		if _, err := t.allowed(st.Command, true); err != nil {
			return err
		}
	}
	if st.Peer != "" {
		if _, err := session.ParseSelector(st.Peer); err != nil {
			return &lang.Error{Column: st.PeerColumn, Reason: err.Error()}
		}
	}
	if st.Filter == nil {
		return nil
	}
	_, err := jq.Compile(st.Filter.Text, jq.Variables(st.Filter.Text)...)
	return arguments.FilterMistake(*st.Filter, err)
}
