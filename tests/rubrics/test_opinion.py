"""How a second opinion stands beside a grade."""

from __future__ import annotations

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from rubrics.grade import CRITERIA, GRAVE, KINDS, Grade, NoOpinion, Opinion
from rubrics.opinion import FAR, added, disagreements
from tests.examples import graded

NONE = NoOpinion("m", "h", "late", "h did not answer in time.")
level = st.integers(0, 3)
kinds = st.sets(st.sampled_from(KINDS)).map(tuple)
grades = st.builds(
    lambda levels, found: graded(*levels, kinds=found), st.tuples(level, level, level), kinds
)


def seconded(ours: Grade, theirs: Grade) -> Grade:
    return replace(ours, opinion=Opinion("m", "h", theirs.levels, theirs.violations))


@given(grades, grades)
def test_it_adds_only_what_the_grader_did_not_find(ours: Grade, theirs: Grade):
    """Added are the kinds of one and not of the other; the grade itself is as it was."""
    both = seconded(ours, theirs)

    found = {violation.kind for violation in added(both)}
    assert found == {v.kind for v in theirs.violations} - {v.kind for v in ours.violations}
    assert replace(both, opinion=None) == ours


@given(grades, grades)
def test_it_names_what_is_far_apart(ours: Grade, theirs: Grade):
    """Levels two or more apart, and grave violations of one only: these and nothing else."""
    told = {d.about: (d.grader, d.second) for d in disagreements(seconded(ours, theirs))}

    for name in CRITERIA:
        levels = (ours.level(name), theirs.level(name))
        assert told.get(name) == (levels if abs(levels[0] - levels[1]) >= FAR else None)
    for kind in KINDS:
        found = tuple(int(kind in {v.kind for v in g.violations}) for g in (ours, theirs))
        assert told.get(kind) == (found if kind in GRAVE and found[0] != found[1] else None)


@given(grades)
def test_no_opinion_is_no_disagreement(ours: Grade):
    """When the second judge failed, or none was asked, nothing is added and nothing told."""
    for grade in (ours, replace(ours, opinion=NONE)):
        assert added(grade) == ()
        assert disagreements(grade) == ()
