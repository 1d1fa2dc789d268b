package command

import (
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"rpcsh/completer"
	"rpcsh/rpcconn/dial"
	"rpcsh/rpcconn/home"
	"rpcsh/shell/session"
)

const (
	// MaxCandidates is how many candidates one looks at.
	MaxCandidates = 50
	maxEntries    = 2000 // of a folder, that are read
)

// Peers returns the ways to name the peers that are connected.
func Peers(s *session.Session) []completer.Candidate { return peerCandidates(s.Peers().List()) }

func peerCandidates(peers []*session.Peer) []completer.Candidate {
	var all []completer.Candidate
	for _, p := range peers {
		number := completer.Candidate{Text: strconv.Itoa(p.Number()), Description: p.Label()}
		name := p.Name()
		if name == "" {
			all = append(all, number)
			continue
		}
		all = append(all,
			completer.Candidate{Text: number.Text, Description: name + ", " + p.Label()},
			completer.Candidate{Text: name, Description: number.Text + ", " + p.Label()})
	}
	return all
}

// called returns the methods that peers have called here; whose comes before the peer in their descriptions.
func called(s *session.Session, whose string) []completer.Candidate {
	var all []completer.Candidate
	for _, p := range s.Peers().List() {
		for _, m := range p.Known().Methods() {
			if m.Ours {
				all = append(all, completer.Candidate{Text: m.Name, Description: whose + " " + p.Label()})
			}
		}
	}
	return all
}

// completeWire completes the words behind a target.
func completeWire(words []string) []completer.Candidate {
	if len(words) == 0 {
		return nil
	}
	var all []completer.Candidate
	for _, p := range dial.Protocols() {
		all = append(all, completer.Candidate{Text: p.Name, Description: p.Title})
	}
	for _, f := range dial.FramingNames() {
		all = append(all, completer.Candidate{Text: f, Description: "framing"})
	}
	return all
}

// Files returns the files, and the folders on the way to them, that typed may become, as a word of a command's
// arguments. What a command would take for two words is left out.
func Files(typed string) []completer.Candidate {
	folder, base := filepath.Split(typed)
	entries := Entries(folder, base)
	if base != "" {
		entries = completer.Find(base, entries, MaxCandidates)
	}
	var found []completer.Candidate
	for _, c := range entries {
		if strings.ContainsAny(c.Text, " \t'\"") {
			continue
		}
		found = append(found, completer.Candidate{Text: folder + c.Text, Description: c.Description})
	}
	return found
}

// findFiles is Files as a Command's Find.
func findFiles(_ []string, typed string) []completer.Candidate { return Files(typed) }

// scriptSuffix is how the name of a script ends, by which .serve knows one.
const scriptSuffix = ".star"

// RecordingSuffix is how the name of a recording ends, by which .serve and -s know one.
const RecordingSuffix = ".rpcrec"

// servable completes a script, a recording, or a folder on the way to them.
func servable(typed string) []completer.Candidate {
	return slices.DeleteFunc(Files(typed), func(c completer.Candidate) bool {
		return !strings.HasSuffix(c.Text, scriptSuffix) && !strings.HasSuffix(c.Text, RecordingSuffix) &&
			!os.IsPathSeparator(c.Text[len(c.Text)-1])
	})
}

// Entries returns what is in a folder, in order of name, folders with a separator at their end; hidden files only
// where base, which is typed of the name, begins like them. It is the only thing that completion reads, while a key
// waits: the beginning of one folder, without asking for more than names, and of no folder that looks like one of
// another host.
func Entries(folder, base string) []completer.Candidate {
	if strings.HasPrefix(folder, "//") || strings.HasPrefix(folder, `\\`) ||
		strings.Contains(folder, ":/") && filepath.VolumeName(folder) == "" {
		return nil
	}
	slash := string(filepath.Separator)
	if folder == "" {
		folder = "." + slash // which no file is, and so nothing that opening waits for
	}
	if last := folder[len(folder)-1:]; os.IsPathSeparator(last[0]) {
		slash = last // Windows has two
	}
	f, err := os.Open(home.Path(folder))
	if err != nil {
		return nil
	}
	defer f.Close()
	list, _ := f.ReadDir(maxEntries) // what could be read before an error is as good as anything
	var all []completer.Candidate
	for _, e := range list {
		name := e.Name()
		switch hidden := strings.HasPrefix(name, "."); {
		case hidden && !strings.HasPrefix(base, "."), !utf8.ValidString(name):
		case e.IsDir():
			all = append(all, completer.Candidate{Text: name + slash, Description: "folder"})
		default:
			all = append(all, completer.Candidate{Text: name})
		}
	}
	slices.SortFunc(all, func(a, b completer.Candidate) int { return strings.Compare(a.Text, b.Text) })
	return all
}
