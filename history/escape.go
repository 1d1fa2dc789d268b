package history

import "strings"

// In the file an entry is one line that looks as typed, except for:
//
//	line feed        ␤ (U+2424)
//	carriage return  ␍ (U+240D)
//	␤ ␍ ␛            ␛␤ ␛␍ ␛␛ (U+241B before it)
//
// The backslash of other formats would spoil the look of lines with JSON in them. All other bytes are written as they
// are, control characters and invalid UTF-8 among them. A ␛ before anything else, which only another program can have
// written, is a plain ␛.
const (
	lineFeed       = "␤"
	carriageReturn = "␍"
	escapeMark     = "␛"
)

var (
	escaper = strings.NewReplacer(
		"\n", lineFeed, "\r", carriageReturn,
		lineFeed, escapeMark+lineFeed, carriageReturn, escapeMark+carriageReturn, escapeMark, escapeMark+escapeMark)
	unescaper = strings.NewReplacer(
		escapeMark+lineFeed, lineFeed, escapeMark+carriageReturn, carriageReturn, escapeMark+escapeMark, escapeMark,
		lineFeed, "\n", carriageReturn, "\r")
)

// escape returns entry as a line, without the line feed at its end.
func escape(entry string) string { return escaper.Replace(entry) }

// unescape returns the entry that line, without its line feed, stands for.
func unescape(line string) string { return unescaper.Replace(line) }
