"""The command line of op-program, as its own flags are (`op-program --help`)."""

from pathlib import Path

from opcycle.engine.op_program import ClaimedOutput, Sources, op_program_command

CLAIMED = ClaimedOutput(
    l1_head=b"\x01" * 32, agreed_head=b"\x02" * 32, agreed=b"\x03" * 32, claim=b"\x04" * 32, block=77
)
SOURCES = Sources(l1="http://l1", beacon="http://beacon", l2="http://l2")


def command(*, is_server: bool) -> list[str]:
    return op_program_command(
        Path("here/op-program"),
        CLAIMED,
        SOURCES,
        data=Path("there"),
        l2_chain_id=901,
        is_server=is_server,
    )


def test_op_program_command__every_flag_has_its_value() -> None:
    program, *rest = command(is_server=False)
    assert program == "here/op-program"
    assert dict(zip(rest[::2], rest[1::2], strict=True)) == {
        "--l1": "http://l1",
        "--l1.beacon": "http://beacon",
        "--l2": "http://l2",
        "--datadir": "there",
        "--network": "901",
        "--l1.head": "0x" + "01" * 32,
        "--l2.head": "0x" + "02" * 32,
        "--l2.outputroot": "0x" + "03" * 32,
        "--l2.claim": "0x" + "04" * 32,
        "--l2.blocknumber": "77",
    }


def test_op_program_command__a_server_runs_no_program_of_its_own() -> None:
    assert command(is_server=True) == ["here/op-program", "--server", *command(is_server=False)[1:]]
