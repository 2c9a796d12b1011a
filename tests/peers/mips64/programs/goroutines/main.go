// Command goroutines shares work out among goroutines, on several threads, and sleeps meanwhile.
package main

import (
	"fmt"
	"os"
	"runtime"
	"sync"
	"sync/atomic"
	"time"
)

func main() {
	numbers, squares := make(chan int), make(chan int, 3)
	var done sync.WaitGroup
	var counted atomic.Int64
	for range 5 {
		done.Add(1)
		go func() {
			defer done.Done()
			for number := range numbers {
				counted.Add(1)
				squares <- number * number
				runtime.Gosched()
			}
		}()
	}
	go func() {
		for number := range 200 {
			if number%50 == 0 {
				time.Sleep(time.Millisecond)
			}
			numbers <- number
		}
		close(numbers)
		done.Wait()
		close(squares)
	}()
	sum := 0
	for square := range squares {
		sum += square
	}
	fmt.Println(sum, counted.Load())
	if sum != 2_646_700 || counted.Load() != 200 {
		os.Exit(1)
	}
}
