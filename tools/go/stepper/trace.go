package main

import (
	"bufio"
	"debug/elf"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"os"
	"strconv"
	"strings"

	"github.com/ethereum-optimism/optimism/cannon/cmd"
	"github.com/ethereum-optimism/optimism/cannon/mipsevm"
	"github.com/ethereum-optimism/optimism/cannon/mipsevm/exec"
	"github.com/ethereum-optimism/optimism/cannon/mipsevm/multithreaded"
	"github.com/ethereum-optimism/optimism/cannon/mipsevm/program"
	"github.com/ethereum-optimism/optimism/cannon/mipsevm/versions"
	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/log"
)

// End is the last line of a trace.
type End struct {
	Steps    uint64            `json:"steps"` // the counter at the end
	Exited   bool              `json:"exited"`
	ExitCode uint8             `json:"exitCode"`
	Hash     common.Hash       `json:"hash"`              // of the last state
	Syscalls map[uint64]uint64 `json:"syscalls"`          // how often each was called, if -syscalls is given
	Refused  string            `json:"refused,omitempty"` // why the program could not go on, in cannon's words
}

// choice says which steps a trace writes.
type choice struct {
	first, last, every uint64
	at                 map[uint64]bool
	syscalls           int64
	called             map[uint64]uint64
}

// wants also counts syscalls. The second value is the syscall's number.
func (c *choice) wants(state *multithreaded.State) (bool, uint64) {
	step := state.Step
	wanted := step >= c.first && step <= c.last || len(c.at) > 0 && c.at[step] || c.every > 0 && step%c.every == 0
	if c.syscalls == 0 && !wanted {
		return false, 0
	}
	number := syscallOf(state)
	if number > 0 {
		c.called[number]++
		wanted = wanted || c.syscalls < 0 || c.called[number] <= uint64(c.syscalls)
	}
	return wanted, number
}

// syscallOf is the number of the syscall that the next step makes, if it makes one.
func syscallOf(state *multithreaded.State) uint64 {
	thread := state.GetCurrentThread()
	if thread.Exited || thread.Cpu.PC%4 != 0 || state.StepsSinceLastContextSwitch >= exec.SchedQuantum {
		return 0
	}
	if _, opcode, function := exec.GetInstructionDetails(thread.Cpu.PC, state.Memory); opcode != 0 || function != 0x0c {
		return 0
	}
	return thread.Registers[2]
}

// trace is the verb trace.
func trace(arguments []string) error {
	flags := flag.NewFlagSet("trace", flag.ExitOnError)
	elfPath := flags.String("elf", "", "a program for GOOS=linux GOARCH=mips64 GOMIPS64=softfloat")
	prestatePath := flags.String("prestate", "", "a state that cannon wrote")
	first := flags.Uint64("first", 1, "")
	last := flags.Uint64("last", 0, "")
	at := flags.String("at", "", "")
	every := flags.Uint64("every", 0, "")
	syscalls := flags.Int64("syscalls", 0, "")
	stop := flags.Uint64("stop", ^uint64(0), "")
	preimagesPath := flags.String("preimages", "", "")
	cache := flags.Bool("cache", false, "")
	_ = flags.Parse(arguments)

	chosen := choice{first: *first, last: *last, every: *every, syscalls: *syscalls}
	chosen.at, chosen.called = map[uint64]bool{}, map[uint64]uint64{}
	for _, text := range strings.FieldsFunc(*at, func(r rune) bool { return r == ',' }) {
		step, err := strconv.ParseUint(text, 10, 64)
		if err != nil {
			return err
		}
		chosen.at[step] = true
	}
	state, err := load(*elfPath, *prestatePath, *cache)
	if err != nil {
		return err
	}
	oracle, closeOracle, err := openOracle(*preimagesPath, flags.Args())
	if err != nil {
		return err
	}
	vm := multithreaded.NewInstrumentedState(
		state, oracle, os.Stderr, os.Stderr, quiet, nil, mipsevm.FeatureToggles{})
	return errors.Join(run(vm, state, &chosen, *stop), closeOracle())
}

func load(elfPath, prestatePath string, cache bool) (*multithreaded.State, error) {
	if (elfPath == "") == (prestatePath == "") {
		return nil, errors.New("give one of -elf and -prestate")
	}
	if prestatePath != "" && cache {
		loaded, err := versions.LoadStateFromFileWithLargeICache(prestatePath)
		if err != nil {
			return nil, err
		}
		return loaded.FPVMState.(*multithreaded.State), nil
	}
	if prestatePath != "" {
		loaded, err := versions.LoadStateFromFile(prestatePath)
		if err != nil {
			return nil, err
		}
		return loaded.FPVMState.(*multithreaded.State), nil
	}
	file, err := elf.Open(elfPath)
	if err != nil {
		return nil, err
	}
	defer file.Close()
	state, err := program.LoadELF(file, multithreaded.CreateInitialState)
	if err != nil {
		return nil, err
	}
	return state, program.PatchStack(state)
}

func openOracle(preimagesPath string, server []string) (mipsevm.PreimageOracle, func() error, error) {
	oracle := shelf{}
	if preimagesPath != "" {
		text, err := os.ReadFile(preimagesPath)
		if err != nil {
			return nil, nil, err
		}
		if err := json.Unmarshal(text, &oracle.preimages); err != nil {
			return nil, nil, err
		}
	}
	if len(server) == 0 {
		return oracle, func() error { return nil }, nil
	}
	logger := log.NewLogger(log.NewTerminalHandlerWithLevel(os.Stderr, log.LevelInfo, false))
	process, err := cmd.NewProcessPreimageOracle(logger, server[0], server[1:], logger, logger)
	if err != nil {
		return nil, nil, err
	}
	oracle.next = process
	return oracle, process.Close, process.Start()
}

func run(vm mipsevm.FPVM, state *multithreaded.State, chosen *choice, stop uint64) error {
	out := bufio.NewWriterSize(os.Stdout, 1<<20)
	lines := json.NewEncoder(out)
	refused := ""
	for !state.Exited && state.Step < stop && refused == "" {
		wanted, number := chosen.wants(state)
		if !wanted {
			refused = walk(vm)
			continue
		}
		step := take(vm)
		step.Syscall = number
		refused = step.Refused
		if err := lines.Encode(step); err != nil {
			return err
		}
	}
	_, hash := state.EncodeWitness()
	end := End{state.Step, state.Exited, state.ExitCode, hash, chosen.called, refused}
	if err := lines.Encode(end); err != nil {
		return err
	}
	return out.Flush()
}

// walk takes one step without a proof, and tells why it could not.
func walk(vm mipsevm.FPVM) (refused string) {
	defer func() {
		if problem := recover(); problem != nil {
			refused = fmt.Sprint(problem)
		}
	}()
	if _, err := vm.Step(false); err != nil {
		return err.Error()
	}
	return ""
}
