// Command compare measures rpcsh's Conn beside the same bytes without JSON, and beside other libraries of JSON-RPC:
//
//	go -C rpcconn/compare run . [-rounds N] [-turn D] [-only NAME,…]
//
// Each contestant has a process of its own, with both ends of the connection, so that nobody pays for another's
// garbage. In each round all contestants do each work in turns, so that all see the same machine; what is printed is
// the median of the rounds, as a share of the limit's speed. See docs/performance.md.
package main

import (
	"cmp"
	"flag"
	"fmt"
	"io"
	"os"
	"slices"
	"strings"
	"time"
)

func main() {
	drive := flag.String("drive", "", "call as this contestant (for the program itself)")
	hold := flag.String("hold", "", "receive big messages as this contestant (for the program itself)")
	network := flag.String("net", "", "unix or tcp; both where it is not given")
	rounds := flag.Int("rounds", 5, "rounds, of which the median counts")
	turn := flag.Duration("turn", 200*time.Millisecond, "how long a contestant does one work in a round")
	only := flag.String("only", "", "contestants beside the limits, separated by commas; none: all")
	big := flag.Bool("big", true, "also measure one message of 64 MiB")
	flag.Parse()
	var err error
	switch {
	case *drive != "":
		err = driveAs(*drive, *network)
	case *hold != "":
		err = holdAs(*hold, *network)
	default:
		networks := []string{"unix", "tcp"}
		if *network != "" {
			networks = []string{*network}
		}
		for _, network := range networks {
			if err = compare(os.Stdout, network, chosen(*only), *rounds, *turn, *big); err != nil {
				break
			}
		}
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "compare:", err)
		os.Exit(1)
	}
}

// chosen returns the limits and the contestants whose names are in only; all where it is empty.
func chosen(only string) []contestant {
	names := strings.Split(only, ",")
	return slices.DeleteFunc(contestants(), func(c contestant) bool {
		return only != "" && !c.limit && !slices.Contains(names, c.name)
	})
}

// A result is what one contestant did in one work, a number for each round.
type result []float64

func (r result) median() float64 {
	if len(r) == 0 {
		return 0
	}
	sorted := slices.Sorted(slices.Values(r))
	return sorted[len(sorted)/2]
}

// compare runs all works over network and prints their table.
func compare(out io.Writer, network string, all []contestant, rounds int, turn time.Duration, big bool) error {
	works := works()
	speeds, err := measure(network, all, works, rounds, turn)
	if err != nil {
		return err
	}
	fmt.Fprintf(out, "\n%s: share of the limit's speed, the median of %d rounds\n\n", network, rounds)
	header := []string{"contestant"}
	for _, w := range works {
		header = append(header, w.name)
	}
	table := [][]string{header}
	for i, c := range all {
		row := []string{c.name}
		for j, w := range works {
			limit := slices.IndexFunc(all, func(c contestant) bool { return c.name == w.limit })
			row = append(row, share(speeds[i][j], speeds[limit][j]))
		}
		table = append(table, row)
	}
	print(out, table)
	if !big {
		return nil
	}
	table, err = compareBig(network, all, rounds)
	if err != nil {
		return err
	}
	fmt.Fprintf(out, "\n%s: one message of not quite 64 MiB, received and kept: share of raw-line's speed, and the "+
		"most memory\nthat the receiving process takes, over the size of the message\n\n", network)
	print(out, table)
	return nil
}

// share returns the median of what a contestant did in each round as a share of what the limit did in that round.
func share(speed, limit result) string {
	var shares result
	for i := range speed {
		shares = append(shares, speed[i]/limit[i])
	}
	if len(shares) == 0 {
		return "–"
	}
	return fmt.Sprintf("%.3f", shares.median())
}

// measure returns the speeds of each contestant in each work, in operations a second; none where it cannot do the work.
func measure(network string, all []contestant, works []work, rounds int, turn time.Duration) ([][]result, error) {
	speeds := make([][]result, len(all))
	processes := make([]*process, len(all))
	defer func() {
		for _, p := range processes {
			p.close()
		}
	}()
	for i, c := range all {
		var err error
		if processes[i], err = start("-drive", c.name, "-net", network); err != nil {
			return nil, err
		}
		speeds[i] = make([]result, len(works))
	}
	for round := range rounds + 1 {
		for j, w := range works {
			for i, c := range all {
				if !w.can(c) {
					continue
				}
				speed, err := processes[i].do(w.name, turn)
				if err != nil {
					return nil, fmt.Errorf("%s, %s: %w", c.name, w.name, err)
				}
				if round > 0 { // the first is for warming up
					speeds[i][j] = append(speeds[i][j], speed)
				}
			}
		}
	}
	return speeds, nil
}

// compareBig returns the table of time and memory for one big message. Each round has new processes.
func compareBig(network string, all []contestant, rounds int) ([][]string, error) {
	speeds, memories := make([]result, len(all)), make([]result, len(all))
	for range rounds {
		for i, c := range all {
			if c.hold == nil {
				continue
			}
			speed, memory, err := receiveBig(c.name, network)
			if err != nil {
				return nil, fmt.Errorf("%s, 64 MiB: %w", c.name, err)
			}
			speeds[i], memories[i] = append(speeds[i], speed), append(memories[i], memory)
		}
	}
	limit := slices.IndexFunc(all, func(c contestant) bool { return c.name == rawLine })
	table := [][]string{{"contestant", "speed", "memory"}}
	for i, c := range all {
		if len(speeds[i]) == 0 {
			continue
		}
		memory := fmt.Sprintf("%.2f", memories[i].median())
		table = append(table, []string{c.name, share(speeds[i], speeds[limit]), memory})
	}
	return table, nil
}

// print prints a table in Markdown.
func print(out io.Writer, table [][]string) {
	widths := make([]int, len(table[0]))
	for _, row := range table {
		for i, cell := range row {
			widths[i] = max(widths[i], len([]rune(cell)))
		}
	}
	line := func(row []string) {
		for i, cell := range row {
			fmt.Fprintf(out, "| %-*s ", widths[i], cell)
		}
		fmt.Fprintln(out, "|")
	}
	line(table[0])
	for _, width := range widths {
		fmt.Fprintf(out, "| %s ", strings.Repeat("-", cmp.Or(width, 1)))
	}
	fmt.Fprintln(out, "|")
	for _, row := range table[1:] {
		line(row)
	}
}
