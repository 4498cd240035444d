"""What is saved of a session, for a spreadsheet."""

from __future__ import annotations

import pytest

from ui.export import safe_cell


@pytest.mark.parametrize(
    "cell",
    [
        "=1+1",
        "+44 20",
        "-2",
        "@SUM(A1)",
        "  =1+1",
        "\t=1+1",
        "\r\n=1+1",
        "\u200b=1+1",
        "\ufeff=1+1",
        "\u202e@SUM(A1)",
        "\u00a0+1",
        "＝1+1",
    ],
)
def test_it_disarms_a_formula(cell: str):
    """It puts a quote before a formula, whatever invisible characters stand before it."""
    assert safe_cell(cell) == f"'{cell}"


@pytest.mark.parametrize("cell", ["I'm sorry.", "1 = 1", "", "\u200b", "a\t=1", 3, None])
def test_it_leaves_other_cells(cell: object):
    """It changes nothing in words, numbers and empty cells."""
    assert safe_cell(cell) == cell
