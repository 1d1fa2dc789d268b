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

// Settings are what .set changes of a session. A call keeps those that were in force when it was made.
type Settings struct {
	Timeout  time.Duration // of calls; 0: none
	NoParams string        // what a call without arguments sends; default NoParamsOmit
	Fallback string        // the framing for an accepted peer that has said nothing; default: the default protocol's
	Validate string        // default ValidateParams
	Order    string        // of the requests that wait for a person; default OrderOldest
}

func (set Settings) withDefaults() Settings {
	for _, d := range []struct {
		value    *string
		standard string
	}{
		{&set.NoParams, NoParamsOmit}, {&set.Fallback, dial.Protocols()[0].Framing},
		{&set.Validate, ValidateParams}, {&set.Order, OrderOldest},
	} {
		if *d.value == "" {
			*d.value = d.standard
		}
	}
	return set
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
