"""Steps that cannon ran, drawn: real ones, and what a liar says of them."""

from dataclasses import replace

import pytest
from tests.vectors.cannon_steps.steps import EXIT, LOAD, NUMBER, READ, STORE, hashes, step

from opcycle.monitor.disputed_step import DisputedStep, Moment
from opcycle.monitor.step_drawing import draw_step, named, rows, step_to_json
from opcycle.protocol.mips64 import MachineState, MalformedProofError, Witness
from opcycle.protocol.preimages import BlobElement, Hashed, HashKind, LocalWord, PrecompileResult

CLAIM = (32).to_bytes(8, "big") + b"\x66" * 32


def decode(number, **read):
    return DisputedStep.decode(number, step(number), step(number + 1), **read)


def row(step, name):
    (found,) = [row for row in rows(step) if row.name == name]
    return found.before, found.after, found.claimed


def names(step):
    return [row.name for row in rows(step)]


def lying(step, **registers):
    """Claimed: the state that follows, but with other registers."""
    thread = step.after.thread
    for name, value in registers.items():
        thread = thread.with_register(name, value)
    others = Witness.decode(proof_after(step)).other_threads
    state = replace(step.after.state, right_threads=thread.on(others))
    return step.claiming(Moment(state, thread))


def proof_after(disputed):
    return step(disputed.instant + 1)[1]


def test_a_load_that_is_lied_about():
    assert list(draw_step(lying(decode(LOAD), a0=0), symbol="runtime.exit")) == [
        "step 501,291 of the machine, thread 0 in runtime.exit",
        "0xbfbc8  8fa40008  lw $a0, 8($sp)",
        "                  before          after           claimed",
        "a0                0x1             0x1             0x0             <-",
        "sp                0x5b348ee8ee98  0x5b348ee8ee98  0x5b348ee8ee98",
        "pc                0xbfbc8         0xbfbcc         0xbfbcc",
        "[0x5b348ee8eea0]  0x100000001     0x100000001     0x100000001",
        "state             0x0313913b…     0x03c2b968…     0x03179e85…     <-",
    ]


def test_a_step_that_only_a_hash_is_claimed_of():
    drawn = list(draw_step(decode(NUMBER).claiming(b"\x03" + b"\x77" * 31)))
    assert drawn[0] == "step 501,292 of the machine, thread 0"
    assert [line.split() for line in drawn[3:]] == [
        ["v0", "0x0", "0x1455", "-"],
        ["pc", "0xbfbcc", "0xbfbd0", "-"],
        ["state", "0x03c2b968…", "0x03506e1d…", "0x03777777…", "<-"],
    ]


def test_a_step_that_nothing_is_claimed_of_has_no_column_for_it():
    drawn = list(draw_step(decode(NUMBER)))
    assert drawn[2].split() == ["before", "after"]
    assert drawn[-1].split() == ["state", "0x03c2b968…", "0x03506e1d…"]


def test_states_are_hashed_as_cannon_does():
    assert row(decode(NUMBER), "state") == (*hashes(NUMBER), None)


def test_a_store_shows_the_word_before_and_after():
    store = decode(STORE)
    assert row(store, f"[{store.address & ~7:#x}]") == (1, 0x100000001, None)
    assert "memory root" in names(store)
    assert "memory root" not in names(decode(LOAD))


def test_a_word_whose_new_value_is_not_what_the_memory_root_says_is_not_shown():
    state, proof = step(STORE + 1)
    other = replace(MachineState.decode(state), memory_root=bytes(32)).encode()
    store = DisputedStep.decode(STORE, step(STORE), (other, proof))
    assert (store.before.word, store.after.word) == (1, None)


def test_a_read_of_a_preimage_shows_what_of_it_comes_into_memory():
    read = decode(READ, read=LocalWord(3, 8), preimage=CLAIM)
    assert row(read, f"[{read.address:#x}]") == (0, 0x6666666666666666, None)
    assert row(read, "v0") == (0x1388, 8, None)
    assert row(read, "preimage offset") == (8, 16, None)
    lines = list(draw_step(read))
    assert lines[2:4] == [
        "read(0x5, 0x5b348ee9c000, 0x20)",
        "reads the disputed output root, from byte 8 of its length and data on",
    ]


def test_of_a_preimage_that_is_not_known_memory_says_nothing():
    assert decode(READ, read=LocalWord(3, 8)).after.word is None
    assert decode(READ, read=LocalWord(3, 8), preimage=b"\0" * 40).after.word is None


def test_after_the_exit_no_thread_runs():
    assert row(decode(EXIT), "a0") == (1, None, None)
    assert row(decode(EXIT), "exit code") == (0, 1, None)
    assert row(decode(EXIT), "exited") == (False, True, None)
    drawn = list(draw_step(decode(EXIT)))
    assert "exit_group(0x1)" in drawn
    assert ["exited", "0x0", "0x1"] in [line.split() for line in drawn]


def test_registers_of_a_thread_that_was_switched_to_are_not_compared():
    load = decode(LOAD)
    other = replace(load.after.thread, id=4)
    switched = replace(load, after=Moment(load.after.state, other, load.after.word))
    assert row(switched, "a0") == (1, None, None)


@pytest.mark.parametrize(
    ("read", "words"),
    [
        (LocalWord(1, 0), "the L1 head"),
        (LocalWord(9, 0), "local word 9"),
        (Hashed(HashKind.SHA256, b"abc", 0), "the 3 bytes with the sha256 key 0x047816bf…"),
        (
            BlobElement(b"\x01" * 32, bytes(32), bytes(48), bytes(48), 0),
            "the element of a blob at 0x01010101…",
        ),
        (
            PrecompileResult(bytes(19) + b"\x08", 99, b"1234", 0),
            "what the precompiled contract 0x0000000000000000000000000000000000000008 answers to 4 bytes",
        ),
    ],
)
def test_what_is_read_has_a_name(read, words):
    assert named(read) == words


def test_json_has_whole_values():
    told = step_to_json(lying(decode(READ, read=LocalWord(3, 8), preimage=CLAIM), a3=7), symbol="f")
    assert (told["step"], told["symbol"], told["text"]) == (READ, "f", "syscall")
    assert told["preimage"] == {
        "key": "0x01" + "00" * 30 + "03",
        "offset": 8,
        "what": "the disputed output root",
    }
    assert {"name": "a3", "before": "0x0", "after": "0x0", "claimed": "0x7", "disputed": True} in told[
        "values"
    ]
    assert told["values"][-1]["before"] == "0x" + hashes(READ)[0].hex()


def test_a_proof_of_another_step_is_not_drawn():
    with pytest.raises(MalformedProofError, match="of another state"):
        DisputedStep.decode(LOAD, (step(LOAD)[0], step(NUMBER)[1]), step(LOAD + 1))


def test_a_word_that_is_not_in_memory_is_not_shown():
    state, proof = step(LOAD)
    at = 298 + 32 + 60 * 32  # the leaf of the word that is loaded
    other = proof[:at] + bytes([proof[at] ^ 1]) + proof[at + 1 :]
    load = DisputedStep.decode(LOAD, (state, other), step(LOAD + 1))
    assert (load.before.word, load.after.word) == (None, None)


def test_a_cut_proof_is_not_drawn():
    state, proof = step(LOAD)
    with pytest.raises(MalformedProofError):
        DisputedStep.decode(LOAD, (state, proof[:-1]), step(LOAD + 1))
