"""A batch of replies to rate blind, and what each rater said of it, on disk.

One folder: `batch.jsonl`, `ratings/` with a file for each rater, and `grades.json`, the grader's
grades kept apart so that nobody sees them by rating. A rating is one line, appended; the last line
for a reply counts; a line that was cut off is dropped and rated again.
"""

from __future__ import annotations

import hashlib
import json
import os
import re
import secrets
import shutil
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from rubrics import grade as grades
from rubrics.agreement import Opinion
from rubrics.grade import CRITERIA, KINDS, TOP_LEVEL, Case, Grade, Ungraded

BATCH, GRADES, RATINGS = "batch.jsonl", "grades.json", "ratings"
LONGEST_NAME = 80
MOST_WORDS = 1000
"""Characters of a rater's own words on one reply."""


class BadRatings(Exception):
    """Something in the folder, or about to go in, can't be used; a person can mend it."""


@dataclass(frozen=True)
class Item:
    """A reply to rate, with all that a rater may know of it."""

    id: str
    case: Case
    customer: str
    reply: str
    learned: bool = False
    """Whether the grader learned from this very reply, so that agreement on it flatters."""


@dataclass(frozen=True)
class Rating:
    """What one rater said of one reply."""

    id: str
    levels: Mapping[str, int]
    kinds: tuple[str, ...] = ()
    words: str = ""

    @property
    def opinion(self) -> Opinion:
        """The rating without its words."""
        return Opinion(self.levels, frozenset(self.kinds))


def read_batch(folder: Path) -> tuple[Item, ...]:
    """Return the batch, in the order it is rated in; empty when none was drawn. BadRatings."""
    path = folder / BATCH
    if not path.exists():
        return ()
    return tuple(_item(fields, f"{BATCH}:{number}") for number, fields in _rows(path))


def refuse_if_rated(folder: Path) -> None:
    """Raise BadRatings when a batch is being rated: a new one would orphan its ratings."""
    if raters(folder):
        raise BadRatings(
            "A batch is being rated here, and a new one would lose its ratings. Rate it to its "
            "end, name another --folder, or remove it with `calmline calibrate forget --everything`"
        )


def write_batch(folder: Path, items: Sequence[Item]) -> None:
    """Keep a batch. BadRatings when one is being rated already."""
    refuse_if_rated(folder)
    rows = ({**asdict(item), "case": asdict(item.case)} for item in items)
    _write(folder / BATCH, "".join(f"{json.dumps(row, ensure_ascii=False)}\n" for row in rows))
    (folder / GRADES).unlink(missing_ok=True)


def read_replies(
    cases: Path, replies: Path, *, learned: bool = False
) -> tuple[list[Item], list[str]]:
    """Return the replies in a file, and a message for each line that was skipped.

    Both files are JSONL as `calmline grade` takes them.
    """
    skipped: list[str] = []
    known: dict[str, Case] = {}
    for where, fields in _told(cases, skipped):
        try:
            known[str(fields["id"])] = Case.from_mapping(fields)
        except (KeyError, TypeError) as wrong:
            skipped.append(f"{where}: {wrong}; skipped")
    found: dict[str, Item] = {}
    for where, fields in _told(replies, skipped):
        why = _unfit(fields, known, found)
        if why:
            skipped.append(f"{where}: {why}; skipped")
            continue
        case = known[fields["case"]]
        item = Item(fields["id"], case, fields["customer"], fields["reply"], learned)
        found[item.id] = item
    return list(found.values()), skipped


def clean_name(name: str) -> str:
    """Return a rater's name on one line. BadRatings when nothing, or too much, is left."""
    plain = unicodedata.normalize("NFC", name)
    shown = "".join(" " if unicodedata.category(x)[0] in "CZ" else x for x in plain)
    kept = " ".join(shown.split())
    if not kept:
        raise BadRatings("A rater needs a name: any text that tells the raters apart")
    if len(kept) > LONGEST_NAME:
        raise BadRatings(f"The name has {len(kept)} characters; use up to {LONGEST_NAME}")
    return kept


def rater_path(folder: Path, name: str) -> Path:
    """Return the file of one rater; the hash in it keeps similar names apart."""
    kept = clean_name(name)
    plain = re.sub(r"[^a-z0-9]+", "-", kept.lower()).strip("-")[:40]
    digest = hashlib.sha256(kept.encode()).hexdigest()[:12]
    return folder / RATINGS / f"{plain or 'rater'}-{digest}.jsonl"


def append(folder: Path, name: str, rating: Rating) -> None:
    """Add a rating to the rater's file; on disk when this returns. BadRatings if it can't be."""
    _check(rating)
    path = rater_path(folder, name)
    path.parent.mkdir(parents=True, exist_ok=True)
    fields = {"id": rating.id, **rating.levels}
    fields |= {"violations": list(rating.kinds), "words": rating.words}
    lines = [fields] if _mend(path) else [{"rater": clean_name(name)}, fields]
    text = "".join(f"{json.dumps(line, ensure_ascii=False)}\n" for line in lines)
    # One write at the file's end: two windows of the same rater never cut into each other's line.
    opened = os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o644)
    try:
        os.write(opened, text.encode())
        os.fsync(opened)
    finally:
        os.close(opened)


def ratings_of(folder: Path, name: str) -> dict[str, Rating]:
    """Return a rater's ratings by reply id, the last of each. BadRatings names a bad line."""
    return _ratings(rater_path(folder, name))[1]


def raters(folder: Path) -> dict[str, dict[str, Rating]]:
    """Return everybody's ratings by rater, in the names' order. BadRatings names a bad line."""
    found = (_ratings(path) for path in sorted((folder / RATINGS).glob("*.jsonl")))
    return dict(sorted((name, rated) for name, rated in found if rated))


def write_grades(folder: Path, made_by: str, given: Mapping[str, Grade | Ungraded]) -> None:
    """Keep the grader's grades of the batch; `made_by` tells its weights and rubric."""
    kept = {reply: grades.dump(grade) for reply, grade in given.items()}
    _write(folder / GRADES, json.dumps({"made_by": made_by, "grades": kept}, ensure_ascii=False))


def read_grades(folder: Path, made_by: str) -> dict[str, Grade | Ungraded]:
    """Return the kept grades; empty when others made them, or they can't be read."""
    try:
        fields = json.loads((folder / GRADES).read_text(encoding="utf-8"))
        if fields["made_by"] != made_by:
            return {}
        return {reply: grades.load(grade) for reply, grade in fields["grades"].items()}
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return {}


def remove(folder: Path) -> None:
    """Remove the batch, all ratings of it and the grades."""
    for name in (BATCH, GRADES):
        (folder / name).unlink(missing_ok=True)
    shutil.rmtree(folder / RATINGS, ignore_errors=True)


def _check(rating: Rating) -> None:
    for name in CRITERIA:
        level = rating.levels.get(name)
        if not isinstance(level, int) or isinstance(level, bool) or not 0 <= level <= TOP_LEVEL:
            raise BadRatings(f"{name}: got {level!r}; choose a level from 0 to {TOP_LEVEL}")
    odd = sorted(set(rating.kinds) - set(KINDS))
    if odd:
        raise BadRatings(f"violations: {', '.join(odd)} unknown; expected {', '.join(KINDS)}")
    if len(rating.words) > MOST_WORDS:
        raise BadRatings(f"words: {len(rating.words)} characters; use up to {MOST_WORDS}")


def _mend(path: Path) -> bool:
    """Cut off a last line that was not finished; return whether anything is left."""
    if not path.exists():
        return False
    whole = path.read_bytes()
    kept = whole[: whole.rfind(b"\n") + 1]
    if kept != whole:
        with path.open("r+b") as file:
            file.truncate(len(kept))
    return bool(kept)


def _ratings(path: Path) -> tuple[str, dict[str, Rating]]:
    name, rated = "", {}
    for number, fields in _rows(path) if path.exists() else ():
        if "rater" in fields:
            name = str(fields["rater"])
            continue
        rating = _rating(fields, f"{path.name}:{number}")
        rated[rating.id] = rating
    if rated and not name:
        raise BadRatings(f'{path.name}:1: the first line must be {{"rater": "the name"}}')
    return name, rated


def _rating(fields: Mapping[str, Any], where: str) -> Rating:
    try:
        levels = {name: fields[name] for name in CRITERIA}
        kinds = tuple(map(str, fields["violations"]))
        rating = Rating(str(fields["id"]), levels, kinds, str(fields.get("words", "")))
        _check(rating)
    except KeyError as missing:
        raise BadRatings(f"{where}: {missing} is missing; mend the line or take it out") from None
    except (TypeError, BadRatings) as wrong:
        raise BadRatings(f"{where}: {wrong}; mend the line or take it out") from None
    return rating


def _item(fields: Mapping[str, Any], where: str) -> Item:
    try:
        texts = [fields[name] for name in ("id", "customer", "reply")]
        if not all(isinstance(text, str) for text in texts):
            raise TypeError("id, customer and reply must be texts")
        case = Case.from_mapping(fields["case"])
    except (KeyError, TypeError, AttributeError) as wrong:
        raise BadRatings(f"{where}: {wrong}; mend the line, or draw a new batch") from None
    return Item(texts[0], case, texts[1], texts[2], fields.get("learned") is True)


def _rows(path: Path) -> Iterator[tuple[int, dict[str, Any]]]:
    """Yield (line number, fields); a last line without its end is not there yet."""
    with path.open("rb") as lines:
        for number, line in enumerate(lines, 1):
            if not line.endswith(b"\n") or not line.strip():
                continue
            try:
                fields = json.loads(line)
            except (ValueError, RecursionError) as wrong:
                raise BadRatings(
                    f"{path.name}:{number}: not JSON ({wrong}); mend the line or take it out"
                ) from None
            if not isinstance(fields, dict):
                raise BadRatings(
                    f"{path.name}:{number}: not an object; mend the line or take it out"
                )
            yield number, fields


def _told(path: Path, skipped: list[str]) -> Iterator[tuple[str, dict[str, Any]]]:
    """Yield (file:line, fields) of every good line; the others are told in `skipped`."""
    with path.open("rb") as lines:
        for number, line in enumerate(lines, 1):
            where = f"{path.name}:{number}"
            try:
                fields = json.loads(line) if line.strip() else None
            except (ValueError, RecursionError) as wrong:
                skipped.append(f"{where}: not JSON ({wrong}); skipped")
                continue
            if isinstance(fields, dict):
                yield where, fields
            elif line.strip():
                skipped.append(f"{where}: not an object; skipped")


def _unfit(fields: Mapping[str, Any], cases: Mapping[str, Case], found: Mapping[str, Item]) -> str:
    for name in ("id", "case", "customer", "reply"):
        if not isinstance(fields.get(name), str):
            return f"{name}: missing, or not a text"
    if fields["case"] not in cases:
        return f"case: {fields['case']!r} is not in the cases file"
    return f"id: {fields['id']!r} stands twice" if fields["id"] in found else ""


def _write(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_name(f".{path.name}.{secrets.token_hex(4)}")
    draft.write_text(text, encoding="utf-8")
    draft.replace(path)
