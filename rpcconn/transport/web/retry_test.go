package web

import (
	"net/http"
	"testing"
	"time"
)

func TestRetryAfter(t *testing.T) {
	now := time.Date(2026, 11, 29, 14, 0, 0, 0, time.UTC)
	for text, want := range map[string]string{
		"Sun, 29 Nov 2026 14:00:30 GMT": "it asks to try again at 2026-11-29 14:00:30 UTC, in 30 s (Retry-After)",
		"Mon, 30 Nov 2026 16:03:04 GMT": "it asks to try again at 2026-11-30 16:03:04 UTC, in 26 h 3 min (Retry-After)",
		"Wed, 02 Dec 2026 16:00:00 GMT": "it asks to try again at 2026-12-02 16:00:00 UTC, in 3 d 2 h (Retry-After)",
		"Sun, 29 Nov 2026 13:59:59 GMT": "it asks to try again now (Retry-After)",
	} {
		if got := retryAfter(http.Header{"Retry-After": {text}}, now); got != want {
			t.Errorf("%s: %s, want %s", text, got, want)
		}
	}
}
