package rpcrec

import (
	"io/fs"
	"os"
)

// openSpecial opens what is no regular file.
func openSpecial(path string, _ fs.FileMode) (*os.File, error) {
	return os.OpenFile(path, os.O_WRONLY|os.O_APPEND, 0)
}
