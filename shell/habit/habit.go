// Package habit tells what people mean who type what other programs understand: a command without its dot, a call as in
// most languages, a value that is set, a whole message. Nothing here is sure: who asks knows which methods there are.
package habit

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
)

// A Habit is a word of other programs, and the command that does here what it does there.
type Habit struct {
	Words   []string
	Command string
	Always  bool // it is hardly a method: without a person, too, it is not sent unless one of its name is known
}

func habits() []Habit {
	return []Habit{
		{[]string{"quit", "exit", "q", ":q", `\q`, "logout"}, "quit", true},
		{[]string{"help", "?", `\?`}, "help", true},
		{[]string{"h", "man"}, "help", false},
		{[]string{"ls"}, "methods", false},
		{[]string{"history"}, "history", false},
		{[]string{"clear", "cls"}, "clear", false},
	}
}

// Of returns the habit that a word is.
func Of(word string) (h Habit, found bool) {
	all := habits()
	i := slices.IndexFunc(all, func(h Habit) bool { return slices.Contains(h.Words, word) })
	if i < 0 {
		return Habit{}, false
	}
	return all[i], true
}

// A Named is a command of the shell.
type Named struct {
	Name  string
	Takes bool // it has arguments
	Fits  func(args string) bool
}

// Command returns the command that a line may mean which begins with a word, "" where it means none. alone says that
// the word is one of habit, and all there is.
func Command(commands func(name string) (Named, bool), word, rest string) (name string, alone bool) {
	bare := strings.ToLower(strings.TrimRight(word, "();"))
	h, isHabit := Of(bare)
	c, isCommand := commands(bare)
	if isHabit && !isCommand {
		c, _ = commands(h.Command)
		isCommand = c.Takes
	}
	rest = strings.TrimSpace(rest)
	switch {
	case isHabit && rest == "":
		return h.Command, true
	case strings.HasSuffix(rest, "&"): // which no command ends in
	case isCommand && word == bare && (isHabit || c.Fits(rest)):
		return c.Name, false
	}
	return "", false
}

// Runs returns the command that runs the file of lines, or the script, that a word names; "": it names none.
func Runs(word string) (command string) {
	command = map[string]string{".rpc": "source", ".star": "run"}[filepath.Ext(word)]
	if command == "" {
		return ""
	}
	if info, err := os.Stat(word); err != nil || !info.Mode().IsRegular() {
		return ""
	}
	return command
}

// CutWord cuts the first word off a line.
func CutWord(line string) (word, rest string) {
	if i := strings.IndexAny(line, " \t\n"); i >= 0 {
		return line[:i], line[i:]
	}
	return line, ""
}
