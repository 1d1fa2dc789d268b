package process

// beChild reports that this process is no child: the tests that have children need Unix.
func beChild() bool { return false }
