package framing

import (
	"bytes"
	"strings"

	"rpcsh/rpcconn"
	"rpcsh/rpcconn/jsontext"
)

// maxApart is how long a text may be of which the lines are taken apart again. A longer one is a bad message as a
// whole, so that nothing is read many times.
const maxApart = 64 << 10

// A joiner puts a JSON text together that comes over several lines, as pretty printers write it. Where such a text
// turns out to be none, its first line is a message, if a bad one, and so it is with those behind it. A nil joiner
// joins nothing.
type joiner struct {
	first    int // the length of the first line; 0: no text has begun
	seen     int // bytes of the text that are whole lines, with their ends
	scanned  int // bytes known to have no further end of a line
	checked  int // the length of the text when it was last checked as a whole
	whole    int // the length of the text, once it has ended
	brackets jsontext.Brackets
	told     bool // it has been said that there are such texts
}

// begins reports whether line, which has no end, begins a text that goes on behind it, and takes note of that. Printers
// break lines behind brackets, commas and colons: a line that ends otherwise has been cut off, and is not waited for.
func (j *joiner) begins(line []byte) bool {
	if j == nil || len(line) > 0 && line[len(line)-1] == '}' {
		return false
	}
	text := bytes.TrimSpace(line)
	if len(text) == 0 || text[0] != '{' && text[0] != '[' {
		return false
	}
	if strings.IndexByte("{[,:", text[len(text)-1]) < 0 {
		return false
	}
	if _, _, err := jsontext.Value(text); err != jsontext.ErrIncomplete || rpcconn.IsNoise(text) {
		return false
	}
	state := jsontext.Brackets{}
	if state.Scan(line); state.InString {
		return false
	}
	j.first, j.seen, j.scanned, j.brackets = len(line), len(line)+1, len(line)+1, state
	return true
}

// goesOn reports whether a text has begun.
func (j *joiner) goesOn() bool { return j != nil && j.first > 0 }

// more looks on in data, which begins with the text. It returns a Step that uses nothing as long as the text goes on;
// final says that no more of it can come.
func (j *joiner) more(data []byte, final bool) (Step, error) {
	for j.whole == 0 {
		lf := bytes.IndexByte(data[j.scanned:], '\n')
		if lf < 0 {
			j.scanned = len(data)
			switch {
			case !final:
				return Step{}, nil
			case isWhole(data):
				j.whole = len(data)
				continue
			}
			return j.apart(data), nil
		}
		end := j.scanned + lf
		line := data[j.seen:end]
		if j.brackets.Scan(line) >= 0 {
			j.whole = end
			break
		}
		j.seen, j.scanned = end+1, end+1
		if j.isBroken(data[:end], line) {
			return j.apart(data), nil
		}
	}
	if !j.told {
		j.told = true
		return Step{}, &rpcconn.Deviation{
			Rule: "message over several lines",
			Text: "a message comes over several lines, where each line is one",
		}
	}
	step := Step{Used: min(j.whole+1, len(data)), Frame: bytes.TrimSuffix(data[:j.whole], []byte("\r"))}
	*j = joiner{told: true}
	return step, nil
}

// isBroken reports whether text, which ends with line, is certainly no JSON, or line a message of its own. The text is
// checked as a whole only when it has doubled in length, or a line in a short one looks as if a message began anew.
func (j *joiner) isBroken(text, line []byte) bool {
	anew := text[0] == '{' && bytes.HasPrefix(line, []byte("{"))
	switch {
	case j.brackets.InString || j.brackets.Depth > jsontext.MaxDepth:
		return true
	case anew && bytes.HasPrefix(line, []byte(`{"jsonrpc"`)) && isWhole(line):
		return true
	case len(text) < 2*j.checked && (!anew || len(text) > maxApart):
		return false
	}
	j.checked = len(text)
	return isMalformed(text)
}

// apart forgets the text, and returns the step for its first line; for all that was looked at where that is long.
func (j *joiner) apart(data []byte) Step {
	used, end := j.first+1, j.first
	if j.seen > maxApart {
		used, end = j.seen, j.seen-1
	}
	*j = joiner{told: j.told}
	return Step{Used: used, Frame: bytes.TrimSuffix(data[:end], []byte("\r"))}
}
