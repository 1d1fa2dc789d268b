package bsonrpc

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"

	"go.mongodb.org/mongo-driver/v2/bson"
)

// What a text becomes is what the driver makes of it.
func TestParseDecimal(t *testing.T) {
	nines := strings.Repeat("9", decimalDigits)
	texts := []string{
		"0", "-0", "+0", "00", "1.", ".5", "-.5", "+5", "1e3", "1E+3", "1E-3", "0E+9000", "0E-9000", "-0.00E-9000",
		nines, nines + "0", nines + "9", "0" + nines, "0." + nines, nines + "E6111", nines + "E6112", "1" + nines,
		"1E6111", "1E6112", "1E6144", "1E6145", "10E6144", "1.0E6145", "1E-6176", "1E-6177", "10E-6177", "1.0E-6176",
		"NaN", "-nan", "inf", "-Infinity", "+INF", "1E99999999999", "0E99999999999", "0E-99999999999", "1E-99999999999",
		"", ".", "-", "+", "e5", "1e", "1e+", "1e1.5", "1.2.3",
		"--1", "+-1", "-+1", "1 ", " 1", "1_0", "0x1", "infi", "١",
		"1e99999999999999999999", "1e-99999999999999999999",
	}
	random := rand.New(rand.NewPCG(1, 2))
	pick := func(most int) string {
		return strings.Repeat("0", random.IntN(5)) + strings.Repeat(fmt.Sprint(random.IntN(1000)), random.IntN(most)) +
			strings.Repeat("0", random.IntN(8))
	}
	for range 20_000 {
		sign := []string{"", "-"}[random.IntN(2)]
		fraction := []string{"", ".", "." + pick(6)}[random.IntN(3)]
		exponent := []string{"", fmt.Sprint("E", random.IntN(13_000)-6500), fmt.Sprintf("e%+d", random.IntN(60)-30)}
		texts = append(texts, sign+pick(12)+fraction+exponent[random.IntN(3)])
	}
	refused := 0
	for _, text := range texts {
		want, wantErr := bson.ParseDecimal128(text)
		high, low, err := parseDecimal(text)
		if (err == nil) != (wantErr == nil) || err == nil && bson.NewDecimal128(high, low) != want {
			t.Errorf("%q is %s (%v), want %s (%v)", text, bson.NewDecimal128(high, low), err, want, wantErr)
		}
		if err != nil {
			refused++
		}
	}
	if few := len(texts) / 20; refused < few || refused > len(texts)-few {
		t.Errorf("%d of %d were refused: hardly any of one kind", refused, len(texts))
	}
}
