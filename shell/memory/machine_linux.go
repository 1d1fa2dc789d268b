package memory

import (
	"os"
	"strconv"
	"strings"
	"syscall"
)

// machine returns the bytes of memory, those of a control group where that has fewer; 0: not known.
func machine() int64 {
	var info syscall.Sysinfo_t
	if syscall.Sysinfo(&info) != nil {
		return 0
	}
	all := int64(uint64(info.Totalram) * uint64(info.Unit))
	text, _ := os.ReadFile("/sys/fs/cgroup/memory.max") // "max", or not there: it has none of its own
	group, err := strconv.ParseInt(strings.TrimSpace(string(text)), 10, 64)
	if err == nil && group > 0 && (group < all || all == 0) {
		return group
	}
	return all
}
