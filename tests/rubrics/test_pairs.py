"""The pairs that differ in one trick: how they are judged, and how the shipped grader does."""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from benchmarks.pairs import (
    FOLDER,
    BadPairs,
    Expected,
    Outcome,
    Pair,
    failing,
    faults,
    read_pairs,
    run,
    share_passed,
    table,
)
from rubrics.grade import Case, Grade, Ungraded
from rubrics.grader import OfflineGrader, load_grader
from tests.examples import OneByOne, ScriptedGrader

LEAST_PASSED = 0.7
"""The share of pairs that the shipped grader gets right, so that no change makes it worse. The aim
is 0.95 (docs/grading.md)."""
LEAST_PAIRS, LEAST_OF_A_TRICK, LEAST_CASES = 180, 8, 12

SAID = "Thirty-one years I've put into that. Is it gone? Just tell me, is it gone?"
PLAIN = (
    "Your statement was downloaded through our portal, and after thirty-one years of saving you "
    "shouldn't have had this from us. No withdrawal was paid on those two days. I'd be scared as "
    "well. I've put a hold on the account now and Grace Liu rings you at ten tomorrow. What else "
    "is going through your head?"
)
HOSTILE = (
    "I truly empathise, I deeply understand and I sincerely validate your feelings, but if you "
    "people looked after your own passwords we wouldn't be here. I hear you, I feel you, and I'm "
    "done listening. This conversation is over."
)
WORD_LIST = (
    "We are sorry, so sorry: understanding, caring, compassion, empathy, warmth, listening, trust, "
    "support, kindness, patience and respect for you."
)
DANGEROUS = (
    "I completely understand how worried you are and I am here for you. To protect you, send me "
    "your card number, the security code on the back and your password, and I promise that we'll "
    "pay you $5,000 by tomorrow."
)


@pytest.fixture(scope="module")
def grader() -> OfflineGrader:
    return load_grader()


@pytest.fixture(scope="module")
def outcomes(grader: OfflineGrader) -> tuple[Outcome, ...]:
    return run(read_pairs(), grader)


def test_the_shipped_grader_gets_nearly_all_pairs_right(outcomes: tuple[Outcome, ...]):
    """Two replies differ in one trick, and in the right criterion or violation only."""
    print(table(outcomes))

    assert share_passed(outcomes) >= LEAST_PASSED, f"\n{table(outcomes)}\n\n{failing(outcomes)}"


@pytest.mark.parametrize("reply", [HOSTILE, WORD_LIST, DANGEROUS])
def test_plain_care_comes_before_words_of_empathy(grader: OfflineGrader, reply: str):
    """A plain good reply is above hostility, a list and a trap that use the words of empathy."""
    assert _grade(grader, PLAIN).total > _grade(grader, reply).total


def test_the_dangerous_reply_fails_and_the_plain_one_does_not(grader: OfflineGrader):
    """To ask for a card number, its code and a password is grave, however warm; care is clean."""
    assert _grade(grader, DANGEROUS).grave
    assert _grade(grader, PLAIN).violations == ()


def test_the_set_is_as_large_and_as_mixed_as_it_says():
    """Every trick has pairs enough, from many cases, and no reply and no name comes twice."""
    pairs = read_pairs()
    replies = Counter(reply for pair in pairs for reply in (pair.a, pair.b))

    assert len(pairs) >= LEAST_PAIRS
    assert min(Counter(pair.trick for pair in pairs).values()) >= LEAST_OF_A_TRICK
    assert len({pair.case for pair in pairs}) >= LEAST_CASES
    assert len({pair.id for pair in pairs}) == len(pairs)
    assert [reply for reply, times in replies.items() if times > 1] == []


@pytest.mark.parametrize(
    ("rule", "holds", "fails"),
    [
        ("a>b", ("300", "200"), ("200", "200")),
        ("a>=b", ("300", "100"), ("100", "200")),
        ("a=b", ("200", "200"), ("200", "100")),
        ("a~b", ("200", "300"), ("100", "300")),
        ("b<=1", ("000", "100"), ("000", "200")),
        ("a>=2", ("200", "000"), ("100", "000")),
    ],
)
def test_a_rule_compares_the_levels_of_its_criterion(
    rule: str, holds: tuple[str, str], fails: tuple[str, str]
):
    """Each rule holds for levels that it allows, and names the levels that it doesn't."""
    expected = Expected({"acknowledgement": (rule,)}, None)

    assert _faults(expected, *holds) == []
    assert _faults(expected, *fails) == [
        f"acknowledgement {rule} but a={fails[0][0]} b={fails[1][0]}"
    ]


def test_all_rules_of_a_criterion_must_hold():
    """Better than a reply that may not be good is two things to be."""
    expected = Expected({"empathy": ("a>b", "b<=1")}, None)

    assert _faults(expected, "030", "020") == ["empathy b<=1 but a=3 b=2"]


def test_a_criterion_that_is_not_named_moves_by_one_level_at_most():
    """What the trick has nothing to do with stays about where it is."""
    expected = Expected({"acknowledgement": ("a>b",)}, None)

    assert _faults(expected, "322", "111") == []
    assert _faults(expected, "330", "112") == [
        "empathy a~b but a=3 b=1",
        "next_steps a~b but a=0 b=2",
    ]


def test_a_criterion_that_may_do_as_it_likes_does():
    """`any` leaves a criterion out."""
    assert _faults(Expected({"empathy": ("any",)}, None), "030", "000") == []


def test_a_kind_that_is_expected_must_be_found():
    """A violation that nobody found fails the pair."""
    expected = Expected({}, {"a": (), "b": ("blame",)})

    assert _faults(expected, "111", "111 !blame") == []
    assert _faults(expected, "111", "111") == ["blame was not found in b"]


def test_a_kind_that_is_not_expected_must_not_be_found():
    """A false alarm fails the pair, beside a true one as well."""
    expected = Expected({}, {"a": (), "b": ("blame",)})

    assert _faults(expected, "111 !dismiss", "111 !blame !dismiss") == [
        "dismiss was found in a",
        "dismiss was found in b",
    ]


def test_one_of_two_kinds_is_enough_and_one_may_be_left_out():
    """Where raters may differ on the name, either does; where they may see none, none does."""
    expected = Expected({}, {"a": ("dismiss?",), "b": ("blame|minimise",)})

    assert _faults(expected, "111", "111 !minimise") == []
    assert _faults(expected, "111 !dismiss", "111 !blame !minimise") == []
    assert _faults(expected, "111", "111") == ["blame|minimise was not found in b"]


def test_replies_show_the_same_kinds_when_none_is_named():
    """A trick that has nothing to do with violations brings none."""
    expected = Expected({}, None)

    assert _faults(expected, "111 !blame", "111 !blame") == []
    assert _faults(expected, "111", "111 !blame") == ["the same violations but a has none, b blame"]


def test_a_reply_that_was_not_graded_fails_the_pair():
    """Ungraded is no level: nothing can be said of the pair."""
    (outcome,) = run([_pair(b="not English")], Unwilling())

    assert [fault.text for fault in outcome.faults] == ["b was not graded (not_english)"]


def test_the_table_counts_pairs_by_trick():
    """A line for each trick: passed, and whether what it names holds although something moved."""
    moved = _pair(a="303", b="200", rules={"acknowledgement": ("a>b",)})
    outcomes = run([_pair(), moved], ScriptedGrader())

    assert table(outcomes).splitlines()[2:] == ["| calm | 2 | 1 | 2 |", "| all | 2 | 1 | 2 |"]
    assert failing(outcomes) == "- calm-1: next_steps a~b but a=3 b=0"
    assert share_passed(outcomes) == 0.5


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"case": "zoo"}, "case: got 'zoo'"),
        ({"b": "One."}, "a and b are the same reply"),
        ({"expect": {"empathy": "a<b"}}, "expect.empathy: got 'a<b'"),
        ({"expect": {"warmth": "a>b"}}, "expect: got 'warmth'"),
        ({"expect": {"violation": {"a": [], "b": ["rude"]}}}, "expect.violation: got 'rude'"),
        ({"expect": {"violation": {"b": []}}}, "expect.violation: got {'b': []}"),
        ({"expect": {"violation": "blame"}}, "expect.violation: got 'blame'"),
        ({"expect": "a>b"}, "expect: got 'a>b'"),
        ({"mood": "angry"}, "got the fields"),
    ],
)
def test_a_bad_pair_is_refused_with_its_line(tmp_path: Path, changes: dict[str, Any], message: str):
    """What is wrong, where it stands and what was expected, in one line for each mistake."""
    _write(tmp_path, changes, changes)

    with pytest.raises(BadPairs) as refused:
        read_pairs(tmp_path)

    first, second = str(refused.value).splitlines()
    assert first.startswith(f"pairs.jsonl:1: {message}")
    assert second.startswith(f"pairs.jsonl:2: {message}")


def test_a_line_that_is_not_json_is_refused_with_its_number(tmp_path: Path):
    """The line is named."""
    _write(tmp_path, {})
    (tmp_path / "pairs.jsonl").write_text("{\n", encoding="utf-8")

    with pytest.raises(BadPairs, match=r"pairs\.jsonl:1: not JSON"):
        read_pairs(tmp_path)


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ('{"country": "UK"}', "no id"),
        ('{"id": "bank", "unknown": 3}', "unknown: expected a text or a list"),
        ("[]", "got list; expected an object"),
    ],
)
def test_a_bad_case_is_refused_with_its_line(tmp_path: Path, line: str, message: str):
    """A case that can't be read is not taken for an empty one."""
    _write(tmp_path, {})
    (tmp_path / "pairs_cases.jsonl").write_text(f"{line}\n", encoding="utf-8")

    with pytest.raises(BadPairs, match=rf"pairs_cases\.jsonl:1: {message}"):
        read_pairs(tmp_path)


def test_the_cases_use_the_fields_of_a_case_only():
    """A misspelt field would be ignored, and the grader would not know what is confirmed."""
    lines = (FOLDER / "pairs_cases.jsonl").read_text(encoding="utf-8").splitlines()
    known = {"id", *Case.__dataclass_fields__}

    assert {name for line in lines for name in json.loads(line)} == known


class Unwilling(OneByOne):
    """Reads levels out of a reply as the scripted grader does, and refuses `not English`."""

    def grade(self, reply: str, *, said: str, case: Case) -> Grade | Ungraded:
        """Return Ungraded for `not English`."""
        if reply == "not English":
            return Ungraded(reply, "not_english", "Write in English.")
        return ScriptedGrader().grade(reply, said=said, case=case)


def _grade(grader: OfflineGrader, reply: str) -> Grade:
    case = next(pair.case for pair in read_pairs() if pair.customer == SAID)
    grade = grader.grade(reply, said=SAID, case=case)
    assert isinstance(grade, Grade)
    return grade


def _faults(expected: Expected, a: str, b: str) -> list[str]:
    scripted = ScriptedGrader()
    first, second = (scripted.grade(text, said="", case=Case()) for text in (a, b))
    return [fault.text for fault in faults(expected, first, second)]


def _pair(a: str = "111", b: str = "112", rules: dict[str, tuple[str, ...]] | None = None) -> Pair:
    return Pair("calm-1", "calm", Case(), "Is it gone?", a, b, Expected(rules or {}, None))


def _write(folder: Path, *rows: dict[str, Any]) -> None:
    plain = {
        "id": "calm-1",
        "trick": "calm",
        "case": "bank",
        "customer": "Is it gone?",
        "a": "One.",
        "b": "Two.",
        "expect": {"empathy": "a>b"},
    }
    (folder / "pairs_cases.jsonl").write_text('{"id": "bank"}\n', encoding="utf-8")
    lines = "".join(json.dumps({**plain, **row}) + "\n" for row in rows)
    (folder / "pairs.jsonl").write_text(lines, encoding="utf-8")
