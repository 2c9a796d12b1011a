// A guest for cannon: reads what its one local preimage tells it to, counts for a while, and ends as told.
//
//	orders = ending u8 ++ rounds u32 ++ keys of 32 bytes, in that order
//
// Ending 2 is a panic, whose exit status is 2; every other one is the exit status.
package main

import (
	"encoding/binary"
	"io"
	"os"
)

var values, keys = os.NewFile(5, "values"), os.NewFile(6, "keys")

func read(key []byte) []byte {
	if _, err := keys.Write(key); err != nil {
		panic(err)
	}
	var length [8]byte
	if _, err := io.ReadFull(values, length[:]); err != nil {
		panic(err)
	}
	data := make([]byte, binary.BigEndian.Uint64(length[:]))
	if _, err := io.ReadFull(values, data); err != nil {
		panic(err)
	}
	return data
}

func main() {
	orders := read(append(append([]byte{1}, make([]byte, 30)...), 1))
	sum := byte(0)
	for at := 5; at < len(orders); at += 32 {
		for _, b := range read(orders[at : at+32]) {
			sum ^= b
		}
	}
	table := make([]uint32, 1<<16)
	for i := uint32(0); i < binary.BigEndian.Uint32(orders[1:5]); i++ {
		table[i%uint32(len(table))] += i ^ uint32(sum)
	}
	os.Stdout.Write([]byte{'0' + sum%10, '\n'})
	if orders[0] == 2 {
		panic("as told")
	}
	os.Exit(int(orders[0]))
}
