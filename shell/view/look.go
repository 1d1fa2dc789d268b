package view

import (
	"fmt"
	"maps"
	"os"
	"slices"
	"strconv"
	"strings"
	"sync"

	"rpcsh/shell/term"
)

// A look is which theme is in force.
type look struct {
	colors   *Palette
	terminal Terminal // nil: nobody sits there
	isOn     bool     // there were colours at the beginning

	mu         sync.Mutex        // protects what follows
	name       string            // what SetTheme was told
	own        map[string]*Theme // those of AddTheme
	background *Theme            // what ThemeAuto stands for
	asked      bool              // the terminal was asked what its background is
}

func newLook(opts Options) *look {
	l := &look{
		colors: NewPalette(opts.Color), terminal: opts.Terminal, isOn: opts.Color,
		name: ThemeNone, own: make(map[string]*Theme), background: backgroundOf(os.Getenv("COLORFGBG")),
	}
	if opts.Color {
		_ = l.SetTheme(ThemeAuto)
	}
	return l
}

// backgroundOf returns the theme for what rxvt, Konsole and others say of themselves: FOREGROUND;BACKGROUND, as numbers
// of the 16 colours.
func backgroundOf(colorFGBG string) *Theme {
	_, last, _ := strings.Cut(colorFGBG, ";")
	if i := strings.LastIndexByte(last, ';'); i >= 0 { // rxvt may have a picture's between them
		last = last[i+1:]
	}
	switch n, err := strconv.Atoi(last); {
	case err != nil || n < 0 || n > 15:
		return ownColors
	case n == 7 || n == 15:
		return lightTheme
	}
	return darkTheme
}

// Theme returns the name of the theme in force.
func (l *look) Theme() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.name
}

// Themes returns the names that SetTheme takes.
func (l *look) Themes() []string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return append(Themes(), slices.Sorted(maps.Keys(l.own))...)
}

// AddTheme makes a theme known.
func (l *look) AddTheme(t *Theme) error {
	if slices.Contains(l.Themes(), t.name) {
		return fmt.Errorf("there is a theme %s already", t.name)
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	l.own[t.name] = t
	return nil
}

// SetTheme shows what comes from now on in the theme of that name. For a person it also turns colours on. A pipe that
// has none stays without.
func (l *look) SetTheme(name string) error {
	if err := OneOf(name, l.Themes()); err != nil {
		return err
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	if !l.isOn && l.terminal == nil {
		return nil
	}
	l.name = name
	switch name {
	case ThemeAuto:
		l.use(l.background)
		if !l.asked && l.terminal != nil {
			l.asked = true
			l.terminal.AskBackground(l.setBackground)
		}
	case ThemeLight:
		l.use(lightTheme)
	case ThemeDark:
		l.use(darkTheme)
	case ThemeNone:
		l.use(noColors)
	default:
		l.use(l.own[name])
	}
	return nil
}

// setBackground is called when the terminal has told what its background is.
func (l *look) setBackground(isLight bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.background = darkTheme
	if isLight {
		l.background = lightTheme
	}
	if l.name == ThemeAuto {
		l.use(l.background)
	}
}

// use is called with mu held.
func (l *look) use(t *Theme) {
	l.colors.use(t)
	if l.terminal != nil {
		l.terminal.SetColors(term.Colors{
			Prompt: t.SGR(PartPrompt), Warning: t.SGR(PartWarning), Dim: t.SGR(PartDim),
			Key: t.SGR(PartKey), String: t.SGR(PartString), Number: t.SGR(PartNumber), Keyword: t.SGR(PartKeyword),
			Prompts: t.prompts(),
		})
	}
}

// OneOf returns an error that names values if value is none of them.
func OneOf(value string, values []string) error {
	if !slices.Contains(values, value) {
		return fmt.Errorf("%q is none of %s", value, strings.Join(values, ", "))
	}
	return nil
}
