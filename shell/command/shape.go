package command

import (
	"context"
	"encoding/json"

	"rpcsh/shell/lang"
	"rpcsh/shell/session"
	"rpcsh/shell/view"
)

// shapeCommands returns the commands that show the results of single lines in a shape.
func shapeCommands(s *session.Session, v *view.View, lines Lines) []Command {
	shaped := func(as, summary, help string, examples ...string) Command {
		return Command{
			Name: as, Group: groupLines, Usage: "[LINE]",
			Summary:  summary + "; without a line, the last result",
			Help:     help + " .set view is for all results.",
			Examples: examples,
			Run: func(ctx context.Context, args lang.Text) error {
				if args.Text != "" {
					return lines.Eval(view.WithShape(ctx, as), args)
				}
				last, ok := s.Variables().Get("_")
				if !ok {
					v.Remark("there is no result yet")
					return nil
				}
				return v.Result(&view.Result{Values: []json.RawMessage{last}, Shaping: view.Shaping{As: as}}, false)
			},
		}
	}
	return []Command{
		shaped(view.ShapeTable, "run a line, and show its result as a table",
			"The elements of an array are the rows, or the members of an object, or the values that a filter yields. "+
				"Members of objects are columns, and a filter that ends in [.a, .b] chooses them; else "+
				"those come first that say what a row is, such as name and id, then scalars. Cells are shortened to "+
				"the window, and columns left out that have no room, which a line says; one object is shown in full.",
			".table users", ".table users | .[] | [.name, .address.city]", ".table users |! less -S"),
		shaped(view.ShapeTree, "run a line, and show its result as a tree",
			"Each value has a line of its own. Text with line breaks is as many lines, and bytes of BSON and "+
				"MessagePack are a hexdump, of which a file, a pipe and what the pager saves get all rows.",
			".tree initialize", ".tree"),
		shaped(view.ShapeJSON, "run a line, and show its result as JSON",
			"That is for a result that is shown as a table or a hexdump by itself.", ".json users", ".json"),
	}
}
