//go:build unix

package main

import "unsafe"

// hide puts shown in the place of the arguments of this process, where ps and /proc show its own memory: that is what
// other users of the machine see. An argument that shown lacks, and what remains of one, becomes blank.
func hide(args, shown []string) {
	for i, arg := range args {
		var instead string
		if i < len(shown) {
			instead = shown[i]
		}
		if instead == arg {
			continue
		}
		memory := unsafe.Slice(unsafe.StringData(arg), len(arg)) // of the system, which has put it there
		for n := copy(memory, instead); n < len(memory); n++ {
			memory[n] = ' '
		}
	}
}
