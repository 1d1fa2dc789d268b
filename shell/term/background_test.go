package term

import (
	"testing"
	"testing/synctest"
	"time"
)

func TestParseBackground(t *testing.T) {
	for _, tt := range []struct {
		report      string
		isLight, ok bool
	}{
		{"11;rgb:ffff/ffff/ffff", true, true},
		{"11;rgb:0000/0000/0000", false, true},
		{"11;rgb:fd/f6/e3", true, true},
		{"11;rgb:0/2/3", false, true},
		{"11;rgba:ffff/ffff/ffff/0000", true, true},
		{"11;rgb:0000/0000/ffff", false, true}, // blue is dark
		{"11;rgb:ffff/ffff/0000", true, true},  // yellow is light
		{"11;rgb:ffff/ffff", false, false},
		{"11;rgb:fffff/0/0", false, false},
		{"11;rgb:/0/0", false, false},
		{"10;rgb:0/0/0", false, false},
		{"11;?", false, false},
	} {
		if isLight, ok := parseBackground(tt.report); isLight != tt.isLight || ok != tt.ok {
			t.Errorf("%q: light %t, read %t", tt.report, isLight, ok)
		}
	}
}

// What a terminal answers is no key, and is told once.
func TestBackground(t *testing.T) {
	in := newInput(func() {})
	var told []bool
	in.awaitBackground(func(isLight bool) { told = append(told, isLight) })
	in.feed([]byte("a\x1b]11;rgb:ff/ff"))
	in.feed([]byte("/ff\x1b\\b\x1b]11;rgb:0/0/0\ac"))
	if len(told) != 1 || !told[0] {
		t.Errorf("told %v", told)
	}
	got := ""
	for {
		k, ok := in.next()
		if !ok {
			break
		}
		got += k.text
	}
	if got != "abc" {
		t.Errorf("typed %q", got)
	}
}

// An answer that may still come is waited for, but not for long, and not again.
func TestSettle(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		in := newInput(func() {})
		took := func() time.Duration {
			start := time.Now()
			in.settle()
			return time.Since(start)
		}
		if d := took(); d != 0 {
			t.Errorf("nothing was asked: it waits %s", d)
		}
		in.awaitBackground(func(bool) {})
		time.Sleep(backgroundTime / 4)
		if d := took(); d != backgroundTime*3/4 {
			t.Errorf("an answer is outstanding: it waits %s", d)
		}
		if d := took(); d != 0 {
			t.Errorf("it waits again: %s", d)
		}
		in.awaitBackground(func(bool) {})
		time.AfterFunc(time.Millisecond, func() { in.feed([]byte("\x1b]11;rgb:0/0/0\a")) })
		if d := took(); d != time.Millisecond {
			t.Errorf("the answer has come after 1 ms: it waits %s", d)
		}
		in.timer.Stop()
	})
}
