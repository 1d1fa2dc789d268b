//go:build !windows

package statefile

// patiently does what concerns a file that others may be using, which does not matter here.
func patiently(do func() error) error { return do() }
