// A guest of the machine that asks for one local word, the claimed output root, and finds it wrong.
// Some of its steps are in steps.json, as cannon's `run --proof-at` tells them.
package main

import (
	"encoding/binary"
	"io"
	"os"
)

func main() {
	requests, answers := os.NewFile(6, "preimage requests"), os.NewFile(5, "preimage answers")
	key := [32]byte{0: 1, 31: 3}
	if _, err := requests.Write(key[:]); err != nil {
		os.Exit(2)
	}
	var claim [32]byte
	var length uint64
	if err := binary.Read(answers, binary.BigEndian, &length); err != nil || length != 32 {
		os.Exit(3)
	}
	if _, err := io.ReadFull(answers, claim[:]); err != nil {
		os.Exit(4)
	}
	if claim != [32]byte{0: 0x99} {
		os.Exit(1)
	}
}
