package jq

import (
	"strings"

	"rpcsh/rpcconn/jsontext"
)

// elementSize is how many bytes an element of an array takes.
const elementSize = 16

// A sizer returns about how many bytes a function makes of its input and arguments; beyond maxStep it may return less.
type sizer func(v any, args []any) int

// matchName is where growing has what is for all functions that find places in texts.
const matchName = "match"

// growing are the functions, by name and number of arguments, and formats that make more than they are given.
func growing() map[string]sizer {
	return map[string]sizer{
		"tojson/0": sizeOfText, "tostring/0": sizeOfText, "@text": sizeOfText, "@json": sizeOfText,
		"join/1": sizeOfJoin, "add/0": sizeOfSum, "flatten/0": sizeOfLeaves, "flatten/1": sizeOfLeaves,
		"transpose/0": sizeOfTransposed,
		"explode/0":   perByte(elementSize), matchName: perByte(50), // a match takes some 500, and few have a byte each
		"split/1":   perPlace(2 * elementSize),
		"indices/1": perPlace(elementSize),
		"implode/0": func(v any, _ []any) int {
			array, _ := v.([]any)
			return 4 * len(array)
		},
		"@html": escaped(`&<>'"`, 5), "@uri": perByte(3), "@sh": escaped(`'`, 3), "@csv": escaped(`"`, 1),
		"@tsv": escaped("\t\n\r\\", 1), "@base64": perByte(2),
	}
}

func sizeOfText(v any, _ []any) int { return textSize(v, maxStep) }

// perByte is for what makes so many bytes of each byte of a text.
func perByte(n int) sizer {
	return func(v any, _ []any) int {
		text, _ := v.(string)
		return n * len(text)
	}
}

// perPlace is for what makes so many bytes for each place at which the argument stands in a text.
func perPlace(n int) sizer {
	return func(v any, args []any) int {
		text, _ := v.(string)
		what, is := args[0].(string)
		if !is {
			return 0
		}
		return n * (strings.Count(text, what) + 1)
	}
}

// escaped is for what makes so many bytes more of each of some characters in a text, or in the texts of an array.
func escaped(special string, more int) sizer {
	return func(v any, _ []any) int {
		size := textSize(v, maxStep)
		count := func(v any) {
			text, _ := v.(string)
			for _, c := range special {
				size += more * strings.Count(text, string(c))
			}
		}
		array, is := v.([]any)
		if !is {
			count(v)
		}
		for _, e := range array {
			count(e)
		}
		return size
	}
}

func sizeOfJoin(v any, args []any) int {
	array, _ := v.([]any)
	separator, _ := args[0].(string)
	return len(array)*len(separator) + sizeOfSum(v, nil)
}

// sizeOfSum is for what puts the texts or arrays in an array together.
func sizeOfSum(v any, _ []any) int {
	array, _ := v.([]any)
	size := 0
	for _, e := range array {
		switch e := e.(type) {
		case string:
			size += len(e)
		case []any:
			size += elementSize * len(e)
		}
	}
	return size
}

// sizeOfLeaves is for what puts all that is in arrays in arrays into one.
func sizeOfLeaves(v any, _ []any) int {
	size := 0
	var add func(v any, depth int)
	add = func(v any, depth int) {
		array, is := v.([]any)
		if !is || depth > jsontext.MaxDepth {
			size += elementSize
			return
		}
		for i := 0; i < len(array) && size <= maxStep; i++ {
			add(array[i], depth+1)
		}
	}
	add(v, 0)
	return size
}

func sizeOfTransposed(v any, _ []any) int {
	rows, _ := v.([]any)
	widest := 0
	for _, row := range rows {
		cells, _ := row.([]any)
		widest = max(widest, len(cells))
	}
	return elementSize * len(rows) * widest
}

// textSize returns how many bytes the JSON text of a value has, at least about, and not much more than most.
func textSize(v any, most int) int {
	size := 0
	var add func(v any, depth int)
	add = func(v any, depth int) {
		size += 4
		if size > most || depth > jsontext.MaxDepth {
			return
		}
		switch v := v.(type) {
		case string:
			size += len(v) + escapes(v)
		case []any:
			for i := 0; i < len(v) && size <= most; i++ {
				add(v[i], depth+1)
			}
		case map[string]any:
			for name, e := range v {
				size += len(name)
				if add(e, depth+1); size > most {
					return
				}
			}
		}
	}
	add(v, 0)
	return size
}

// escapes returns how many bytes more a text has in JSON.
func escapes(text string) (more int) {
	for i := range len(text) {
		switch c := text[i]; {
		case c < ' ' || c == 0x7f:
			more += 5
		case c == '"' || c == '\\':
			more++
		}
	}
	return more
}
