package mcp

import (
	"encoding/json"
	"testing"
)

func TestFailed(t *testing.T) {
	const silent = "the tool has failed, and does not say why"
	for result, want := range map[string]string{
		`{"content":[{"text":"disk full\n"},{"type":"image"},{"text":"b"}],"isError":true}`: "disk full; b",
		`{"isError":true}`:                           silent,
		`{"isError":true,"content":"no"}`:            silent,
		`{"content":[{"text":"x"}],"isError":false}`: "",
		`{"content":[{"text":"x"}]}`:                 "",
		`{"isError":"true"}`:                         "",
		`"isError"`:                                  "",
		`null`:                                       "",
	} {
		if got, ok := failed("tools/call", json.RawMessage(result)); got != want || ok != (want != "") {
			t.Errorf("%s: %q, %v", result, got, ok)
		}
	}
	if got, ok := failed("prompts/get", json.RawMessage(`{"isError":true}`)); ok {
		t.Errorf("another method: %q", got)
	}
}
