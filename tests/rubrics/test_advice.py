"""The table of wrong advice."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml

from rubrics.advice import SHIPPED, Advice, BadAdvice, countries, load_advice
from rubrics.grade import Case

ROWS = load_advice()
TEXT = SHIPPED.read_text(encoding="utf-8")


def row(name: str) -> Advice:
    return next(row for row in ROWS if row.id == name)


def changed(folder: Path, old: str, new: str) -> Path:
    assert old in TEXT
    path = folder / "advice.yaml"
    path.write_text(TEXT.replace(old, new, 1), encoding="utf-8")
    return path


def mistakes(path: Path) -> str:
    with pytest.raises(BadAdvice) as bad:
        load_advice(path)
    return str(bad.value)


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.id)
def test_every_row_finds_its_wrong_wording_and_not_its_right_one(row: Advice):
    """Each example of wrong advice is found by its row, and none of the right ones is."""
    assert [text for text in row.examples.wrong if not row.given(text)] == []
    assert [text for text in row.examples.right if row.given(text)] == []


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.id)
def test_every_row_is_to_be_looked_up_again(row: Advice):
    """The day of review comes after the day on which the row was true."""
    assert row.review_by > row.as_of


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("UK (Scotland)", {"UK"}),
        ("United States (agents in Cebu, Philippines)", {"US"}),
        ("United Kingdom (agents in Pune, India)", {"UK"}),
        ("Switzerland / United Kingdom", {"CH", "UK"}),
        ("European Union (Poland and Germany)", {"PL", "DE"}),
        ("United States, with UK guests (guest relations in Manila, Philippines)", {"US", "UK"}),
        ("Northern Ireland, UK", {"UK"}),
        ("Atlantis", set()),
        ("", set()),
    ],
)
def test_a_card_names_the_customers_country_not_the_staffs(text: str, found: set[str]):
    """All countries of customers are found; where the staff sit is none of them."""
    assert countries(text) == found


def test_a_row_applies_only_where_all_customers_are():
    """With guests from two countries, advice that is right for one of them is not called wrong."""
    abroad = row("us-steps-elsewhere").applies

    assert abroad.to(Case(country="Ireland (Cork)"))
    assert not abroad.to(Case(country="United States, with UK guests"))
    assert not abroad.to(Case(country=""))


def test_a_row_applies_only_to_what_was_exposed():
    """A row on passwords is for cases in which passwords leaked."""
    passwords = row("keep-the-password").applies

    assert passwords.to(Case(exposed_data=("e-mail address", "hashed password")))
    assert not passwords.to(Case(exposed_data=("e-mail address",)))


@pytest.mark.parametrize(
    "warning",
    [
        "Please don't ring the number back and argue.",
        "Never ring him back on the number he left.",
        "Scammers want you to ring the number back and talk.",
        "If you ring the number back and they ask for money, hang up.",
    ],
)
def test_a_warning_is_no_advice(warning: str):
    """The same words after "don't", "never" or "if" are not counted."""
    assert not row("ring-back").given(warning)


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("review_by: 2027-11-25", "review_by: 2020-01-01", "must be later than as_of"),
        ("as_of: 2026-11-25", "as_of: soon", "as_of: got 'soon'"),
        ("    source: Fair", "    origin: Fair", "origin: unknown key"),
        ("countries: [US, CA]", "countries: [Mars]", "got 'Mars'"),
        ("- id: alert-ninety-days", "- id: one-freeze", "one-freeze stands twice"),
        ("'\\b(?:90|ninety)[ -]day\\b", "'\\b(?:90|ninety[ -]day\\b", "is no regular expression"),
    ],
)
def test_a_mistake_is_told_with_its_line(tmp_path: Path, old: str, new: str, said: str):
    """What is wrong, and in which line, is in the message."""
    told = mistakes(changed(tmp_path, old, new))

    assert said in told
    assert told.startswith("advice.yaml:")


def test_a_row_without_examples_is_refused(tmp_path: Path):
    """A row that nothing shows at work can't be shipped."""
    table = yaml.safe_load(TEXT)
    del table["advice"][0]["examples"]
    path = tmp_path / "advice.yaml"
    path.write_text(yaml.safe_dump(table), encoding="utf-8")

    assert "advice[1].examples: missing; every row needs it" in mistakes(path)


@pytest.mark.parametrize("text", [b"\xff", b"advice: [", b"- a"])
def test_a_file_that_is_no_yaml_is_refused(tmp_path: Path, text: bytes):
    """What can't be read as keys and values is told as such."""
    path = tmp_path / "advice.yaml"
    path.write_bytes(text)

    assert mistakes(path).startswith("advice.yaml:1:")
