package review

import (
	"maps"
	"math/bits"
	"slices"
	"time"
)

// latencies are how long answers took, to a hundredth: however many there are, they take little memory.
type latencies struct {
	n       int
	max     time.Duration
	buckets map[uint16]int // by bucketOf
}

func (l *latencies) add(d time.Duration) {
	if l.buckets == nil {
		l.buckets = make(map[uint16]int)
	}
	d = max(0, d)
	l.n++
	l.max = max(l.max, d)
	l.buckets[bucketOf(d)]++
}

// precision is the number of bits of a time, in microseconds, that tell buckets apart.
const precision = 8

// bucketOf returns the number of the bucket of a time, which grows with it.
func bucketOf(d time.Duration) uint16 {
	v := uint64(d / time.Microsecond)
	shift := max(0, bits.Len64(v)-precision)
	return uint16(shift<<(precision-1)) + uint16(v>>shift)
}

// least returns the shortest time of a bucket.
func least(bucket uint16) time.Duration {
	if bucket < 1<<precision {
		return time.Duration(bucket) * time.Microsecond
	}
	shift := bucket>>(precision-1) - 1
	return time.Duration(uint64(bucket-shift<<(precision-1))<<shift) * time.Microsecond
}

// percentile returns a time than which so many percent of the answers did not take longer.
func (l *latencies) percentile(percent int) time.Duration {
	rank := (l.n*percent + 99) / 100
	for _, bucket := range slices.Sorted(maps.Keys(l.buckets)) {
		if rank -= l.buckets[bucket]; rank <= 0 {
			return min(least(bucket+1)-time.Microsecond, l.max)
		}
	}
	return l.max
}
