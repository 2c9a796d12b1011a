// Command preimages asks an oracle, in the ways that a client may, and hashes what it is told.
//
// Local word 1 is the SHA-256 hash of the concatenation of the preimages that local words 2 to 4 name by key.
package main

import (
	"bytes"
	"crypto/sha256"
	"encoding/binary"
	"fmt"
	"io"
	"os"
)

var (
	hintAnswers = os.NewFile(3, "hint answers")
	hints       = os.NewFile(4, "hints")
	answers     = os.NewFile(5, "answers")
	questions   = os.NewFile(6, "questions")
)

func main() {
	hash := sha256.New()
	for ident := byte(2); ident <= 4; ident++ {
		key := read(local(ident), 8)
		hint("preimage", key)
		hash.Write(read(key, 1+int(ident)*5))
	}
	if wanted := read(local(1), 3); !bytes.Equal(hash.Sum(nil), wanted) {
		fmt.Printf("%x, not %x\n", hash.Sum(nil), wanted)
		os.Exit(1)
	}
}

func local(ident byte) []byte { return append(append([]byte{1}, make([]byte, 30)...), ident) }

// read asks for a preimage and reads it piece by piece, so that pieces begin and end anywhere in a word.
func read(key []byte, piece int) []byte {
	must(questions.Write(key))
	var length [8]byte
	must(io.ReadFull(answers, length[:]))
	data := make([]byte, binary.BigEndian.Uint64(length[:]))
	for rest := data; len(rest) > 0; {
		n := must(answers.Read(rest[:min(piece, len(rest))]))
		rest = rest[n:]
	}
	return data
}

func hint(what string, key []byte) {
	text := fmt.Sprintf("%s %x", what, key)
	must(hints.Write(append(binary.BigEndian.AppendUint32(nil, uint32(len(text))), text...)))
	must(hintAnswers.Read(make([]byte, 1)))
}

func must(n int, err error) int {
	if err != nil {
		panic(err)
	}
	return n
}
