// Command allocation fills and drops memory until it has been collected a few times.
package main

import (
	"fmt"
	"os"
	"runtime"
	"sort"
	"strings"
)

func main() {
	words := map[string][]byte{}
	for round := range 3 {
		for number := range 400 {
			name := fmt.Sprintf("%d/%d", round, number)
			words[name] = []byte(strings.Repeat(name, 8))
		}
		for number := range 300 {
			delete(words, fmt.Sprintf("%d/%d", round, number))
		}
		runtime.GC()
	}
	names := make([]string, 0, len(words))
	length := 0
	for name, text := range words {
		names = append(names, name)
		length += len(text)
	}
	sort.Strings(names)
	fmt.Println(len(names), names[0], names[len(names)-1], length)
	if len(names) != 300 || names[0] != "0/300" || names[299] != "2/399" || length != 12_000 {
		os.Exit(1)
	}
}
