"""The one door to calibration, for the page and the command line: draw, rate, report, fit, forget.

Knows nothing of screens. What it refuses is a UserError with the words to show.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from bot.room import UserError
from rubrics import calibration, ratings
from rubrics.agreement import (
    LEAST_TOLD,
    Agreement,
    Disagreement,
    Opinion,
    agreement,
    consensus,
    disagreements,
)
from rubrics.calibration import Calibration, Refit, Standing, weights_hash
from rubrics.draw import draw
from rubrics.grade import CRITERIA, Asked, Grade, Grader, Ungraded
from rubrics.model import Loaded
from rubrics.ratings import Item, Rating

CORPUS = Path(ratings.__file__).with_name("corpus")
POOL = 10
"""Replies that are graded for each one that is drawn: enough to find the rarer levels among."""

AT_ONCE = 32
"""Replies that are graded together, between two steps of the progress bar."""


@dataclass(frozen=True)
class Drawn:
    """What became of drawing a batch."""

    items: tuple[Item, ...]
    skipped: tuple[str, ...]
    """A message for each line that could not be used."""
    levels: Mapping[str, tuple[int, ...]]
    """For each criterion how many drawn replies the grader puts at level 0, 1, 2 and 3."""


@dataclass(frozen=True)
class Report:
    """How raters and grader agree."""

    agreement: Agreement
    disagreements: tuple[Disagreement, ...]
    items: Mapping[str, Item]
    grades: Mapping[str, Grade]
    """As this organisation sees them: with its own thresholds, if they are in use."""
    rated: Mapping[str, int]
    """Replies rated by each rater, also by those who rated too few to count."""
    learned: int
    """Replies of the batch that the grader learned from."""
    standing: Standing
    reworded: bool
    """Whether the calibration was made with other words in the rubric."""

    @property
    def unfinished(self) -> dict[str, int]:
        """How many replies each rater who is not done still has."""
        left = {name: len(self.items) - count for name, count in self.rated.items()}
        return {name: count for name, count in left.items() if count > 0}


@dataclass(frozen=True)
class Fitted:
    """What refitting came to, and the calibration that is in use now because of it."""

    refit: Refit
    calibration: Calibration | None
    """None when refitting does not help: nothing was changed."""


class Calibrating:
    """Calibration in one folder.

    `grader` gives the grader as shipped, without anybody's thresholds; it is asked for only when
    there is something to grade.
    """

    def __init__(self, folder: Path, rubric: Loaded, grader: Callable[[], Grader]) -> None:
        self.folder, self.rubric, self._grader = folder, rubric, grader

    @property
    def standing(self) -> Standing:
        """Whether grades are calibrated here."""
        return calibration.standing(self.folder, weights_hash())

    def batch(self) -> tuple[Item, ...]:
        """Return the batch; UserError when there is none."""
        with _told():
            found = ratings.read_batch(self.folder)
        if not found:
            raise UserError(
                "There is no batch to rate yet. Draw one with `calmline calibrate new --from "
                "replies.jsonl --cases cases.jsonl`, from replies that your own people wrote."
            )
        return found

    def new(
        self,
        cases: Path,
        replies: Path,
        *,
        count: int,
        seed: int,
        learned: bool = False,
        progress: Callable[[], object] = lambda: None,
    ) -> Drawn:
        """Draw a batch of `count` replies from files. UserError when one is being rated already."""
        with _told():
            ratings.refuse_if_rated(self.folder)
            items, skipped = ratings.read_replies(cases, replies, learned=learned)
            pool = random.Random(seed).sample(items, min(len(items), count * POOL))
            given = self._grade(pool, progress)
            drawn = draw(pool, given, count, seed)
            if not drawn:
                raise UserError(f"{replies.name}: no reply in it can be graded; nothing was drawn.")
            ratings.write_batch(self.folder, drawn)
            kept = {item.id: given[item.id] for item in drawn}
            ratings.write_grades(self.folder, self._made_by, kept)
        return Drawn(tuple(drawn), tuple(skipped), _levels(kept))

    def ratings_of(self, rater: str) -> dict[str, Rating]:
        """Return a rater's ratings of the batch by reply id."""
        ids = {item.id for item in self.batch()}
        with _told():
            rated = ratings.ratings_of(self.folder, rater)
        return {reply: rating for reply, rating in rated.items() if reply in ids}

    def rate(self, rater: str, rating: Rating) -> None:
        """Keep a rating; it is on disk when this returns. UserError when it can't be."""
        if rating.id not in {item.id for item in self.batch()}:
            raise UserError("That reply is not in the batch any more. Load the page again.")
        with _told():
            ratings.append(self.folder, rater, rating)

    def rated(self) -> dict[str, int]:
        """Return how many replies of the batch each rater has rated."""
        return {name: len(given) for name, given in self._people().items()}

    def report(self) -> Report:
        """Return how the raters agree with each other and with the grader. UserError without any.

        The grades are read by this organisation's thresholds when they are in use.
        """
        people = self._counting()
        given = self._grades()
        if self.standing.state == "here" and self.standing.calibration:
            cuts = self.standing.calibration.moved_cuts
            rubric = self.rubric.rubric
            asked = {i.id: Asked(i.reply, i.customer, i.case) for i in self.batch()}
            given = {
                name: calibration.recut(grade, cuts, rubric, asked[name])
                for name, grade in given.items()
            }
        calmline = {reply: _opinion(grade) for reply, grade in given.items()}
        items = {item.id: item for item in self.batch()}
        made = self.standing.calibration
        return Report(
            agreement(people, calmline),
            tuple(disagreements(people, calmline)),
            items,
            given,
            self.rated(),
            sum(item.learned for item in items.values()),
            self.standing,
            made is not None and made.rubric != self.rubric.hash,
        )

    def fit(self, *, today: date | None = None) -> Fitted:
        """Refit the thresholds to the raters' medians, and use them where that helps.

        UserError when there are too few ratings, or the grader gives no scores.
        """
        people, given = self._counting(), self._grades()
        shipped = calibration.shipped_cuts()
        wanted = {name: consensus(people, name) for name in CRITERIA}
        scores = {reply: _scores(grade) for reply, grade in given.items()}
        ids = sorted(reply for reply in wanted[CRITERIA[0]] if scores.get(reply))
        if not ids:
            raise UserError("The grader gives these replies no score, so nothing can be refitted.")
        with _told():
            found = calibration.refit(
                {name: [scores[reply][name] for reply in ids] for name in CRITERIA},
                {name: [wanted[name][reply] for reply in ids] for name in CRITERIA},
                shipped,
            )
        if not found.moved:
            return Fitted(found, None)
        made = self._calibration(found, tuple(people), ids, today or date.today())
        calibration.save_calibration(self.folder, made)
        return Fitted(found, made)

    def forget(self, *, everything: bool = False) -> bool:
        """Go back to the shipped thresholds; with `everything` the batch and ratings go, too.

        Return whether there was anything.
        """
        there = calibration.forget_calibration(self.folder)
        if everything:
            there = there or (self.folder / ratings.BATCH).exists()
            ratings.remove(self.folder)
        return there

    def _calibration(
        self, found: Refit, people: tuple[str, ...], ids: Sequence[str], today: date
    ) -> Calibration:
        learned = {item.id for item in self.batch() if item.learned}
        return Calibration(
            cuts=found.cuts,
            raters=people,
            n=found.n,
            before=found.before,
            after=found.after,
            moved=found.moved,
            date=today.isoformat(),
            weights=weights_hash(),
            rubric=self.rubric.hash,
            learned=len(learned & set(ids)),
        )

    def _people(self) -> dict[str, dict[str, Opinion]]:
        ids = {item.id for item in self.batch()}
        with _told():
            everybody = ratings.raters(self.folder)
        return {
            name: {reply: rating.opinion for reply, rating in rated.items() if reply in ids}
            for name, rated in everybody.items()
        }

    def _counting(self) -> dict[str, dict[str, Opinion]]:
        """Return the raters who count: whoever only tried a few replies is no second opinion."""
        least = min(LEAST_TOLD, len(self.batch()))
        people = {name: rated for name, rated in self._people().items() if len(rated) >= least}
        if not people:
            raise UserError(
                f"Nobody has rated the batch yet; a rater counts from {least} replies on. Rate it "
                "on the Calibrate page or with `calmline calibrate rate --rater NAME`."
            )
        return people

    def _grades(self) -> dict[str, Grade]:
        """Return the grader's grades of the batch, made anew when its weights or words changed."""
        items = self.batch()
        given = ratings.read_grades(self.folder, self._made_by)
        missing = [item for item in items if item.id not in given]
        if missing:
            given = {**given, **self._grade(missing, lambda: None)}
            ratings.write_grades(self.folder, self._made_by, given)
        return {reply: grade for reply, grade in given.items() if isinstance(grade, Grade)}

    def _grade(
        self, items: Sequence[Item], progress: Callable[[], object]
    ) -> dict[str, Grade | Ungraded]:
        if not items:
            return {}
        grader, given = self._grader(), {}
        for at in range(0, len(items), AT_ONCE):
            part = items[at : at + AT_ONCE]
            asked = [Asked(item.reply, item.customer, item.case) for item in part]
            for item, grade in zip(part, grader.grade_all(asked), strict=True):
                given[item.id] = grade
                progress()
        return given

    @property
    def _made_by(self) -> str:
        return f"{weights_hash()} {self.rubric.hash}"


@contextmanager
def _told() -> Iterator[Any]:
    """Turn what a person can mend into a UserError."""
    try:
        yield
    except (ratings.BadRatings, calibration.TooFew) as wrong:
        raise UserError(f"{wrong}.") from None


def _opinion(grade: Grade) -> Opinion:
    levels = {level.criterion: level.level for level in grade.levels}
    return Opinion(levels, frozenset(violation.kind for violation in grade.violations))


def _scores(grade: Grade) -> dict[str, float]:
    """Return each criterion's score; empty when one has none."""
    found = {level.criterion: level.score for level in grade.levels}
    told = {name: score for name, score in found.items() if score is not None}
    return told if len(told) == len(CRITERIA) else {}


def _levels(given: Mapping[str, Grade | Ungraded]) -> dict[str, tuple[int, ...]]:
    kept = [grade for grade in given.values() if isinstance(grade, Grade)]
    return {
        name: tuple(sum(grade.level(name) == level for grade in kept) for level in range(4))
        for name in CRITERIA
    }
