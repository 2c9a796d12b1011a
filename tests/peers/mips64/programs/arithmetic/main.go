// Command arithmetic computes what can be told in advance, with words of all sizes, carries, shifts, division,
// floating point without a unit for it, and big numbers.
package main

import (
	"fmt"
	"hash/crc32"
	"math"
	"math/big"
	"math/bits"
	"os"
)

func main() {
	check("factorial", factorial(25).String(), "15511210043330985984000000")
	check("fibonacci", fmt.Sprint(fibonacci(90)), "2880067194370816120")
	check("square root", fmt.Sprintf("%.9f", math.Sqrt(2)), "1.414213562")
	check("checksum", fmt.Sprintf("%08x", crc32.ChecksumIEEE([]byte("a long way down"))), "c796b68e")
	check("division", fmt.Sprint(divisions(-7, 2)), "[-3 -1 9223372036854775804 1]")
	check("widths", fmt.Sprint(widths(0xfedc_ba98_7654_3210)), "[16 -878082203 -17768 -2 60]")
	check("product", fmt.Sprint(product(math.MaxUint64, 3)), "[2 18446744073709551613]")
}

func check(what, got, wanted string) {
	if got != wanted {
		fmt.Printf("%s: %s, not %s\n", what, got, wanted)
		os.Exit(1)
	}
}

func factorial(n int64) *big.Int { return new(big.Int).MulRange(1, n) }

func fibonacci(n int) (a uint64) {
	for b := uint64(1); n > 0; n-- {
		a, b = b, a+b
	}
	return a
}

//go:noinline
func divisions(a, b int64) []any {
	return []any{a / b, a % b, uint64(a) / uint64(b), uint64(a) % uint64(b)}
}

//go:noinline
func widths(x uint64) []any {
	return []any{uint8(x), int32(x >> 20), int16(x >> 32), int8(x >> 56), bits.LeadingZeros64(x >> 60)}
}

//go:noinline
func product(a, b uint64) []uint64 {
	high, low := bits.Mul64(a, b)
	return []uint64{high, low}
}
