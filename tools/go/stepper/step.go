package main

import (
	"bufio"
	"bytes"
	"encoding/json"
	"flag"
	"fmt"
	"io"
	"os"
	"runtime"

	"github.com/ethereum-optimism/optimism/cannon/mipsevm"
	"github.com/ethereum-optimism/optimism/cannon/mipsevm/exec"
	"github.com/ethereum-optimism/optimism/cannon/mipsevm/multithreaded"
	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/common/hexutil"
	"github.com/ethereum/go-ethereum/log"
)

// Step is one step that a machine took, or refused to take.
type Step struct {
	Step    uint64        `json:"step"`              // the counter before the step
	State   hexutil.Bytes `json:"state"`             // the witness before the step, 188 bytes
	Proof   hexutil.Bytes `json:"proof"`             // thread, root of the stack below it, proofs of memory
	Syscall uint64        `json:"syscall,omitempty"` // its number, if the step is a syscall (only in a trace)
	Read    *Read         `json:"read,omitempty"`    // what the step reads of a preimage
	After   hexutil.Bytes `json:"after,omitempty"`   // the witness after the step, 188 bytes
	Hash    *common.Hash  `json:"hash,omitempty"`    // the state hash of After: its first byte is the status
	Machine *Machine      `json:"machine,omitempty"` // the machine after the step, if asked for
	Refused string        `json:"refused,omitempty"` // why there is no After, in cannon's words
}

// Read is the part of a preimage that a step reads.
type Read struct {
	Key    common.Hash   `json:"key"`    // as the program wrote it: a local key is not yet localized
	Offset uint64        `json:"offset"` // in Value
	Value  hexutil.Bytes `json:"value"`  // the preimage's length in 8 bytes, and the preimage
}

// shelf is an oracle that has some preimages, ignores hints, and may know whom to ask next.
type shelf struct {
	preimages map[common.Hash]hexutil.Bytes
	next      mipsevm.PreimageOracle
}

func (s shelf) Hint(hint []byte) {
	if s.next != nil {
		s.next.Hint(hint)
	}
}

func (s shelf) GetPreimage(key [32]byte) []byte {
	preimage, ok := s.preimages[key]
	if !ok && s.next != nil {
		return s.next.GetPreimage(key)
	}
	if !ok {
		panic(fmt.Sprintf("no preimage of %x", key))
	}
	return preimage
}

var quiet = log.NewLogger(log.DiscardHandler())

// take lets a machine take one step, and proves it.
func take(vm mipsevm.FPVM) (step Step) {
	state := vm.GetState().(*multithreaded.State)
	step.Step = state.Step
	defer func() {
		if problem := recover(); problem != nil {
			step.Refused = fmt.Sprint(problem)
		}
	}()
	step.State, _ = state.EncodeWitness()
	step.Proof = proofOfIntent(state)
	witness, err := vm.Step(true)
	if err != nil {
		step.Refused = err.Error()
		return step
	}
	step.Proof = witness.ProofData
	if _, _, offset := vm.LastPreimage(); offset != ^uint64(0) {
		step.Read = &Read{witness.PreimageKey, witness.PreimageOffset, witness.PreimageValue}
	}
	after, hash := state.EncodeWitness()
	step.After, step.Hash = after, &hash
	return step
}

// proofOfIntent proves what a step would touch, for a step that the machine may refuse: a contract must refuse
// it for what it is, not for want of a proof. It panics if no thread is active, as cannon does.
func proofOfIntent(state *multithreaded.State) []byte {
	registers := state.GetRegistersRef()
	pc := state.GetPC() &^ 3
	instruction, opcode, function := exec.GetInstructionDetails(pc, state.Memory)
	target := registers[(instruction>>21)&31] + exec.SignExtendImmediate(instruction)
	if opcode == 0 && function == 0x0c {
		target = registers[5] // read(fd, address, count) is the only syscall that can fail after its memory is proven
	}
	proof := state.EncodeThreadProof()
	for _, address := range []uint64{pc, target} {
		words := state.Memory.MerkleProof(address)
		proof = append(proof, words[:]...)
	}
	return proof
}

// stepAll is the verb step.
func stepAll(arguments []string) error {
	flags := flag.NewFlagSet("step", flag.ExitOnError)
	withMachine := flags.Bool("machine", false, "write the machine after the step")
	_ = flags.Parse(arguments)

	type line struct {
		text []byte
		done chan []byte
	}
	work, order := make(chan line), make(chan line, 1000)
	for range runtime.NumCPU() {
		go func() {
			for item := range work {
				item.done <- stepLine(item.text, *withMachine)
			}
		}()
	}
	var unread error
	go func() {
		defer close(order)
		defer close(work)
		in := bufio.NewReaderSize(os.Stdin, 1<<20)
		for {
			text, err := in.ReadBytes('\n')
			if len(bytes.TrimSpace(text)) > 0 {
				item := line{text, make(chan []byte, 1)}
				order <- item
				work <- item
			}
			if err != nil {
				if err != io.EOF {
					unread = err
				}
				return
			}
		}
	}()
	out := bufio.NewWriterSize(os.Stdout, 1<<20)
	for item := range order {
		if _, err := out.Write(append(<-item.done, '\n')); err != nil {
			return err
		}
	}
	if unread != nil {
		return unread
	}
	return out.Flush()
}

// stepLine steps one machine. A line that describes none ends the program: nothing can be compared with it.
func stepLine(text []byte, withMachine bool) []byte {
	var machine Machine
	decoder := json.NewDecoder(bytes.NewReader(text))
	decoder.DisallowUnknownFields()
	err := decoder.Decode(&machine)
	if err != nil {
		fatal(err, text)
	}
	state, err := machine.state()
	if err != nil {
		fatal(err, text)
	}
	oracle := shelf{preimages: machine.Preimages}
	vm := multithreaded.NewInstrumentedState(
		state, oracle, io.Discard, io.Discard, quiet, nil, mipsevm.FeatureToggles{})
	step := take(vm)
	if withMachine && step.Refused == "" {
		if step.Machine, err = machineOf(state); err != nil {
			fatal(err, text)
		}
	}
	written, err := json.Marshal(step)
	if err != nil {
		fatal(err, text)
	}
	return written
}

func fatal(err error, text []byte) {
	fmt.Fprintf(os.Stderr, "cannon-stepper: %v: %s\n", err, bytes.TrimSpace(text))
	os.Exit(1)
}
