package human

import (
	"testing"
	"time"
)

func TestSize(t *testing.T) {
	for n, want := range map[int]string{
		0: "0 B", 1: "1 B", 1023: "1023 B", 1024: "1.0 KiB", 1536: "1.5 KiB", 64 << 10: "64.0 KiB",
		1<<20 - 1: "1.0 MiB", 1<<20 - 100: "1023.9 KiB", 1 << 20: "1.0 MiB", 64 << 20: "64.0 MiB",
		5 << 30: "5120.0 MiB",
	} {
		if got := Size(n); got != want {
			t.Errorf("%d: %s, want %s", n, got, want)
		}
	}
}

func TestParseSize(t *testing.T) {
	for text, want := range map[string]int{
		"0": 0, "4096": 4096, "64K": 64 << 10, "64k": 64 << 10, "16M": 16 << 20,
		"64MiB": 64 << 20, "1gb": 1 << 30, "2G": 2 << 30,
	} {
		if got, err := ParseSize(text); err != nil || got != want {
			t.Errorf("%s: %d, %v, want %d", text, got, err, want)
		}
	}
	for _, text := range []string{"", "K", "x", "-1", "1.5M", "1 M", "01", "3G", "99999999999999999999"} {
		if got, err := ParseSize(text); err == nil {
			t.Errorf("%q is %d", text, got)
		}
	}
	for n, want := range map[int]string{0: "0", 1: "1", 1024: "1K", 1536: "1536", 64 << 20: "64M"} {
		if got := SpellSize(n); got != want {
			t.Errorf("%d: %s, want %s", n, got, want)
		}
	}
}

func TestTookAndAge(t *testing.T) {
	for d, want := range map[time.Duration]string{
		0: "0.0 ms", 840 * time.Microsecond: "0.8 ms", 999900 * time.Microsecond: "999.9 ms",
		999960 * time.Microsecond: "1.0 s", 2400 * time.Millisecond: "2.4 s",
		59940 * time.Millisecond: "59.9 s", 59960 * time.Millisecond: "1 min 0 s",
		185 * time.Second: "3 min 5 s", 2*time.Hour + 3*time.Minute: "2 h 3 min",
	} {
		if got := Took(d); got != want {
			t.Errorf("took %d ns: %s, want %s", d, got, want)
		}
	}
	for d, want := range map[time.Duration]string{
		0: "0 s", 1999 * time.Millisecond: "1 s", time.Minute - 1: "59 s", time.Minute: "1 min 0 s",
		time.Hour - 1: "59 min 59 s", time.Hour: "1 h 0 min",
		49*time.Hour + 59*time.Minute + 59*time.Second: "49 h 59 min",
	} {
		if got := Age(d); got != want {
			t.Errorf("the age of %d ns: %s, want %s", d, got, want)
		}
	}
}

func TestGrouped(t *testing.T) {
	for n, want := range map[int]string{
		0: "0", 7: "7", 999: "999", 1000: "1 000", 12408: "12 408", 1234567: "1 234 567",
	} {
		if got := Grouped(n); got != want {
			t.Errorf("%d: %q, want %q", n, got, want)
		}
	}
}

func TestPlural(t *testing.T) {
	for n, want := range map[int]string{0: "0 methods", 1: "1 method", 2: "2 methods", 1200: "1 200 methods"} {
		if got := Plural(n, "method"); got != want {
			t.Errorf("%d: %q, want %q", n, got, want)
		}
	}
}

func TestClip(t *testing.T) {
	for _, tt := range []struct {
		text string
		n    int
		want string
	}{
		{"abcdef", 6, "abcdef"},
		{"abcdef", 5, "abcd…"},
		{"日本語", 3, "日本語"},
		{"日本語", 2, "日…"},
		{"a\x1b[31m\u200b", 4, "a\x1b[…"},
		{"", 0, ""},
		{"a", 0, "…"},
	} {
		if got := Clip(tt.text, tt.n); got != tt.want {
			t.Errorf("%q cut to %d characters is %q, want %q", tt.text, tt.n, got, tt.want)
		}
	}
}
