// Command exits ends with the code that local word 1 says, while other goroutines are still at work.
package main

import "os"

func main() {
	for range 3 {
		go func() {
			for {
			}
		}()
	}
	key := [32]byte{0: 1, 31: 1}
	if _, err := os.NewFile(6, "questions").Write(key[:]); err != nil {
		panic(err)
	}
	answers, word := os.NewFile(5, "answers"), make([]byte, 9)
	for got := 0; got < len(word); {
		n, err := answers.Read(word[got:])
		if err != nil {
			panic(err)
		}
		got += n
	}
	os.Exit(int(word[8]))
}
