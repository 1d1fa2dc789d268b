package schema

// A Problem is what is wrong with a value.
type Problem struct {
	Param  string // the name of the value, which its user sets; "" where it has none
	Path   string // within the value, such as .position.line or [2]; "" for itself
	Reason string // "is a string, an integer is wanted"
}

// String returns the problem in one line.
func (p Problem) String() string {
	if p.Param == "" {
		return p.Reason
	}
	return p.Param + p.Path + " " + p.Reason
}
