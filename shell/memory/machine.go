package memory

// unknown is what a machine is taken to have where it does not tell, in bytes.
const unknown = 4 << 30

// Machine returns how many bytes of memory this program may use: those of the machine, or of its container.
func Machine() int64 {
	if n := machine(); n > 0 {
		return n
	}
	return unknown
}
