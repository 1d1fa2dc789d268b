//go:build race

package shell_test

// megabytes is how large a large answer is: looking at each byte takes the race detector ten times as long.
const megabytes = 5
