package schema

import (
	"fmt"
	"strconv"
)

const (
	maxRemarks  = 10 // kinds of remark; more are not worth reading
	maxRemarked = 80 // characters of a text in a remark
)

// Remarks say what could not be read, one line for each kind.
type Remarks struct{ kinds []remark }

type remark struct {
	format, first string
	count         int
}

// Add adds a remark of the kind format. Strings in args come from the peer: they are quoted and clipped.
func (r *Remarks) Add(format string, args ...any) {
	for i := range r.kinds {
		if r.kinds[i].format == format {
			r.kinds[i].count++
			return
		}
	}
	if len(r.kinds) == maxRemarks {
		return
	}
	for i, arg := range args {
		if s, ok := arg.(string); ok {
			args[i] = strconv.Quote(string(appendClipped(nil, s, maxRemarked)))
		}
	}
	r.kinds = append(r.kinds, remark{format, fmt.Sprintf(format, args...), 1})
}

// Lines returns the first remark of each kind, and how many there were.
func (r *Remarks) Lines() (lines []string) {
	for _, k := range r.kinds {
		if k.count > 1 {
			k.first += fmt.Sprintf(" (and %d more of this kind)", k.count-1)
		}
		lines = append(lines, k.first)
	}
	return lines
}
