"""Thresholds that fit one organisation's raters: found, kept in a file, and put to use.

The grader gives each criterion a score, 0.0 to 3.0; three cuts turn it into a level. Only the cuts
are refitted: what the grader sees in a reply stays as it was trained.
"""

from __future__ import annotations

import hashlib
import json
import secrets
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from functools import lru_cache
from itertools import pairwise
from pathlib import Path
from statistics import mean
from typing import Any, Literal

import numpy as np

from rubrics import why
from rubrics.agreement import SEED, weighted_kappa
from rubrics.bars import BARS, WEIGHTS, Matrix, load_bars
from rubrics.bars import level as level_of
from rubrics.grade import CRITERIA, TOP_LEVEL, Asked, Case, Grade, Grader, Level, Ungraded
from rubrics.model import Loaded, Rubric

FILE = "calibration.json"
LEAST_RATINGS = 40
"""With fewer replies a fold holds too few of the rarer levels to tell a gain from luck."""
LEAST_APART = 0.1
"""Cuts that are closer leave no room for the level between them."""
LEAST_GAIN = 0.02
"""Held-out kappa that new cuts must bring; less is within what another shuffle would change."""
HOLDS, RESAMPLES = 95, 200
"""Percent of RESAMPLES of the replies in which new cuts must gain something, held out. Without it
7 of 24 simulated refits to 40 ratings moved cuts that were right; with it 6 of 90."""
PULL = 2.0
"""How hard the shipped cuts pull: the sum of squared moves costs PULL / ratings of kappa, so that
with 40 ratings a cut moved by 0.5 must bring 0.0125, with 400 a tenth of that."""
FOLDS, SHUFFLES = 5, 5
STEP = 0.05

Three = tuple[float, float, float]
Cuts = Mapping[str, Three]
"""For each criterion the scores from which levels 1, 2 and 3 are given, in order."""


class TooFew(Exception):
    """There are too few ratings to refit from; a person can rate more."""


class BadCalibration(Exception):
    """The calibration file can't be read; a person can mend or remove it."""


@dataclass(frozen=True)
class Refit:
    """What refitting came to."""

    cuts: dict[str, Three]
    """The shipped cuts wherever others did not help."""
    before: dict[str, float | None]
    """Kappa of the shipped cuts with the raters' median, by criterion."""
    after: dict[str, float | None]
    """Held-out kappa of refitted cuts, by criterion: no reply is judged by cuts that saw it."""
    moved: tuple[str, ...]
    """The criteria whose cuts are new; empty when refitting does not help."""
    n: int


@dataclass(frozen=True)
class Calibration:
    """The thresholds in use here, and what they were made from."""

    cuts: dict[str, Three]
    raters: tuple[str, ...]
    n: int
    """Replies that were rated."""
    before: dict[str, float | None]
    after: dict[str, float | None]
    moved: tuple[str, ...]
    date: str
    """The day it was made, as YYYY-MM-DD."""
    weights: str
    """Hash of the weights whose scores the cuts are for (SHA-256, hexadecimal)."""
    rubric: str
    """Hash of the rubric that the raters read."""
    learned: int = 0
    """How many of the replies the grader had learned from."""

    @property
    def moved_cuts(self) -> dict[str, Three]:
        """The cuts that differ from the shipped ones; the other criteria are left to the grader."""
        return {name: self.cuts[name] for name in self.moved}


@dataclass(frozen=True)
class Standing:
    """Whether grades are calibrated here, and by what."""

    state: Literal["none", "here", "stale", "broken"]
    calibration: Calibration | None = None


def refit(
    scores: Mapping[str, Sequence[float]],
    wanted: Mapping[str, Sequence[float]],
    shipped: Cuts,
) -> Refit:
    """Return the cuts that agree best with the raters' levels, where that holds out.

    `scores` are the grader's, `wanted` the raters' median levels of the same replies, in order.
    Cuts are searched on a grid of STEP, pulled towards the shipped ones (PULL), and tried on
    replies they were not fitted to (FOLDS folds, SHUFFLES times). A criterion that gains less than
    LEAST_GAIN, or gains in fewer resamples than HOLDS, keeps its shipped cuts. TooFew below
    LEAST_RATINGS replies.
    """
    n = min(len(scores[name]) for name in CRITERIA)
    if n < LEAST_RATINGS:
        raise TooFew(
            f"{n} replies are rated and have a score; thresholds need {LEAST_RATINGS}, or chance "
            "would set them. Rate more replies first"
        )
    cuts, before, after = dict(shipped), {}, {}
    for name in CRITERIA:
        given, levels = np.asarray(scores[name]), np.asarray(wanted[name], dtype=np.float64)
        now, new = read(given, shipped[name]), _held_out(given, levels, shipped[name])
        before[name], after[name] = _kappa([now], levels), _kappa(new, levels)
        if _gain([now], new, levels) >= LEAST_GAIN and _holds([now], new, levels):
            cuts[name] = best_cuts(given, levels, shipped[name])
    moved = tuple(name for name in CRITERIA if cuts[name] != shipped[name])
    return Refit(cuts, before, after, moved, n)


def best_cuts(scores: Matrix, wanted: Matrix, shipped: Three) -> Three:
    """Return the ordered cuts, LEAST_APART or more apart, of the best kappa after the pull.

    Every triple of the grid is tried. A level is the number of cuts that a score reaches, so that
    the sums that kappa is made of add up over the three cuts, whatever the number of replies.
    """
    n, triples = len(scores), _triples()
    reached = scores[None, :] >= _GRID[:, None]
    counts, weighed = reached.sum(axis=1), reached @ wanted
    levels = counts[triples].sum(axis=1)
    squares = counts[triples] @ np.array([1, 3, 5]) + float(wanted @ wanted)
    both = weighed[triples].sum(axis=1)
    by_chance = n * squares - 2 * levels * float(wanted.sum())
    with np.errstate(divide="ignore", invalid="ignore"):
        kappas = 1 - n * (squares - 2 * both) / by_chance
    moves = ((_GRID[triples] - np.asarray(shipped)) ** 2).sum(axis=1)
    worth = np.where(by_chance > 0, kappas, -np.inf) - PULL / n * moves
    if not np.isfinite(worth).any():
        return shipped
    first, second, third = _GRID[triples[int(np.argmax(worth))]]
    return float(first), float(second), float(third)


def read(scores: Matrix, cuts: Three) -> Matrix:
    """Return the level of each score, 0 to 3."""
    levels: Matrix = (scores[:, None] >= np.asarray(cuts)).sum(axis=1)
    return levels


def recut(grade: Grade, cuts: Cuts, rubric: Rubric, asked: Asked) -> Grade:
    """Return the grade with each level read again from its score.

    A level without a score stays, as does one whose criterion has no cuts here. One that changes
    keeps its evidence, but for level 0, which has none; its reason, what is missing and the one
    thing to try follow the new levels.
    """
    levels = tuple(_recut(level, cuts, rubric, asked.reply) for level in grade.levels)
    if levels == grade.levels:
        return grade
    return replace(
        grade,
        levels=levels,
        try_next=why.try_next(levels, grade.violations, rubric),
        edit=why.edit(asked, levels, grade.violations, rubric),
    )


class Recutting:
    """A grader whose levels are read by this organisation's cuts, if there are any."""

    def __init__(self, grader: Grader, rubric: Rubric, folder: Path) -> None:
        self._grader, self._rubric, self._folder = grader, rubric, folder

    def grade(self, reply: str, *, said: str, case: Case) -> Grade | Ungraded:
        """Judge `reply`, by the calibration as it is now."""
        return self.grade_all([Asked(reply, said, case)])[0]

    def grade_all(self, asked: Sequence[Asked]) -> list[Grade | Ungraded]:
        """Judge many replies, by the calibration as it is now."""
        grades = self._grader.grade_all(asked)
        found = load_calibration(self._folder, weights_hash())
        if found is None:
            return grades
        return [
            grade
            if isinstance(grade, Ungraded)
            else recut(grade, found.moved_cuts, self._rubric, one)
            for one, grade in zip(asked, grades, strict=True)
        ]


def recutting(grader: Grader, rubric: Loaded, folder: Path) -> Grader:
    """Return `grader` with the calibration in `folder` put to use from the next reply on."""
    return Recutting(grader, rubric.rubric, folder)


def shipped_cuts() -> dict[str, Three]:
    """Return the cuts that the weights were shipped with."""
    return dict.fromkeys(CRITERIA, load_bars().cuts)


@lru_cache(maxsize=1)
def weights_hash() -> str:
    """Return the hash of the shipped weights and bars (SHA-256, hexadecimal)."""
    return hashlib.sha256(WEIGHTS.read_bytes() + BARS.read_bytes()).hexdigest()


def load_calibration(folder: Path, weights: str) -> Calibration | None:
    """Return the calibration to use: None when there is none, or it is stale or broken."""
    found = standing(folder, weights)
    return found.calibration if found.state == "here" else None


def standing(folder: Path, weights: str) -> Standing:
    """Return whether grades are calibrated here; stale when it was made for other weights."""
    try:
        found = read_calibration(folder)
    except BadCalibration:
        return Standing("broken")
    if found is None:
        return Standing("none")
    return Standing("here" if found.weights == weights else "stale", found)


def read_calibration(folder: Path) -> Calibration | None:
    """Return what the file says, or None without one. BadCalibration when it can't be used."""
    path = folder / FILE
    try:
        return _calibration(json.loads(path.read_text(encoding="utf-8")))
    except FileNotFoundError:
        return None
    except (ValueError, KeyError, TypeError, AttributeError, OSError) as wrong:
        raise BadCalibration(
            f"{FILE}: can't be used ({wrong}); `calmline calibrate fit` makes it anew, "
            "`calmline calibrate forget` removes it"
        ) from None


def save_calibration(folder: Path, calibration: Calibration) -> None:
    """Write the calibration by rename, so that a kill leaves the old one or the new."""
    folder.mkdir(parents=True, exist_ok=True)
    draft = folder / f".{FILE}.{secrets.token_hex(4)}"
    text = json.dumps(asdict(calibration), ensure_ascii=False, indent=1) + "\n"
    draft.write_text(text, encoding="utf-8")
    draft.replace(folder / FILE)


def forget_calibration(folder: Path) -> bool:
    """Remove the calibration; return whether there was one."""
    there = (folder / FILE).exists()
    (folder / FILE).unlink(missing_ok=True)
    return there


_GRID = np.round(np.arange(STEP, TOP_LEVEL, STEP), 2)


@lru_cache(maxsize=1)
def _triples() -> np.ndarray[tuple[int, ...], np.dtype[np.int64]]:
    """Return shape (triples, 3): indices into the grid, in order and LEAST_APART apart."""
    first, second, third = np.meshgrid(*[np.arange(len(_GRID))] * 3, indexing="ij")
    gap = round(LEAST_APART / STEP)
    kept = (second - first >= gap) & (third - second >= gap)
    return np.stack([first[kept], second[kept], third[kept]], axis=1)


def _held_out(scores: Matrix, wanted: Matrix, shipped: Three) -> list[Matrix]:
    """Return the levels by cuts that were fitted without each reply, once for each shuffle."""
    found = []
    for seed in range(SHUFFLES):
        order = np.random.default_rng(seed).permutation(len(scores))
        given = np.zeros(len(scores))
        for fold in np.array_split(order, FOLDS):
            rest = np.setdiff1d(order, fold)
            given[fold] = read(scores[fold], best_cuts(scores[rest], wanted[rest], shipped))
        found.append(given)
    return found


def _kappa(given: Sequence[Matrix], wanted: Matrix) -> float | None:
    """Return the mean kappa of several judgements of the same replies."""
    found = [weighted_kappa(list(levels), list(wanted)) for levels in given]
    told = [kappa for kappa in found if kappa is not None]
    return mean(told) if told else None


def _gain(now: Sequence[Matrix], new: Sequence[Matrix], wanted: Matrix) -> float:
    before, after = _kappa(now, wanted), _kappa(new, wanted)
    return 0.0 if before is None or after is None else after - before


def _holds(now: Sequence[Matrix], new: Sequence[Matrix], wanted: Matrix) -> bool:
    """Whether the new levels agree better in nearly all resamples of the replies."""
    random, n = np.random.default_rng(SEED), len(wanted)
    better = 0
    for rows in random.integers(0, n, (RESAMPLES, n)):
        drawn = [levels[rows] for levels in new]
        better += _gain([levels[rows] for levels in now], drawn, wanted[rows]) > 0
    return 100 * better >= HOLDS * RESAMPLES


def _recut(level: Level, cuts: Cuts, rubric: Rubric, reply: str) -> Level:
    if level.score is None or level.criterion not in cuts:
        return level
    now = level_of(level.score, cuts[level.criterion])
    return level if now == level.level else why.explained(level, now, reply, rubric)


def _calibration(fields: Mapping[str, Any]) -> Calibration:
    cuts = {name: _three(name, fields["cuts"][name]) for name in CRITERIA}
    return Calibration(
        cuts=cuts,
        raters=tuple(map(str, fields["raters"])),
        n=int(fields["n"]),
        before=dict(fields["before"]),
        after=dict(fields["after"]),
        moved=tuple(name for name in CRITERIA if name in fields["moved"]),
        date=str(fields["date"]),
        weights=str(fields["weights"]),
        rubric=str(fields["rubric"]),
        learned=int(fields["learned"]),
    )


def _three(name: str, given: Sequence[float]) -> Three:
    first, second, third = (float(cut) for cut in given)
    gaps = [after - before for before, after in pairwise((first, second, third))]
    if not all(gap > LEAST_APART - 1e-9 for gap in gaps):
        raise ValueError(f"cuts.{name}: expected three, in order, {LEAST_APART} or more apart")
    return first, second, third
