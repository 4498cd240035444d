"""How a second opinion stands beside a grade. Pure; knows nothing of who gave it or how.

The rule, whatever the opinion says:

- Levels are the offline grader's. An opinion never raises and never lowers one.
- Violations that the offline grader found stay, also when the opinion has none.
- Violations of a kind that only the opinion found are shown beside the grade, as a second opinion,
  with their words. They are not among the grade's violations: mood, act, goal and what to try
  next come from the offline grade alone.
- Where the two are far apart, a trainer is asked to look: a criterion's levels that differ by
  `FAR` or more, and a grave violation that one of them found and the other did not.
- No opinion is no disagreement, and counts as nothing.
"""

from __future__ import annotations

from dataclasses import dataclass

from rubrics.grade import GRAVE, Grade, NoOpinion, Opinion, Violation

FAR = 2
"""Levels between two judges from which a trainer is asked to look. Neighbouring levels are often
given by two people for the same reply; this far apart they read it differently."""


@dataclass(frozen=True)
class Disagreement:
    """Where the two judges are so far apart that a trainer should look."""

    about: str
    """A criterion, or the kind of a grave violation."""
    grader: int
    """The offline grader's level; for a violation 1 when it was found, 0 when not."""
    second: int
    """The same of the second opinion."""


def given(grade: Grade) -> Opinion | None:
    """Return the opinion on a grade when there is one."""
    return grade.opinion if isinstance(grade.opinion, Opinion) else None


def missing(grade: Grade) -> NoOpinion | None:
    """Return why there is no opinion, when one was asked for."""
    return grade.opinion if isinstance(grade.opinion, NoOpinion) else None


def added(grade: Grade) -> tuple[Violation, ...]:
    """Return the violations of kinds that only the second opinion found."""
    opinion = given(grade)
    ours = _kinds(grade)
    return tuple(v for v in opinion.violations if v.kind not in ours) if opinion else ()


def disagreements(grade: Grade) -> tuple[Disagreement, ...]:
    """Return where a trainer should look: criteria in the grade's order, then grave kinds."""
    opinion = given(grade)
    if opinion is None:
        return ()
    theirs = {level.criterion: level.level for level in opinion.levels}
    far = [
        Disagreement(level.criterion, level.level, theirs[level.criterion])
        for level in grade.levels
        if abs(level.level - theirs[level.criterion]) >= FAR
    ]
    ours, found = _kinds(grade), _kinds(opinion)
    lone = [
        Disagreement(kind, int(kind in ours), int(kind in found))
        for kind in sorted((ours ^ found) & GRAVE)
    ]
    return (*far, *lone)


def _kinds(judged: Grade | Opinion) -> set[str]:
    return {violation.kind for violation in judged.violations}
