package view

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/fatih/color"
)

// A Part is what has a colour of its own.
type Part int

// The parts.
const (
	PartIn      Part = iota // the arrow of what comes in
	PartOut                 // the arrow of what goes out
	PartError               // errors
	PartDim                 // what matters less: times, notes
	PartBold                // names of methods
	PartKey                 // of JSON text: names of members
	PartString              // strings
	PartNumber              // numbers
	PartKeyword             // true, false, null
	PartPrompt              // the prompt
	PartWarning             // a prompt that is to be seen
	parts
)

// partNames are the names of the parts, as [theme.NAME] has them.
var partNames = [parts]string{
	"in", "out", "error", "dim", "bold", "key", "string", "number", "keyword", "prompt", "warning",
}

// The themes that are always there.
const (
	ThemeAuto  = "auto"  // light or dark, as the terminal's background is; where it does not tell, its own colours
	ThemeLight = "light" // for a light background
	ThemeDark  = "dark"  // for a dark background
	ThemeNone  = "none"  // no colours
)

// Themes returns the names of the themes that are always there.
func Themes() []string { return []string{ThemeAuto, ThemeLight, ThemeDark, ThemeNone} }

// A Theme says which colours the parts have.
type Theme struct {
	name string
	inks [parts]ink
}

// An ink is what stands before and after a text. The zero ink leaves it as it is.
type ink struct{ before, after string }

// paint returns text in the colours of a part.
func (t *Theme) paint(part Part, text string) string {
	i := t.inks[part]
	return i.before + text + i.after
}

// SGR returns the escape sequence that begins a part's colours, "" for none.
func (t *Theme) SGR(part Part) string { return t.inks[part].before }

func newInk(attributes ...color.Attribute) ink {
	c := color.New(attributes...)
	c.EnableColor() // whatever package color thinks of the output
	before, after, _ := strings.Cut(c.Sprint("|"), "|")
	if slices.Contains(attributes, 38) { // package color would end the parts of an indexed colour as attributes
		after = "\x1b[0m"
	}
	return ink{before, after}
}

// indexed returns the attributes of a colour of the 256 that xterm has. Those from 16 on look the same everywhere.
func indexed(n uint8) []color.Attribute { return []color.Attribute{38, 5, color.Attribute(n)} }

func newTheme(name string, colors [parts]uint8) *Theme {
	t := &Theme{name: name}
	for part, n := range colors {
		attributes := indexed(n)
		switch Part(part) {
		case PartBold:
			attributes = []color.Attribute{color.Bold}
		case PartPrompt, PartWarning:
			attributes = append(attributes, color.Bold)
		}
		t.inks[part] = newInk(attributes...)
	}
	return t
}

// lightColors and darkColors are the colours of the themes light and dark. Each has a contrast of at least 4.5:1 (WCAG
// 2.2, 1.4.3) with the backgrounds that are usual: white to #eeeeee, black to #2e3440. That of PartBold is not used.
var (
	lightColors = [parts]uint8{
		PartIn: 22, PartOut: 26, PartError: 160, PartDim: 241,
		PartKey: 26, PartString: 22, PartNumber: 23, PartKeyword: 127,
		PartPrompt: 24, PartWarning: 160,
	}
	darkColors = [parts]uint8{
		PartIn: 78, PartOut: 111, PartError: 210, PartDim: 247,
		PartKey: 111, PartString: 78, PartNumber: 80, PartKeyword: 177,
		PartPrompt: 80, PartWarning: 210,
	}
)

var (
	noColors   = &Theme{name: ThemeNone}
	lightTheme = newTheme(ThemeLight, lightColors)
	darkTheme  = newTheme(ThemeDark, darkColors)
	ownColors  = &Theme{name: ThemeAuto, inks: ownInks} // of the terminal, which the person has chosen
	ownInks    = [parts]ink{
		PartIn:      newInk(color.FgGreen),
		PartOut:     newInk(color.FgBlue),
		PartError:   newInk(color.FgRed),
		PartDim:     newInk(color.Faint),
		PartBold:    newInk(color.Bold),
		PartKey:     newInk(color.FgBlue),
		PartString:  newInk(color.FgGreen),
		PartNumber:  newInk(color.FgCyan),
		PartKeyword: newInk(color.FgMagenta),
		PartPrompt:  newInk(color.Bold, color.FgCyan),
		PartWarning: newInk(color.Bold, color.FgRed),
	}
)

// promptColors are the colours that a prompt may be given: a name, and what it is in the themes light and dark.
var promptColors = []struct {
	name        string
	light, dark uint8
}{
	{"red", 160, 210}, {"green", 22, 78}, {"yellow", 94, 221}, {"blue", 26, 111}, {"magenta", 127, 177},
	{"cyan", 24, 80},
}

// prompts returns the escape sequences of promptColors, by their names.
func (t *Theme) prompts() map[string]string {
	sequences := make(map[string]string)
	for i, c := range promptColors {
		attributes := []color.Attribute{color.FgRed + color.Attribute(i)}
		switch t {
		case lightTheme:
			attributes = indexed(c.light)
		case darkTheme:
			attributes = indexed(c.dark)
		}
		sequences[c.name] = newInk(append(attributes, color.Bold)...).before
	}
	return sequences
}

// OwnTheme returns a theme whose parts have the terminal's own colours, as long as Set says nothing else.
func OwnTheme(name string) *Theme { return &Theme{name: name, inks: ownInks} }

// Set changes the colour of a part: words such as "bold red" and "bright-blue", a number of xterm's 256, #rrggbb, or
// none. It is for those who make a theme, before AddTheme.
func (t *Theme) Set(part, value string) error {
	i := slices.Index(partNames[:], part)
	if i < 0 {
		return fmt.Errorf("there is no such part: there are %s", strings.Join(partNames[:], ", "))
	}
	attributes, err := parseColor(value)
	if err != nil {
		return err
	}
	t.inks[i] = ink{}
	if len(attributes) > 0 {
		t.inks[i] = newInk(attributes...)
	}
	return nil
}

// colorNames are the words for the terminal's own colours, in the order of their SGR parameters from 30 on.
var colorNames = []string{"black", "red", "green", "yellow", "blue", "magenta", "cyan", "white"}

// styleNames are the words for what is no colour.
var styleNames = map[string]color.Attribute{
	"bold": color.Bold, "faint": color.Faint, "italic": color.Italic, "underline": color.Underline,
	"reverse": color.ReverseVideo,
}

// parseColor reads words such as "bold red", and "none".
func parseColor(text string) ([]color.Attribute, error) {
	var all []color.Attribute
	for _, word := range strings.Fields(text) {
		base, isBright := strings.CutPrefix(word, "bright-")
		n, err := strconv.ParseUint(word, 10, 8)
		switch i := slices.Index(colorNames, base); {
		case word == ThemeNone:
		case i >= 0 && isBright:
			all = append(all, color.FgHiBlack+color.Attribute(i))
		case i >= 0:
			all = append(all, color.FgBlack+color.Attribute(i))
		case styleNames[word] != 0:
			all = append(all, styleNames[word])
		case err == nil:
			all = append(all, indexed(uint8(n))...)
		case strings.HasPrefix(word, "#") && len(word) == 7:
			rgb, err := strconv.ParseUint(word[1:], 16, 24)
			if err != nil {
				return nil, notAColor(word)
			}
			all = append(all, 38, 2, color.Attribute(rgb>>16), color.Attribute(rgb>>8&0xff), color.Attribute(rgb&0xff))
		default:
			return nil, notAColor(word)
		}
	}
	return all, nil
}

func notAColor(word string) error {
	return fmt.Errorf("%q is no colour: write %s, bright-red …, a number up to 255, #rrggbb, bold, faint, none", word,
		strings.Join(colorNames, ", "))
}
