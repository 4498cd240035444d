"""Refitting the thresholds, keeping them, and reading grades by them."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import replace
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rubrics.agreement import weighted_kappa
from rubrics.calibration import (
    FILE,
    LEAST_APART,
    LEAST_RATINGS,
    BadCalibration,
    Calibration,
    Three,
    TooFew,
    best_cuts,
    forget_calibration,
    load_calibration,
    read,
    read_calibration,
    recut,
    recutting,
    refit,
    save_calibration,
    shipped_cuts,
    standing,
    weights_hash,
)
from rubrics.grade import CRITERIA, Asked, Case, Grade, Ungraded
from rubrics.model import load_rubric
from tests.examples import ScoredGrader, graded

SHIPPED: Three = (0.5, 1.5, 2.5)
ALL = dict.fromkeys(CRITERIA, SHIPPED)
RUBRIC = load_rubric().rubric

ASKED = Asked("A reply.", "Is it gone?", Case())


def made(**changes: object) -> Calibration:
    fields: dict[str, object] = {
        "cuts": {**ALL, "empathy": (0.2, 0.4, 0.6)},
        "raters": ("Ann", "Bob"),
        "n": 60,
        "before": dict.fromkeys(CRITERIA, 0.5),
        "after": {**dict.fromkeys(CRITERIA, 0.4), "empathy": None},
        "moved": ("empathy",),
        "date": "2026-11-25",
        "weights": weights_hash(),
        "rubric": "0" * 64,
        "learned": 3,
    }
    return Calibration(**{**fields, **changes})  # type: ignore[arg-type]


def each(levels: Iterable[float]) -> dict[str, list[float]]:
    """Return the same levels for every criterion."""
    given = list(levels)
    return dict.fromkeys(CRITERIA, given)


def scored(reply: str) -> Grade:
    found = ScoredGrader(ALL).grade(reply, said="", case=Case())
    assert isinstance(found, Grade)
    return found


@settings(max_examples=30, deadline=None)
@given(
    st.lists(st.tuples(st.floats(-0.5, 3.5), st.sampled_from([0, 1, 1.5, 2, 3])), min_size=1),
    st.lists(st.floats(0.2, 1.0), min_size=3, max_size=3),
)
def test_refitted_cuts_are_ordered_and_apart(pairs: list[tuple[float, float]], gaps: list[float]):
    """Whatever the ratings, each cut is at least a tenth over the one before."""
    first, second, third = np.cumsum(gaps)
    scores, wanted = (np.array(column, dtype=np.float64) for column in zip(*pairs, strict=True))

    cuts = best_cuts(scores, wanted, (first, second, third))

    assert all(after - before >= LEAST_APART - 1e-9 for before, after in pairwise(cuts))


@settings(max_examples=20, deadline=None)
@given(st.lists(st.tuples(st.floats(0, 3), st.integers(0, 3)), min_size=12, max_size=60))
def test_the_search_finds_no_less_than_the_shipped_cuts(pairs: list[tuple[float, int]]):
    """On the ratings it sees, moving is never worse than staying."""
    scores, wanted = (np.array(column, dtype=np.float64) for column in zip(*pairs, strict=True))

    cuts = best_cuts(scores, wanted, SHIPPED)

    before = weighted_kappa(list(read(scores, SHIPPED)), list(wanted))
    after = weighted_kappa(list(read(scores, cuts)), list(wanted))
    assert before is None or after is None or after >= before - 1e-9


def test_stricter_raters_move_the_cuts_up_and_it_holds_out():
    """Raters who ask for more get higher cuts, with a better held-out kappa; the others stay."""
    random = np.random.default_rng(1)
    scores = random.uniform(0, 3, 120)
    fair = read(scores, SHIPPED)
    strict = read(scores, (1.2, 2.2, 2.8))

    found = refit(
        each(scores),
        {"acknowledgement": list(fair), "empathy": list(strict), "next_steps": list(fair)},
        ALL,
    )

    assert found.moved == ("empathy",)
    assert found.cuts["acknowledgement"] == SHIPPED
    assert found.cuts["empathy"] == pytest.approx((1.2, 2.2, 2.8), abs=0.1)
    assert found.before["empathy"] is not None
    assert found.after["empathy"] is not None
    assert found.after["empathy"] > found.before["empathy"] + 0.1


def test_ratings_by_chance_move_nothing():
    """Where the ratings have nothing to do with the scores, the shipped cuts stay."""
    for seed in range(5):
        random = np.random.default_rng(seed)
        scores = each(random.uniform(0, 3, LEAST_RATINGS))

        found = refit(scores, each(random.integers(0, 4, LEAST_RATINGS)), ALL)

        assert found.moved == ()
        assert found.cuts == ALL


def test_too_few_ratings_are_refused():
    """It says how many there are and how many it needs."""
    few = each([1.0] * (LEAST_RATINGS - 1))

    with pytest.raises(TooFew, match=f"{LEAST_RATINGS - 1} replies .* {LEAST_RATINGS}"):
        refit(few, few, ALL)


def test_a_level_is_read_again_from_its_score():
    """Its reason is the rubric's, its evidence stays, and the advice is for the new levels."""
    grade = scored("0.60 1.40 2.60")

    found = recut(grade, {"empathy": (0.2, 0.4, 0.6)}, RUBRIC, ASKED)

    assert [level.level for level in grade.levels] == [1, 1, 3]
    assert [level.level for level in found.levels] == [1, 3, 3]
    assert found.levels[1].reason == RUBRIC.criteria["empathy"].levels[3]
    assert found.levels[1].evidence == grade.levels[1].evidence
    assert found.levels[1].missing == ""
    assert found.levels[0] == grade.levels[0]
    assert RUBRIC.criteria["acknowledgement"].try_next[1][1:] in found.try_next


def test_level_0_has_no_evidence():
    """What shows nothing any more quotes nothing, and says what the next level asks for."""
    found = recut(scored("0.60 1.40 2.60"), {"empathy": (2.0, 2.5, 2.9)}, RUBRIC, ASKED)

    assert (found.levels[1].level, found.levels[1].evidence) == (0, ())
    assert found.levels[1].missing == RUBRIC.criteria["empathy"].missing["feeling"]


def test_a_grade_without_scores_stays():
    """So does one that the cuts do not change, and the advice on a violation."""
    plain, harmful = graded(1, 1, 1), scored("0.60 1.40 2.60 !blame")

    assert recut(plain, ALL, RUBRIC, ASKED) is plain
    assert recut(harmful, ALL, RUBRIC, ASKED) is harmful
    found = recut(harmful, {"empathy": (0.2, 0.4, 0.6)}, RUBRIC, ASKED)
    assert RUBRIC.violations["blame"].instead in found.try_next


def test_it_keeps_a_calibration(tmp_path: Path):
    """What is saved is read back; forgotten it is gone."""
    save_calibration(tmp_path / "new", made())

    assert load_calibration(tmp_path / "new", weights_hash()) == made()
    assert standing(tmp_path / "new", weights_hash()).state == "here"
    assert forget_calibration(tmp_path / "new")
    assert not forget_calibration(tmp_path / "new")
    assert standing(tmp_path / "new", weights_hash()).state == "none"


def test_other_weights_make_it_stale(tmp_path: Path):
    """Cuts for other scores are not used."""
    save_calibration(tmp_path, made(weights="other"))

    assert load_calibration(tmp_path, weights_hash()) is None
    assert standing(tmp_path, weights_hash()).state == "stale"


@pytest.mark.parametrize(
    "text",
    [
        "{",
        "[]",
        "{}",
        json.dumps({"cuts": each([1, 2])}),
        json.dumps({"cuts": each([2, 1, 3])}),
        json.dumps({"cuts": each([1, 1.05, 3])}),
        json.dumps({"cuts": each([1, float("nan"), 3])}),
        json.dumps({"cuts": dict.fromkeys(CRITERIA, "123")}),
    ],
)
def test_a_broken_file_is_told_and_not_used(tmp_path: Path, text: str):
    """It names the file and both ways out; the shipped thresholds stay in use."""
    (tmp_path / FILE).write_text(text)

    assert load_calibration(tmp_path, weights_hash()) is None
    assert standing(tmp_path, weights_hash()).state == "broken"
    with pytest.raises(BadCalibration, match=r"calibration.json.*fit.*forget"):
        read_calibration(tmp_path)


def test_a_grader_uses_it_from_the_next_reply_on(tmp_path: Path):
    """Saved between two replies it counts for the second; what is ungraded stays so."""
    grader = recutting(ScoredGrader(ALL), load_rubric(), tmp_path)

    before = grader.grade("0.60 1.40 2.60", said="", case=Case())
    save_calibration(tmp_path, made())
    after = grader.grade("0.60 1.40 2.60", said="", case=Case())

    assert isinstance(before, Grade)
    assert isinstance(after, Grade)
    assert (before.level("empathy"), after.level("empathy")) == (1, 3)
    assert isinstance(grader.grade("", said="", case=Case()), Ungraded)


def test_criteria_that_did_not_move_are_left_to_the_grader():
    """Its own last word on a level counts, whatever the score says."""
    held = replace(scored("0.60 1.40 2.60").levels[2], level=1)

    assert made().moved_cuts == {"empathy": (0.2, 0.4, 0.6)}
    grade = replace(scored("0.60 1.40 2.60"), levels=(*scored("0.60 1.40 2.60").levels[:2], held))
    assert recut(grade, made().moved_cuts, RUBRIC, ASKED).levels[2] == held


def test_the_shipped_cuts_are_three_for_each_criterion():
    """They are the weights file's own, in order."""
    found = shipped_cuts()

    assert set(found) == set(CRITERIA)
    assert all(list(cuts) == sorted(cuts) for cuts in found.values())
