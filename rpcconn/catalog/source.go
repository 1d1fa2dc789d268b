package catalog

// Source says where a method was learned: the name of a dialect, or one of these.
type Source string

// The sources that are not dialects.
const (
	SourceTraffic Source = "traffic" // the peer called it on us; shapes are inferred
	// called here, and the peer did not reject it as unknown; shapes are inferred
	SourceUsed   Source = "used"
	SourceCode   Source = "source" // read from the service's own source
	SourceSchema Source = "schema" // a document given by the person
)

// rank orders sources: the one with the greater rank is better.
func (s Source) rank() int {
	switch s {
	case SourceTraffic, "":
		return 0
	case SourceUsed:
		return 1
	case SourceCode:
		return 2
	case SourceSchema:
		return 4
	}
	return 3 // the peer itself
}

// Inferred reports whether what the source knows of params and results is a guess from what was seen.
func (s Source) Inferred() bool { return s.rank() <= 1 }

func (s Source) String() string { return string(s) }
