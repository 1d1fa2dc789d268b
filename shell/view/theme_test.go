package view

import (
	"math"
	"slices"
	"strings"
	"testing"

	"rpcsh/shell/config"
	"rpcsh/shell/event"
)

// rgb returns a colour of xterm's 256, from 16 on: a cube of 6 by 6 by 6, then 24 greys.
func rgb(n uint8) [3]uint8 {
	if n >= 232 {
		grey := 8 + 10*(n-232)
		return [3]uint8{grey, grey, grey}
	}
	levels := [6]uint8{0, 95, 135, 175, 215, 255}
	n -= 16
	return [3]uint8{levels[n/36], levels[n/6%6], levels[n%6]}
}

// luminance and contrast are those of WCAG 2.2.
func luminance(c [3]uint8) float64 {
	var linear [3]float64
	for i, level := range c {
		v := float64(level) / 255
		if v <= 0.04045 {
			linear[i] = v / 12.92
		} else {
			linear[i] = math.Pow((v+0.055)/1.055, 2.4)
		}
	}
	return 0.2126*linear[0] + 0.7152*linear[1] + 0.0722*linear[2]
}

func contrast(a, b [3]uint8) float64 {
	l, m := luminance(a), luminance(b)
	return (max(l, m) + 0.05) / (min(l, m) + 0.05)
}

// What is coloured can be read on the backgrounds that terminals have.
func TestContrast(t *testing.T) {
	for _, theme := range []struct {
		name        string
		colors      [parts]uint8
		backgrounds map[string][3]uint8
	}{
		{ThemeLight, lightColors, map[string][3]uint8{
			"white": {0xff, 0xff, 0xff}, "Solarized": {0xfd, 0xf6, 0xe3}, "grey": {0xee, 0xee, 0xee},
		}},
		{ThemeDark, darkColors, map[string][3]uint8{
			"black": {}, "VS Code": {0x1e, 0x1e, 0x1e}, "Solarized": {0, 0x2b, 0x36}, "One": {0x28, 0x2c, 0x34},
			"Ubuntu": {0x30, 0x0a, 0x24}, "Nord": {0x2e, 0x34, 0x40},
		}},
	} {
		for part, n := range theme.colors {
			if Part(part) == PartBold {
				continue
			}
			for name, background := range theme.backgrounds {
				if got := contrast(rgb(n), background); n < 16 || got < 4.5 {
					t.Errorf("%s: %s is %.2f:1 on %s", theme.name, partNames[part], got, name)
				}
			}
		}
	}
}

// So can the prompts that have a colour of their own.
func TestContrastOfPrompts(t *testing.T) {
	var names []string
	for _, c := range promptColors {
		names = append(names, c.name)
		for name, background := range map[string][3]uint8{"white": {0xff, 0xff, 0xff}, "grey": {0xee, 0xee, 0xee}} {
			if got := contrast(rgb(c.light), background); got < 4.5 {
				t.Errorf("%s is %.2f:1 on %s", c.name, got, name)
			}
		}
		for name, background := range map[string][3]uint8{"black": {}, "Nord": {0x2e, 0x34, 0x40}} {
			if got := contrast(rgb(c.dark), background); got < 4.5 {
				t.Errorf("%s is %.2f:1 on %s", c.name, got, name)
			}
		}
	}
	if !slices.Equal(names, config.Colors()) {
		t.Errorf("the colours are %v, and those of the configuration %v", names, config.Colors())
	}
}

// Each part of a theme has a colour.
func TestThemesAreWhole(t *testing.T) {
	for _, theme := range []*Theme{lightTheme, darkTheme, ownColors, OwnTheme("mine")} {
		for part, name := range partNames {
			if name == "" || theme.SGR(Part(part)) == "" {
				t.Errorf("%s: part %d, %q, has no colour", theme.name, part, name)
			}
		}
	}
}

func TestOwnTheme(t *testing.T) {
	for _, tt := range []struct{ part, value, want string }{
		{"key", "bold red", "\x1b[1;31mx\x1b[22;0m"},
		{"key", "bright-blue", "\x1b[94mx\x1b[0m"},
		{"key", "208", "\x1b[38;5;208mx\x1b[0m"},
		{"key", "#ff8700", "\x1b[38;2;255;135;0mx\x1b[0m"},
		{"key", "none", "x"},
		{"key", "", "x"},
		{"nosuch", "red", "there is no such part: there are in, out, error, dim, "},
		{"key", "256", `"256" is no colour: write black, red, `},
		{"key", "#12345", `"#12345" is no colour: `},
		{"key", "#gggggg", `"#gggggg" is no colour: `},
		{"key", "bright-pink", `"bright-pink" is no colour: `},
	} {
		theme := OwnTheme("mine")
		got := ""
		if err := theme.Set(tt.part, tt.value); err != nil {
			got = err.Error()
		} else {
			got = theme.paint(PartKey, "x")
		}
		if !strings.HasPrefix(got, tt.want) || strings.HasSuffix(tt.want, "x") && got != tt.want {
			t.Errorf("%s = %q: %q, want %q", tt.part, tt.value, got, tt.want)
		}
	}
}

func TestBackgroundOf(t *testing.T) {
	for text, want := range map[string]*Theme{
		"": ownColors, "0;15": lightTheme, "15;0": darkTheme, "0;default;7": lightTheme, "12;8": darkTheme,
		"15;default": ownColors, "1;16": ownColors, "15": ownColors,
	} {
		if got := backgroundOf(text); got != want {
			t.Errorf("COLORFGBG=%s: %s", text, got.name)
		}
	}
}

// The terminal is asked for its background once, and the colours of the prompt follow those of the theme.
func TestSetTheme(t *testing.T) {
	t.Setenv("COLORFGBG", "")
	d := &desk{columns: 80, status: make(chan string, 10)}
	v := New(Options{Terminal: d, Color: true}, new(event.Bus))
	defer v.Close()
	if v.Theme() != ThemeAuto || d.askedBackground == nil || d.colors.Prompt != ownColors.SGR(PartPrompt) {
		t.Fatalf("at first: theme %s, colours %q", v.Theme(), d.colors)
	}
	told := d.askedBackground
	d.askedBackground = nil
	told(true)
	if d.colors.Prompt != lightTheme.SGR(PartPrompt) || v.Colors().Err("x") != lightTheme.paint(PartError, "x") {
		t.Errorf("on a light background the prompt is %q", d.colors.Prompt)
	}
	mine := OwnTheme("mine")
	if err := v.AddTheme(mine); err != nil {
		t.Error(err)
	}
	for name, want := range map[string]*Theme{
		ThemeDark: darkTheme, ThemeNone: noColors, ThemeLight: lightTheme, "mine": mine, ThemeAuto: lightTheme,
	} {
		if err := v.SetTheme(name); err != nil || v.Theme() != name || d.colors.Prompt != want.SGR(PartPrompt) ||
			v.Colors().Key("x") != want.paint(PartKey, "x") {
			t.Errorf("%s: %v, the prompt is %q", name, err, d.colors.Prompt)
		}
	}
	if d.askedBackground != nil {
		t.Error("the terminal is asked again")
	}
	if err := v.SetTheme("nosuch"); err == nil || !strings.HasSuffix(err.Error(), "auto, light, dark, none, mine") {
		t.Errorf("a theme that is not there: %v", err)
	}
	if err := v.AddTheme(OwnTheme(ThemeDark)); err == nil {
		t.Error("a theme takes the place of another")
	}
}

// Without colours nobody is asked for any. A person may turn them on; a pipe stays as it is.
func TestSetThemeWithoutColors(t *testing.T) {
	d := &desk{columns: 80, status: make(chan string, 10)}
	v := New(Options{Terminal: d}, new(event.Bus))
	defer v.Close()
	if v.Theme() != ThemeNone || d.askedBackground != nil || v.Colors().Err("x") != "x" {
		t.Errorf("at first: theme %s, %q", v.Theme(), v.Colors().Err("x"))
	}
	if err := v.SetTheme(ThemeDark); err != nil || v.Colors().Err("x") == "x" {
		t.Errorf("a person gets %q, %v", v.Colors().Err("x"), err)
	}
	var out, errOut paper
	piped := New(Options{Stdout: &out, Stderr: &errOut}, new(event.Bus))
	defer piped.Close()
	if err := piped.SetTheme(ThemeDark); err != nil || piped.Theme() != ThemeNone || piped.Colors().Err("x") != "x" {
		t.Errorf("a pipe gets %q, %v", piped.Colors().Err("x"), err)
	}
}
