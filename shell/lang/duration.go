package lang

import (
	"errors"
	"fmt"
	"time"
)

// ParseDuration reads a duration that is not negative: 1.5s, 200ms, 2m, or a number of seconds.
func ParseDuration(text string) (time.Duration, error) {
	d, err := time.ParseDuration(text)
	if err != nil {
		d, err = time.ParseDuration(text + "s")
	}
	switch {
	case text == "":
		return 0, errors.New("a duration belongs here, such as 500ms, 2s or 1m")
	case err != nil || d < 0:
		return 0, fmt.Errorf("%q is not a duration: write 500ms, 2s or 1m", text)
	}
	return d, nil
}
