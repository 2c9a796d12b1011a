package main

import (
	"encoding/binary"
	"fmt"
	"strconv"

	"github.com/ethereum-optimism/optimism/cannon/mipsevm/memory"
	"github.com/ethereum-optimism/optimism/cannon/mipsevm/multithreaded"
	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/common/hexutil"
)

// Word is a 64-bit number, in hex as text: JSON's own numbers are not exact beyond 2^53.
type Word uint64

func (w Word) MarshalText() ([]byte, error) {
	return []byte("0x" + strconv.FormatUint(uint64(w), 16)), nil
}

func (w *Word) UnmarshalText(text []byte) error {
	number, err := strconv.ParseUint(string(text), 0, 64)
	*w = Word(number)
	return err
}

// Machine is all of a machine's state. A field that is not there is zero or empty.
type Machine struct {
	Memory                      map[Word]Word                 `json:"memory,omitempty"` // by address, a multiple of 8
	PreimageKey                 common.Hash                   `json:"preimageKey,omitzero"`
	PreimageOffset              Word                          `json:"preimageOffset,omitempty"`
	Heap                        Word                          `json:"heap,omitempty"`
	LLReservationStatus         uint8                         `json:"llReservationStatus,omitempty"`
	LLAddress                   Word                          `json:"llAddress,omitempty"`
	LLOwnerThread               Word                          `json:"llOwnerThread,omitempty"`
	ExitCode                    uint8                         `json:"exitCode,omitempty"`
	Exited                      bool                          `json:"exited,omitempty"`
	Step                        Word                          `json:"step,omitempty"`
	StepsSinceLastContextSwitch Word                          `json:"stepsSinceLastContextSwitch,omitempty"`
	TraverseRight               bool                          `json:"traverseRight,omitempty"`
	LeftThreadStack             []Thread                      `json:"leftThreadStack,omitempty"` // the last is on top
	RightThreadStack            []Thread                      `json:"rightThreadStack,omitempty"`
	NextThreadID                Word                          `json:"nextThreadID,omitempty"`
	Preimages                   map[common.Hash]hexutil.Bytes `json:"preimages,omitempty"` // what the oracle knows, by key
}

// Thread is one thread of a Machine.
type Thread struct {
	ThreadID  Word         `json:"threadID,omitempty"`
	ExitCode  uint8        `json:"exitCode,omitempty"`
	Exited    bool         `json:"exited,omitempty"`
	PC        Word         `json:"pc,omitempty"`
	NextPC    Word         `json:"nextPC,omitempty"`
	LO        Word         `json:"lo,omitempty"`
	HI        Word         `json:"hi,omitempty"`
	Registers map[int]Word `json:"registers,omitempty"`
}

// state is the machine as cannon has it.
func (m *Machine) state() (*multithreaded.State, error) {
	state := multithreaded.CreateEmptyState()
	for address, word := range m.Memory {
		if address%8 != 0 {
			return nil, fmt.Errorf("no word of memory begins at 0x%x", uint64(address))
		}
		state.Memory.SetWord(uint64(address), uint64(word))
	}
	state.PreimageKey = m.PreimageKey
	state.PreimageOffset = uint64(m.PreimageOffset)
	state.Heap = uint64(m.Heap)
	state.LLReservationStatus = multithreaded.LLReservationStatus(m.LLReservationStatus)
	state.LLAddress = uint64(m.LLAddress)
	state.LLOwnerThread = uint64(m.LLOwnerThread)
	state.ExitCode = m.ExitCode
	state.Exited = m.Exited
	state.Step = uint64(m.Step)
	state.StepsSinceLastContextSwitch = uint64(m.StepsSinceLastContextSwitch)
	state.TraverseRight = m.TraverseRight
	state.NextThreadId = uint64(m.NextThreadID)
	var err error
	if state.LeftThreadStack, err = cannonThreads(m.LeftThreadStack); err != nil {
		return nil, err
	}
	state.RightThreadStack, err = cannonThreads(m.RightThreadStack)
	return state, err
}

func cannonThreads(threads []Thread) ([]*multithreaded.ThreadState, error) {
	stack := make([]*multithreaded.ThreadState, len(threads))
	for i, thread := range threads {
		made := multithreaded.CreateEmptyThread()
		made.ThreadId = uint64(thread.ThreadID)
		made.ExitCode = thread.ExitCode
		made.Exited = thread.Exited
		made.Cpu.PC = uint64(thread.PC)
		made.Cpu.NextPC = uint64(thread.NextPC)
		made.Cpu.LO = uint64(thread.LO)
		made.Cpu.HI = uint64(thread.HI)
		for register, value := range thread.Registers {
			if register < 0 || register > 31 {
				return nil, fmt.Errorf("there is no register %d", register)
			}
			made.Registers[register] = uint64(value)
		}
		stack[i] = made
	}
	return stack, nil
}

// machineOf is the reverse of Machine.state, without preimages, which are no part of the state.
func machineOf(state *multithreaded.State) (*Machine, error) {
	machine := &Machine{
		Memory:                      map[Word]Word{},
		PreimageKey:                 state.PreimageKey,
		PreimageOffset:              Word(state.PreimageOffset),
		Heap:                        Word(state.Heap),
		LLReservationStatus:         uint8(state.LLReservationStatus),
		LLAddress:                   Word(state.LLAddress),
		LLOwnerThread:               Word(state.LLOwnerThread),
		ExitCode:                    state.ExitCode,
		Exited:                      state.Exited,
		Step:                        Word(state.Step),
		StepsSinceLastContextSwitch: Word(state.StepsSinceLastContextSwitch),
		TraverseRight:               state.TraverseRight,
		LeftThreadStack:             threadsOf(state.LeftThreadStack),
		RightThreadStack:            threadsOf(state.RightThreadStack),
		NextThreadID:                Word(state.NextThreadId),
	}
	err := state.Memory.ForEachPage(func(index uint64, page memory.Page) error {
		for offset := 0; offset < memory.PageSize; offset += 8 {
			if word := binary.BigEndian.Uint64(page[offset:]); word != 0 {
				machine.Memory[Word(index<<memory.PageAddrSize+uint64(offset))] = Word(word)
			}
		}
		return nil
	})
	return machine, err
}

func threadsOf(stack []*multithreaded.ThreadState) []Thread {
	threads := make([]Thread, len(stack))
	for i, thread := range stack {
		threads[i] = Thread{
			ThreadID:  Word(thread.ThreadId),
			ExitCode:  thread.ExitCode,
			Exited:    thread.Exited,
			PC:        Word(thread.Cpu.PC),
			NextPC:    Word(thread.Cpu.NextPC),
			LO:        Word(thread.Cpu.LO),
			HI:        Word(thread.Cpu.HI),
			Registers: map[int]Word{},
		}
		for register, value := range thread.Registers {
			if value != 0 {
				threads[i].Registers[register] = Word(value)
			}
		}
	}
	return threads
}
