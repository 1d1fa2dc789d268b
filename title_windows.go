package main

// hide does nothing: other users do not see command lines, and those who may see them read memory that is not ours.
func hide(_, _ []string) {}
