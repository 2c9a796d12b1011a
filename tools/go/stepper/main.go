// Command cannon-stepper drives cannon's own machine, so that a contract can be compared with it step by step.
//
//	cannon-stepper step [-machine] <machines >steps
//
// reads machines (JSON lines, see Machine), lets each take one step, and writes what it took (JSON lines, in
// the same order, see Step): the witness of the state before, the proof, the state after it; or why the
// machine refused. With -machine the machine after the step is written too. It uses all cores.
//
//	cannon-stepper trace [flags] {-elf program | -prestate state.bin.gz} [-- preimage-server arguments...] >steps
//
// runs a program to its end and writes the steps that the flags choose, then one last line (see End) with the
// number of steps and the exit code. Without any such flag it only writes that line.
//
//	-first N -last M   every step from N to M, both included, counted from 0: the step that starts at counter N
//	-at 3,14,15        these steps
//	-every N           steps 0, N, 2N, …
//	-syscalls N        of each syscall the first N times that it is called; -1 for every time
//	-stop N            end the run when the counter is N, as if the program ended there
//	-preimages FILE    a JSON object of preimages by key, both in hex: {"0x02…": "0x…"}
//	-cache             decode 128 MiB of code before the start: for a program of many millions of steps
//
// A preimage is looked for in -preimages, and then asked of the server, which cannon starts in the usual way
// (op-program --server). What the program writes to its stdout and stderr goes to stderr.
package main

import (
	"fmt"
	"os"
)

func main() {
	verbs := map[string]func([]string) error{"step": stepAll, "trace": trace}
	if len(os.Args) < 2 || verbs[os.Args[1]] == nil {
		fmt.Fprintln(os.Stderr, "usage: cannon-stepper {step|trace} [flags]; tools/go/stepper/main.go tells more")
		os.Exit(2)
	}
	if err := verbs[os.Args[1]](os.Args[2:]); err != nil {
		fmt.Fprintln(os.Stderr, "cannon-stepper:", err)
		os.Exit(1)
	}
}
