package main

import (
	"fmt"
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
	p.print(strings.Join(append(parts, text), ": "))
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
	p.print(fmt.Sprintf("%d sent, %d same, %d %s", t.Sent, t.Same, t.Differ, differ))
}

// sayTaken says how many messages are not sent since they never reached the server.
func (p replaying) sayTaken(n int) {
	if n > 0 {
		p.say("%s of the client left out: whoever stood between had dropped or answered it, so it has not reached the "+
			"server", human.Plural(n, "message"))
	}
}

// sayUnread says how many messages of the peer were not compared.
func (p replaying) sayUnread(n int) {
	if n > 0 {
		p.say("%s of the peer not compared: it cannot be read, or only its beginning was recorded (--record-max)",
			human.Plural(n, "message"))
	}
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
	p.printJSON(append(text, '}'))
}
