"""From where the network's scores count: bars chosen on replies that it had not seen."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np

from rubrics.agreement import weighted_kappa
from rubrics.grade import CRITERIA, GRAVE, KINDS

Matrix = np.ndarray[Any, np.dtype[Any]]

WEIGHTS = Path(__file__).with_name("weights.safetensors")
BARS = Path(__file__).with_name("bars.json")

CUTS = (0.5, 1.5, 2.5)
"""An expected level is rounded. Cuts searched for agreed no better on replies that they were not
chosen on: kappa 0.876, 0.823, 0.898 against 0.881, 0.819, 0.907."""
GRAVE_FLAGGED, OTHER_FLAGGED = 0.045, 0.02
"""Of replies without a violation, the shares that may be warned of a grave one and of another. A
trainee who is warned for nothing stops reading warnings; a grave one that passes does more harm."""


@dataclass(frozen=True)
class Bars:
    """As chosen by `python -m rubrics.train`."""

    cuts: tuple[float, float, float]
    """The expected levels from which 1, 2 and 3 are given."""
    grave: float
    """The log-odds from which a grave violation is said.

    One bar for all of them: one for each kind fitted the replies that it was chosen on, and all
    together flagged 8% of other clean replies where 5% were meant.
    """
    other: float
    """The log-odds from which any other violation is said."""

    @property
    def harms(self) -> Matrix:
        """Shape (kinds,): the bar of each kind."""
        return np.array([self.grave if kind in GRAVE else self.other for kind in KINDS])


@dataclass(frozen=True)
class Judgement:
    """What raters said of a reply, and what was read in it."""

    levels: tuple[int, ...]
    violations: frozenset[str]
    expected: Matrix
    """Shape (3,): the expected level of each criterion, 0.0 to 3.0."""
    harms: Matrix
    """Shape (kinds,): the log-odds of each violation in its worst sentence."""
    words: int


def load_bars(path: Path = BARS) -> Bars:
    """Return the shipped bars."""
    fields = json.loads(path.read_text(encoding="utf-8"))
    first, second, third = fields["cuts"]
    return Bars((first, second, third), fields["grave"], fields["other"])


def save_bars(bars: Bars, path: Path = BARS) -> None:
    """Write the bars."""
    path.write_text(json.dumps(asdict(bars), indent=1) + "\n", encoding="utf-8")


def bars(judged: Sequence[Judgement]) -> Bars:
    """Return the bars for replies such as these, by the shares of clean ones that may be warned."""
    clean = np.stack([one.harms for one in judged if not one.violations])
    grave = np.array([kind in GRAVE for kind in KINDS])
    worst = np.quantile(clean[:, grave].max(axis=1), 1 - GRAVE_FLAGGED)
    other = np.quantile(clean[:, ~grave].max(axis=1), 1 - OTHER_FLAGGED)
    return Bars(CUTS, round(float(worst), 2), round(float(other), 2))


def level(score: float, cuts: Sequence[float]) -> int:
    """Return the level of a criterion from its expected level."""
    return sum(score >= cut for cut in cuts)


def report(judged: Sequence[Judgement], used: Sequence[Bars]) -> str:
    """Return the figures as lines. `used` holds the bars for each judgement."""
    both = list(zip(judged, used, strict=True))
    given = [[level(score, bar.cuts) for score in one.expected.tolist()] for one, bar in both]
    said = [
        frozenset(k for k, over in zip(KINDS, one.harms >= bar.harms, strict=True) if over)
        for one, bar in both
    ]
    return "\n".join([f"replies: {len(judged)}", *_agreement(judged, given), *_found(judged, said)])


def _found(judged: Sequence[Judgement], said: Sequence[frozenset[str]]) -> list[str]:
    """Return the lines on violations: all, the grave, the clean, and each kind."""
    both = [(one.violations, kinds) for one, kinds in zip(judged, said, strict=True)]
    hit = sum(len(true & kinds) for true, kinds in both)
    true, got = sum(len(true) for true, _ in both), sum(len(kinds) for _, kinds in both)
    unsafe = [kinds for true, kinds in both if true & GRAVE]
    clean = [kinds for true, kinds in both if not true]
    lines = [
        f"violations: precision {hit / (got or 1):.3f}, recall {hit / (true or 1):.3f}",
        f"unsafe passed: {sum(not kinds for kinds in unsafe)}/{len(unsafe)}",
        f"clean replies flagged: {sum(map(bool, clean))}/{len(clean)}",
    ]
    for kind in KINDS:
        want, found = [kind in true for true, _ in both], [kind in kinds for _, kinds in both]
        agreed = sum(w and f for w, f in zip(want, found, strict=True))
        lines.append(f"{kind}: hit {agreed} found {sum(found)} true {sum(want)}")
    return lines


def _agreement(judged: Sequence[Judgement], given: Sequence[Sequence[int]]) -> list[str]:
    """Return a line for each criterion: kappa, what length alone would reach, and by quarters."""
    order = sorted(range(len(judged)), key=lambda i: judged[i].words)
    lines = []
    for c, name in enumerate(CRITERIA):
        want, got = [one.levels[c] for one in judged], [levels[c] for levels in given]
        alone = _kappa([want[i] for i in order], sorted(want))
        parts = np.array_split(order, 4)
        quarters = [_kappa([want[i] for i in p], [got[i] for i in p]) for p in parts]
        shown = " ".join(f"{value:.2f}" for value in quarters)
        lines.append(
            f"{name}: kappa {_kappa(want, got):.3f} (length alone {alone:.3f}; by quarter of words "
            f"{shown})"
        )
    return lines


def _kappa(wanted: Sequence[int], given: Sequence[int]) -> float:
    """Return the weighted kappa; 1.0 where everybody always gave the same level."""
    found = weighted_kappa(wanted, given)
    return 1.0 if found is None else found
