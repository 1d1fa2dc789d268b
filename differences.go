package main

import (
	"fmt"
	"io"
	"strconv"
	"strings"

	"rpcsh/rpcconn/jsontext"
	"rpcsh/shell/human"
	"rpcsh/shell/replay"
	"rpcsh/shell/view"
)

// maxValue is how many characters of a value that differs are printed.
const maxValue = 200

// printDifference prints a difference as a line: "#12 hover: result.contents: "a" → "b"".
func (p replaying) printDifference(d *replay.Difference) {
	if p.output == view.OutputJSON {
		p.printObject([]member{
			{"line", number(d.Line)}, {"id", []byte(d.ID.String())}, {"method", quoted(d.Method)},
			{"path", quoted(d.Path)}, {"then", d.Then}, {"now", d.Now}, {"text", quoted(d.Text)},
		})
		return
	}
	var parts []string
	about := d.Method
	if !d.ID.IsNone() {
		about = strings.TrimSpace("#" + d.ID.String() + " " + about)
	}
	for _, part := range []string{about, d.Path} {
		if part != "" {
			parts = append(parts, part)
		}
	}
	text := d.Text
	if text == "" {
		text = shown(d.Then) + " → " + shown(d.Now)
	}
	fmt.Fprintln(p.stdout, view.Visible(strings.Join(append(parts, text), ": ")))
}

// shown returns a value as people compare it.
func shown(value []byte) string {
	if value == nil {
		return "nothing"
	}
	text, err := jsontext.AppendCompact(nil, value)
	if err != nil {
		text = value
	}
	return human.Clip(string(text), maxValue)
}

// printTally prints how a recording went.
func (p replaying) printTally(t replay.Tally) {
	if p.output == view.OutputJSON {
		p.printObject([]member{
			{"sent", number(t.Sent)}, {"same", number(t.Same)}, {"differ", []byte(strconv.Itoa(t.Differ))},
		})
		return
	}
	differ := "differ"
	if t.Differ == 1 {
		differ = "differs"
	}
	fmt.Fprintf(p.stdout, "%d sent, %d same, %d %s\n", t.Sent, t.Same, t.Differ, differ)
}

// A member is one of an object that is printed; without a value, it is left out.
type member struct {
	name  string
	value []byte
}

func number(n int) []byte {
	if n == 0 {
		return nil
	}
	return strconv.AppendInt(nil, int64(n), 10)
}

func quoted(text string) []byte {
	if text == "" {
		return nil
	}
	return []byte(jsontext.Quote(text))
}

func (p replaying) printObject(members []member) {
	text := []byte("{")
	for _, m := range members {
		if len(m.value) == 0 {
			continue
		}
		if len(text) > 1 {
			text = append(text, ',')
		}
		text = append(append(append(text, jsontext.Quote(m.name)...), ':'), m.value...)
	}
	_, _ = io.WriteString(p.stdout, string(text)+"}\n")
}
