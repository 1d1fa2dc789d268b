package arguments

import (
	"time"

	"rpcsh/shell/lang"
)

// Duration reads a duration into d.
func Duration(d *time.Duration, text lang.Text) (err error) {
	if *d, err = lang.ParseDuration(text.Text); err != nil {
		return Mistake(text, err.Error())
	}
	return nil
}
