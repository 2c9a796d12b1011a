"""Rows of text in columns."""

from collections.abc import Iterator, Sequence


def aligned(titles: Sequence[str], rows: Sequence[Sequence[str] | str]) -> Iterator[str]:
    """The titles, then each row; a row that is one text is a remark, which fits no column."""
    cells = [titles, *(row for row in rows if not isinstance(row, str))]
    widths = [max(map(len, column)) for column in zip(*cells, strict=True)]
    for row in (titles, *rows):
        if isinstance(row, str):
            yield row
        else:
            yield "  ".join(f"{cell:<{width}}" for cell, width in zip(row, widths, strict=True)).rstrip()
