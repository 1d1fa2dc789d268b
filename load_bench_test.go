//go:build unix

package main

import (
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"testing"
	"time"
)

// BenchmarkManyMethods starts the program with a document of 100,000 methods, which is to take 0.3 s and 80 MB. time is
// how often the time ours takes in which encoding/json checks the document, memory how often its size.
func BenchmarkManyMethods(b *testing.B) {
	own := b.TempDir()
	path := filepath.Join(own, "many.json")
	document := manyMethods(100_000)
	if err := os.WriteFile(path, document, 0o600); err != nil {
		b.Fatal(err)
	}
	bars{"time": 10, "memory": 10}.hold(b, func() map[string]float64 {
		start := time.Now()
		if !json.Valid(document) {
			b.Fatal("the document is no JSON")
		}
		limit := time.Since(start)
		cmd := rpcshIn(own, nil, "--demo", "--schema", path, "my_add", "40", "2")
		var out bytes.Buffer
		cmd.Stdout = &out
		start = time.Now()
		if err := cmd.Run(); err != nil || out.String() != "42\n" {
			b.Fatalf("%s: %v", &out, err)
		}
		took := time.Since(start)
		return map[string]float64{
			"time":   float64(took) / float64(limit),
			"memory": float64(peak(cmd)) / float64(len(document)),
		}
	})
}
