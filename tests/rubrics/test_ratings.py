"""A batch and its ratings on disk."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rubrics.grade import CRITERIA, Case
from rubrics.ratings import (
    BATCH,
    LONGEST_NAME,
    RATINGS,
    BadRatings,
    Item,
    Rating,
    append,
    clean_name,
    rater_path,
    raters,
    ratings_of,
    read_batch,
    read_grades,
    read_replies,
    remove,
    write_batch,
    write_grades,
)
from tests.examples import graded


def rating(reply: str, level: int = 1, **changes: object) -> Rating:
    fields = {"id": reply, "levels": dict.fromkeys(CRITERIA, level), **changes}
    return Rating(**fields)  # type: ignore[arg-type]


def test_a_batch_is_read_back(tmp_path: Path):
    """Case, customer, reply, id and whether the grader learned from it."""
    items = (
        Item("a", Case(exposed_data=("name",), country="UK"), "Is it “gone”?", "No.\nIt is not."),
        Item("b", Case(), "Hm?", "Yes.", learned=True),
    )

    write_batch(tmp_path / "new", items)

    assert read_batch(tmp_path / "new") == items
    assert read_batch(tmp_path) == ()


def test_ratings_are_read_back_the_last_of_each(tmp_path: Path):
    """Rated twice, a reply has what was said last."""
    append(tmp_path, "Ann", rating("a", 1))
    append(tmp_path, "Ann", rating("b", 2, kinds=("blame",), words="sharp\nwords"))
    append(tmp_path, "Ann", rating("a", 3))

    found = ratings_of(tmp_path, "Ann")

    assert found["a"].levels["empathy"] == 3
    assert found["b"] == rating("b", 2, kinds=("blame",), words="sharp\nwords")
    assert raters(tmp_path) == {"Ann": found}


@pytest.mark.parametrize("kept", [0, 1, 20, 90, -1, -2])
def test_a_line_that_was_cut_off_is_rated_again(tmp_path: Path, kept: int):
    """Cut anywhere, the file gives whole ratings only, and goes on."""
    append(tmp_path, "Ann", rating("a"))
    append(tmp_path, "Ann", rating("b"))
    path = rater_path(tmp_path, "Ann")
    path.write_bytes(path.read_bytes()[:kept])

    before = ratings_of(tmp_path, "Ann")
    append(tmp_path, "Ann", rating("c"))

    assert set(before) <= {"a"}
    assert set(ratings_of(tmp_path, "Ann")) == {*before, "c"}
    assert list(raters(tmp_path)) == ["Ann"]


@given(st.text(max_size=60), st.text(max_size=60))
def test_two_raters_never_share_a_file(first: str, second: str):
    """Any two different names have files of their own, inside the folder."""
    folder = Path("somewhere")
    try:
        one, two = clean_name(first), clean_name(second)
    except BadRatings:
        return

    assert (rater_path(folder, first) == rater_path(folder, second)) == (one == two)
    assert rater_path(folder, first).parent == folder / RATINGS
    assert rater_path(folder, first).name.isascii()


@pytest.mark.parametrize(
    "name", ["Ann/../Bob", "../../etc/passwd", "Ann\n\tB", "CON", "安娜", "🙂"]
)
def test_any_text_is_a_name(tmp_path: Path, name: str):
    """Slashes, dots and other scripts are a name like any other."""
    append(tmp_path, name, rating("a"))

    assert list(raters(tmp_path)) == [clean_name(name)]


@pytest.mark.parametrize("name", ["", " \n", "\u200b", "x" * (LONGEST_NAME + 1)])
def test_no_name_is_refused(name: str):
    """Nothing to be called by, or too much of it."""
    with pytest.raises(BadRatings, match="name"):
        clean_name(name)


@pytest.mark.parametrize(
    ("bad", "told"),
    [
        (rating("a", 4), "got 4"),
        (rating("a", True), "got True"),
        (Rating("a", {}), "got None"),
        (rating("a", kinds=("rude",)), "rude unknown"),
        (rating("a", words="x" * 1001), "1001 characters"),
    ],
)
def test_what_is_no_rating_is_refused(tmp_path: Path, bad: Rating, told: str):
    """It says which field and what is expected, and writes nothing."""
    with pytest.raises(BadRatings, match=told):
        append(tmp_path, "Ann", bad)

    assert not (tmp_path / RATINGS).exists()


@pytest.mark.parametrize(
    "line", ["{", "[]", "{}", json.dumps({"id": "a", **dict.fromkeys(CRITERIA, 7)})]
)
def test_a_bad_line_is_named(tmp_path: Path, line: str):
    """File and line, and what to do."""
    append(tmp_path, "Ann", rating("a"))
    path = rater_path(tmp_path, "Ann")
    path.write_text(path.read_text() + line + "\n")

    with pytest.raises(BadRatings, match=rf"{path.name}:3: .*take it out"):
        raters(tmp_path)


def test_a_bad_batch_is_named(tmp_path: Path):
    """File and line, and what to do."""
    (tmp_path / BATCH).write_text('{"id": "a", "case": {}, "customer": "x"}\n')

    with pytest.raises(BadRatings, match=rf"{BATCH}:1: 'reply'.*draw a new batch"):
        read_batch(tmp_path)


def test_a_batch_that_is_being_rated_is_not_replaced(tmp_path: Path):
    """It says the three ways out; removed, a new one may come."""
    item = Item("a", Case(), "Hm?", "Yes.")
    write_batch(tmp_path, [item])
    append(tmp_path, "Ann", rating("a"))

    with pytest.raises(BadRatings, match=r"end.*--folder.*--everything"):
        write_batch(tmp_path, [item])
    remove(tmp_path)
    write_batch(tmp_path, [item])

    assert raters(tmp_path) == {}


def test_grades_count_for_the_weights_that_made_them(tmp_path: Path):
    """Others' grades, and a file that can't be read, are no grades."""
    write_grades(tmp_path, "now", {"a": graded(1, 2, 3)})

    assert read_grades(tmp_path, "now") == {"a": graded(1, 2, 3)}
    assert read_grades(tmp_path, "later") == {}
    (tmp_path / "grades.json").write_text("{")
    assert read_grades(tmp_path, "now") == {}


def test_bad_lines_of_replies_are_told_and_skipped(tmp_path: Path):
    """All of both files at once, by file and line."""
    good = {"id": "a", "case": "c", "customer": "Hm?", "reply": "Yes."}
    cases, replies = tmp_path / "cases.jsonl", tmp_path / "replies.jsonl"
    cases.write_text('{"id": "c"}\n{"id": "d", "confirmed": 3}\nnope\n{}\n')
    lines = [good, good, {**good, "id": "b", "case": "z"}, {"id": "q"}, []]
    replies.write_text("".join(f"{json.dumps(line)}\n" for line in lines) + "\n{\n")

    items, skipped = read_replies(cases, replies)

    assert [item.id for item in items] == ["a"]
    assert [told.split(": ")[0] for told in skipped] == [
        *(f"cases.jsonl:{n}" for n in (2, 3, 4)),
        *(f"replies.jsonl:{n}" for n in (2, 3, 4, 5, 7)),
    ]
