"""`opcycle decode --parquet`: the rows of the file, group by group, and what stands in its way."""

import json
import sys
import tracemalloc

import pyarrow.parquet
import pytest
from click.testing import CliRunner
from tests.vectors.read import HERE

from opcycle.cli.decode import decode
from opcycle.cli.decode_parquet import ROW_GROUP, ParquetView
from opcycle.cli.decode_view import NAMES, plain, show
from opcycle.derivation.decoding import BlockRecord
from opcycle.errors import TemporaryError, UserError

MAINNET = HERE / "span" / "op_mainnet_117369690.calldata.bin"
GOERLI = HERE / "channels" / "op_goerli_singular.bin"
NUMBERS = 2**64 - 1


def run(*arguments):
    return CliRunner().invoke(decode, [str(item) for item in arguments])


def block(index, hashes=None):
    return BlockRecord(
        channel_id=b"\xc4" * 16,
        batch=0,
        index=index,
        number=None,
        timestamp=NUMBERS,
        l1_origin=NUMBERS,
        transactions=0 if hashes is None else len(hashes),
        hashes=hashes,
    )


def write(file, records):
    lines = []
    show(ParquetView(file, lines.append), records)
    return lines


@pytest.mark.parametrize("source", [MAINNET, GOERLI])
def test_decode__parquet__has_the_json_lines_with_null_for_what_a_kind_lacks(tmp_path, source):
    file = tmp_path / "batches.parquet"
    assert run(source, "--parquet", file).exit_code == 0
    lines = [json.loads(line) for line in run(source, "--json").output.splitlines()]
    rows = pyarrow.parquet.read_table(file).to_pylist()
    assert {row["record"] for row in rows} == set(NAMES.values()) - {"commitment"}
    assert [{key: row[key] for key in line} for row, line in zip(rows, lines, strict=True)] == lines
    for row, line in zip(rows, lines, strict=True):
        assert all(row[key] is None for key in row.keys() - line.keys())


def test_decode__parquet__says_where_it_is_and_the_totals_of_the_table(tmp_path):
    file = tmp_path / "batches.parquet"
    totals = run(MAINNET).output.splitlines()[-1]
    assert run(MAINNET, "--parquet", file).output == f"{file}: 31 rows; {totals}\n"


def test_view__numbers_of_64_bits_and_lists_of_hashes__as_they_are(tmp_path):
    records = [block(0), block(1, ()), block(2, (b"\x01" * 32, b"\x02" * 32))]
    write(tmp_path / "file", records)
    rows = pyarrow.parquet.read_table(tmp_path / "file").to_pylist()
    assert [(row["timestamp"], row["hashes"]) for row in rows] == [
        (NUMBERS, None),
        (NUMBERS, []),
        (NUMBERS, ["0x" + "01" * 32, "0x" + "02" * 32]),
    ]


def test_view__many_records__are_groups_and_the_memory_is_that_of_one(tmp_path):
    peaks = []
    for groups in (1, 4):
        tracemalloc.start()
        write(tmp_path / "file", (block(index) for index in range(groups * ROW_GROUP + 1)))
        peaks.append(tracemalloc.get_traced_memory()[1])
        tracemalloc.stop()
        sizes = pyarrow.parquet.ParquetFile(tmp_path / "file").metadata
        assert [sizes.row_group(index).num_rows for index in range(sizes.num_row_groups)] == [
            *[ROW_GROUP] * groups,
            1,
        ]
    assert peaks[1] < 1.1 * peaks[0]


def test_view__blocks_with_many_transactions__fill_a_group_sooner(tmp_path):
    hashes = (bytes(32),) * (ROW_GROUP // 2)
    write(tmp_path / "file", [block(0, hashes), block(1, hashes), block(2, hashes)])
    assert pyarrow.parquet.ParquetFile(tmp_path / "file").metadata.num_row_groups == 2


def test_view__an_error_among_the_records__keeps_those_before_it(tmp_path):
    def records():
        yield block(0)
        raise TemporaryError("L1 is away")

    with pytest.raises(TemporaryError):
        write(tmp_path / "file", records())
    assert pyarrow.parquet.read_table(tmp_path / "file").to_pylist()[0].items() >= plain(block(0)).items()


def test_view__nothing_at_all__is_a_file_without_rows(tmp_path):
    assert write(tmp_path / "file", []) == [
        f"{tmp_path / 'file'}: 0 rows; 0 batcher transactions, 0 bytes; 0 frames, 0 channels, 0 batches; "
        "0 L2 blocks with 0 transactions"
    ]
    assert pyarrow.parquet.read_table(tmp_path / "file").num_rows == 0


def test_view__no_such_directory__one_sentence(tmp_path):
    with pytest.raises(UserError, match="cannot be written"):
        ParquetView(tmp_path / "missing" / "file", print)


def test_view__no_pyarrow__says_how_to_get_it(tmp_path, monkeypatch):
    monkeypatch.setitem(sys.modules, "pyarrow.parquet", None)
    with pytest.raises(UserError, match=r"pip install 'opcycle\[parquet\]'"):
        ParquetView(tmp_path / "file", print)


def test_decode__json_and_parquet__not_both(tmp_path):
    result = run(MAINNET, "--json", "--parquet", tmp_path / "file")
    assert result.exit_code == 2
    assert not (tmp_path / "file").exists()
