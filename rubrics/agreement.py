"""How well people agree with each other and with the grader. Pure; knows no files and no screen."""

from __future__ import annotations

import itertools
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from statistics import median

import numpy as np

from rubrics.grade import CRITERIA, KINDS

RESAMPLES = 1000
"""Resamples behind an interval: its ends move by about a hundredth from seed to seed."""
LEAST_TOLD = 10
"""Replies below which kappa says more of chance than of agreement: none is given."""
SEED = 20
INTERVAL = (5.0, 95.0)
"""Percentiles of the resamples: a 90% interval."""

Pair = tuple[Sequence[float], Sequence[float]]


@dataclass(frozen=True)
class Opinion:
    """What one judge, a person or the grader, said of one reply."""

    levels: Mapping[str, int]
    """A level, 0 to 3, for each criterion."""
    kinds: frozenset[str] = frozenset()
    """The violations that were seen."""


@dataclass(frozen=True)
class Kappa:
    """Weighted kappa with its 90% bootstrap interval; each is None where it can't be told."""

    value: float | None
    low: float | None
    high: float | None
    n: int
    """Replies it is computed from."""


@dataclass(frozen=True)
class Found:
    """Violations found by the grader against those that most raters saw."""

    hit: int = 0
    found: int = 0
    true: int = 0

    @property
    def precision(self) -> float | None:
        """The share of the grader's warnings that most raters share; None without a warning."""
        return self.hit / self.found if self.found else None

    @property
    def recall(self) -> float | None:
        """The share of what most raters saw that the grader found; None when they saw nothing."""
        return self.hit / self.true if self.true else None


@dataclass(frozen=True)
class Disagreement:
    """A reply and a criterion on which the raters and the grader are apart."""

    reply: str
    """The reply's id."""
    criterion: str
    people: tuple[int, ...]
    calmline: int
    apart: float
    """Levels between the raters' median and the grader's level."""


@dataclass(frozen=True)
class Agreement:
    """Everything that a calibration report says of agreement."""

    people: Mapping[str, Kappa]
    """Rater with rater, by criterion, the mean over pairs; empty for a single rater."""
    calmline: Mapping[str, Kappa]
    """The raters' median with the grader, by criterion."""
    violations: Found
    by_kind: Mapping[str, Found] = field(default_factory=dict)
    """Only kinds that somebody, or the grader, saw."""


def weighted_kappa(first: Sequence[float], second: Sequence[float]) -> float | None:
    """Return quadratic weighted kappa of two lists of levels; halves, as medians have, are fine.

    1.0 for equal lists, about 0.0 for chance. None where chance agreement is complete (everybody
    always gave the same level) or the lists are empty. ValueError when their lengths differ.
    """
    if len(first) != len(second):
        raise ValueError(f"{len(first)} levels against {len(second)}; give one for each reply")
    one, two = np.asarray(first, dtype=np.float64), np.asarray(second, dtype=np.float64)
    # Sums of halves are exact, so that complete chance agreement is exactly 0.
    n, both = len(one), float(one @ two)
    squares = float(one @ one + two @ two)
    by_chance = n * squares - 2 * float(one.sum()) * float(two.sum())
    return 1 - n * (squares - 2 * both) / by_chance if by_chance else None


def mean_kappa(pairs: Sequence[Pair]) -> Kappa:
    """Return the mean weighted kappa over pairs of lists that stand for the same replies in order.

    A level may be NaN where that judge did not see the reply; a pair that shares fewer than
    LEAST_TOLD counts for nothing. The interval resamples replies; with fewer than LEAST_TOLD of
    them nothing but their number is told.
    """
    table = [(np.asarray(a, dtype=np.float64), np.asarray(b, dtype=np.float64)) for a, b in pairs]
    shared = [~np.isnan(one) & ~np.isnan(two) for one, two in table]
    seen = np.any(shared, axis=0) if shared else np.zeros(0, dtype=bool)
    kept = np.flatnonzero(seen)
    table = [pair for pair, both in zip(table, shared, strict=True) if both.sum() >= LEAST_TOLD]
    if len(kept) < LEAST_TOLD:
        return Kappa(None, None, None, len(kept))

    def value(rows: np.ndarray[tuple[int, ...], np.dtype[np.int64]]) -> float | None:
        kappas = [_of_rows(one[rows], two[rows]) for one, two in table]
        told = [kappa for kappa in kappas if kappa is not None]
        return sum(told) / len(told) if told else None

    random = np.random.default_rng(SEED)
    drawn = (value(random.choice(kept, len(kept))) for _ in range(RESAMPLES))
    resampled = [kappa for kappa in drawn if kappa is not None]
    now = value(kept)
    if now is None or not resampled:
        return Kappa(now, None, None, len(kept))
    low, high = np.percentile(resampled, INTERVAL)
    return Kappa(now, float(low), float(high), len(kept))


def agreement(
    people: Mapping[str, Mapping[str, Opinion]], calmline: Mapping[str, Opinion]
) -> Agreement:
    """Return how the raters agree with each other and with the grader.

    `people` holds each rater's opinions by reply id, `calmline` the grader's. A reply that one side
    has not judged counts for nothing.
    """
    ids = sorted({reply for rated in people.values() for reply in rated})
    by_kind = _violations(people, calmline)
    total = Found(*(sum(getattr(f, name) for f in by_kind.values()) for name in _COUNTS))
    return Agreement(
        people={name: mean_kappa(_pairs(people, ids, name)) for name in CRITERIA}
        if len(people) > 1
        else {},
        calmline={name: mean_kappa([_against(people, calmline, ids, name)]) for name in CRITERIA},
        violations=total,
        by_kind=by_kind,
    )


def consensus(people: Mapping[str, Mapping[str, Opinion]], criterion: str) -> dict[str, float]:
    """Return the raters' median level by reply id; with two raters it may be a half."""
    return {
        reply: float(median(opinion.levels[criterion] for opinion in opinions))
        for reply, opinions in _by_reply(people).items()
    }


def majority(opinions: Sequence[Opinion]) -> frozenset[str]:
    """Return the violations that more than half of the raters saw."""
    seen = Counter(kind for opinion in opinions for kind in opinion.kinds)
    return frozenset(kind for kind, count in seen.items() if 2 * count > len(opinions))


def disagreements(
    people: Mapping[str, Mapping[str, Opinion]], calmline: Mapping[str, Opinion]
) -> list[Disagreement]:
    """Return where the raters' median and the grader are a level or more apart, furthest first."""
    opinions = _by_reply(people)
    found = []
    for name, reply in itertools.product(CRITERIA, sorted(set(opinions) & set(calmline))):
        given = tuple(opinion.levels[name] for opinion in opinions[reply])
        graded = calmline[reply].levels[name]
        found.append(Disagreement(reply, name, given, graded, abs(median(given) - graded)))
    return sorted((d for d in found if d.apart >= 1), key=lambda d: (-d.apart, d.reply))


_COUNTS = ("hit", "found", "true")


def _of_rows(
    one: np.ndarray[tuple[int, ...], np.dtype[np.float64]],
    two: np.ndarray[tuple[int, ...], np.dtype[np.float64]],
) -> float | None:
    both = ~np.isnan(one) & ~np.isnan(two)
    return weighted_kappa(list(one[both]), list(two[both]))


def _pairs(
    people: Mapping[str, Mapping[str, Opinion]], ids: Sequence[str], criterion: str
) -> list[Pair]:
    rows = [_row(rated, ids, lambda o: o.levels[criterion]) for rated in people.values()]
    return list(itertools.combinations(rows, 2))


def _against(
    people: Mapping[str, Mapping[str, Opinion]],
    calmline: Mapping[str, Opinion],
    ids: Sequence[str],
    criterion: str,
) -> Pair:
    middle = consensus(people, criterion)
    graded = _row(calmline, ids, lambda o: o.levels[criterion])
    return [middle.get(reply, np.nan) for reply in ids], graded


def _row(
    rated: Mapping[str, Opinion], ids: Sequence[str], level: Callable[[Opinion], int]
) -> list[float]:
    return [level(rated[reply]) if reply in rated else np.nan for reply in ids]


def _violations(
    people: Mapping[str, Mapping[str, Opinion]], calmline: Mapping[str, Opinion]
) -> dict[str, Found]:
    hit: Counter[str] = Counter()
    found: Counter[str] = Counter()
    true: Counter[str] = Counter()
    for reply, opinions in _by_reply(people).items():
        if reply in calmline:
            seen, said = majority(opinions), calmline[reply].kinds
            hit.update(seen & said)
            found.update(said)
            true.update(seen)
    kinds = [kind for kind in KINDS if found[kind] or true[kind]]
    return {kind: Found(hit[kind], found[kind], true[kind]) for kind in kinds}


def _by_reply(people: Mapping[str, Mapping[str, Opinion]]) -> dict[str, list[Opinion]]:
    found: dict[str, list[Opinion]] = {}
    for rated in people.values():
        for reply, opinion in rated.items():
            found.setdefault(reply, []).append(opinion)
    return found
