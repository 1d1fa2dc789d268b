//go:build !race

package shell_test

// megabytes is how large a large answer is.
const megabytes = 20
