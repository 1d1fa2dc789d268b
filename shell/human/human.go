// Package human writes numbers, sizes and durations as people read them.
package human

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"
)

// Size returns a number of bytes for a reader: "601 B", "1.5 KiB", "5.0 MiB".
func Size(n int) string {
	const unit = 1024
	switch {
	case n < unit:
		return fmt.Sprintf("%d B", n)
	case float64(n)/unit < 1023.95: // more would be rounded to 1024.0
		return fmt.Sprintf("%.1f KiB", float64(n)/unit)
	default:
		return fmt.Sprintf("%.1f MiB", float64(n)/unit/unit)
	}
}

// ParseSize reads a number of bytes as people write it: 4096, 64K, 16M, 1G, and 64MiB.
func ParseSize(text string) (int, error) {
	number, unit := strings.TrimRight(strings.ToUpper(text), "IB"), 1
	for suffix, n := range map[string]int{"K": 1 << 10, "M": 1 << 20, "G": 1 << 30} {
		if rest, ok := strings.CutSuffix(number, suffix); ok {
			number, unit = rest, n
			break
		}
	}
	n, err := strconv.Atoi(number)
	if err != nil || n < 0 || strconv.Itoa(n) != number {
		return 0, errors.New("write a number of bytes, or one with K, M or G")
	}
	const most = 1 << 31 // lengths of BSON are 32 bits
	if n > most/unit {
		return 0, errors.New("at most 2G")
	}
	return n * unit, nil
}

// SpellSize returns a number of bytes as ParseSize reads it: whole MiB as 64M, whole KiB as 16K.
func SpellSize(n int) string {
	switch {
	case n > 0 && n%(1<<20) == 0:
		return strconv.Itoa(n>>20) + "M"
	case n > 0 && n%(1<<10) == 0:
		return strconv.Itoa(n>>10) + "K"
	}
	return strconv.Itoa(n)
}

// Took returns a duration for a reader: "0.8 ms", "2.4 s", "3 min 5 s".
func Took(d time.Duration) string {
	switch {
	case d.Round(time.Millisecond/10) < time.Second:
		return strconv.FormatFloat(float64(d)/float64(time.Millisecond), 'f', 1, 64) + " ms"
	case d.Round(time.Second/10) < time.Minute:
		return strconv.FormatFloat(d.Seconds(), 'f', 1, 64) + " s"
	default:
		return Age(d.Round(time.Second))
	}
}

// Age returns a duration in whole seconds and larger units: "12 s", "3 min 5 s", "2 h 3 min".
func Age(d time.Duration) string {
	d = d.Truncate(time.Second)
	switch {
	case d < time.Minute:
		return fmt.Sprintf("%d s", int(d.Seconds()))
	case d < time.Hour:
		return fmt.Sprintf("%d min %d s", int(d.Minutes()), int(d.Seconds())%60)
	default:
		return fmt.Sprintf("%d h %d min", int(d.Hours()), int(d.Minutes())%60)
	}
}

// Grouped returns n with its digits in groups of three: "12 408".
func Grouped(n int) string {
	digits := strconv.Itoa(n)
	var b strings.Builder
	for i, d := range digits {
		if i > 0 && (len(digits)-i)%3 == 0 {
			b.WriteByte(' ')
		}
		b.WriteRune(d)
	}
	return b.String()
}

// Plural returns n things: "1 method", "4 methods".
func Plural(n int, thing string) string {
	if n == 1 {
		return "1 " + thing
	}
	return Grouped(n) + " " + thing + "s"
}

// Clip shortens text to n characters, the last of them "…" where something is left out. It bounds text from a peer
// before that is made visible; text that has to fit into a line is clipped to columns, by package columns.
func Clip(text string, n int) string {
	if utf8.RuneCountInString(text) <= n {
		return text
	}
	return string([]rune(text)[:max(0, n-1)]) + "…"
}

// Path returns the path of a file, relative to the current directory if the file is below it.
func Path(path string) string {
	dir, err := os.Getwd()
	if err != nil {
		return path
	}
	if short, err := filepath.Rel(dir, path); err == nil && !strings.HasPrefix(short, "..") {
		return short
	}
	return path
}
