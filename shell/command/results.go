package command

import (
	"context"
	"strconv"

	"rpcsh/shell/arguments"
	"rpcsh/shell/columns"
	"rpcsh/shell/human"
	"rpcsh/shell/lang"
	"rpcsh/shell/session"
	"rpcsh/shell/variables"
	"rpcsh/shell/view"
)

func resultsCommand(s *session.Session, v *view.View) Command {
	return Command{
		Name: "results", Group: groupCalls,
		Summary: "list the results of this session by number: $_3 is the third",
		Help: "They are those of calls that were typed, also with & behind them, in the order in which they came. " +
			"$_ is the last one for which you waited: what comes of its own accord does not change it. The last " +
			"thousand are kept, up to 64 MiB.",
		Run: func(_ context.Context, args lang.Text) error {
			if err := arguments.None(args); err != nil {
				return err
			}
			listResults(s.Variables().Results().List(), v)
			return nil
		},
	}
}

// listResults lists results with the beginning of each.
func listResults(all []variables.Result, v *view.View) {
	if len(all) == 0 {
		v.Remark("there are no results yet")
		return
	}
	const beginning = 200 // bytes
	var t columns.Table
	t.Row("", "CALL", "SIZE", "RESULT")
	for _, r := range all {
		text := view.Readable(r.Value[:min(len(r.Value), beginning)])
		if len(r.Value) > beginning {
			text += "…"
		}
		t.Row("$_"+strconv.Itoa(r.Number), r.Title, human.Size(len(r.Value)), text)
	}
	v.Say("%s", t.Listed(v.ListWidth()))
}
