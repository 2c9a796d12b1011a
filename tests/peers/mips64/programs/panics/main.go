// Command panics divides by zero in a goroutine, which Go notices before the machine would.
package main

import "os"

func main() {
	never := make(chan int)
	go func() { never <- 1 / (len(os.Args) - 1) }()
	<-never
}
