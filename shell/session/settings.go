package session

import (
	"time"

	"rpcsh/rpcconn/dial"
	"rpcsh/shell/call"
)

// What a call without arguments sends as params.
const (
	NoParamsOmit   = "omit"
	NoParamsArray  = "array"
	NoParamsObject = "object"
)

// Which pending request is next.
const (
	OrderOldest = "oldest"
	OrderNewest = "newest"
)

// What is checked against what the peer says of its methods.
const (
	ValidateOff     = "off"
	ValidateParams  = "params"
	ValidateResults = "results" // and params
)

// Which ids of answers are taken.
const (
	IDsStrict  = "strict"  // those of the requests
	IDsLenient = "lenient" // also others that can be meant for one request only, such as "1" for 1
)

// How what a peer speaks is found out.
const (
	DetectActive  = "active"  // by asking it
	DetectPassive = "passive" // by what it says by itself; nothing is sent
)

// Detects returns the values of Settings.Detect, the default first.
func Detects() []string { return []string{DetectActive, DetectPassive} }

// IDs returns the values of Settings.IDs, the default first.
func IDs() []string { return []string{IDsStrict, IDsLenient} }

// Settings are what .set changes of a session. A call keeps those that were in force when it was made.
type Settings struct {
	Timeout time.Duration // of calls; 0: none
	// Handshake is how long a peer has for its answer to a handshake, and for telling what has to be known before it is
	// called; 0: as long as for calls.
	Handshake time.Duration
	NoParams  string // what a call without arguments sends; default NoParamsOmit
	Fallback  string // the framing for an accepted peer that has said nothing; default: the default protocol's
	Validate  string // default ValidateParams
	Order     string // of the requests that wait for a person; default OrderOldest
	IDs       string // of answers; default IDsStrict

	// Of connections that are made later; see dial.Config. At the beginning they are those of Options.Wire.
	Settle, DetectLimit time.Duration
	Detect              string // one of Detects
}

func (set Settings) withDefaults(wire dial.Config) Settings {
	set.Settle, set.DetectLimit, set.Detect = wire.Settle, wire.DetectLimit, DetectActive
	if wire.Passive {
		set.Detect = DetectPassive
	}
	for _, d := range []struct {
		value    *string
		standard string
	}{
		{&set.NoParams, NoParamsOmit}, {&set.Fallback, dial.Protocols()[0].Framing},
		{&set.Validate, ValidateParams}, {&set.Order, OrderOldest}, {&set.IDs, IDsStrict},
	} {
		if *d.value == "" {
			*d.value = d.standard
		}
	}
	return set
}

// handshake returns how long a peer has for its answer to a handshake; 0: there is no limit.
func (set Settings) handshake() time.Duration {
	if set.Handshake > 0 {
		return set.Handshake
	}
	return set.Timeout
}

// Asked returns how long a peer has for its answer to a question about what it offers that somebody wants answered.
func (set Settings) Asked() time.Duration {
	if set.Timeout > 0 {
		return min(set.Timeout, askedTimeout)
	}
	return askedTimeout
}

// Check returns what Settings.Validate asks for.
func (set Settings) Check() call.Check {
	switch set.Validate {
	case ValidateOff:
		return call.CheckNothing
	case ValidateResults:
		return call.CheckResults
	}
	return call.CheckParams
}

// Settings returns the settings of now.
func (s *Session) Settings() Settings {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.settings
}

// Set changes the settings.
func (s *Session) Set(set Settings) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.settings = set
}
