"""The model that a rubric file must fit, and its one reader."""

from __future__ import annotations

import hashlib
import string
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator, model_validator

from rubrics import places
from rubrics.edits import PARTS, SLOTS, Part
from rubrics.grade import CRITERIA, KINDS, TOP_LEVEL
from rubrics.places import Place, Placed
from rubrics.signs import SIGNS

CORE = Path(__file__).with_name("core.yaml")
EXECUTIVE = Path(__file__).with_name("executive.yaml")
SHIPPED = (CORE, EXECUTIVE)

MOST_TOTAL = TOP_LEVEL * len(CRITERIA)

Text = Annotated[str, Field(min_length=1, max_length=400)]
Four = Annotated[tuple[Text, ...], Field(min_length=4, max_length=4, strict=False)]
Three = Annotated[tuple[Text, ...], Field(min_length=3, max_length=3, strict=False)]


class Strict(BaseModel):
    """Frozen; unknown keys refused."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)


class Criterion(Strict):
    """What is asked of a reply, what each level is, and what leads from each level to the next."""

    asks: Text
    levels: Four
    try_next: Three
    missing: dict[Part, Text] = Field(default_factory=dict)
    """What a trainee reads when a part is what the next level asks for."""


class Harm(Strict):
    """What a violation is, and what to say instead."""

    means: Text
    instead: Text


class Messages(Strict):
    """What a trainee reads when a reply can't be graded."""

    empty: Text
    not_english: Text
    too_long: Text


class Result(Strict):
    """A word for a whole session, and what it takes to earn it."""

    name: Text
    least_level: Annotated[float, Field(ge=0, le=TOP_LEVEL)]
    """What each criterion must reach, 0.0 to 3.0."""
    least_concerns: Annotated[float, Field(ge=0, le=1)]
    """The share of the concerns, by weight, that must have been met."""
    most_violations: Annotated[int, Field(ge=0)] | None = None
    """In how many replies something may stand that must not be said; None for any number."""
    says: Text


class Caps(Strict):
    """The most that a session with a grave violation can be: names of results."""

    grave: Text
    grave_repaired: Text


class NoResult(Strict):
    """What a trainee reads when there is no result."""

    stopped: Text
    unfinished: Text
    nothing_graded: Text


class Sentences(Strict):
    """What a trainee reads beside the result; words in braces are filled in."""

    capped: Text
    repaired: Text
    held_back: Text
    taken_back: Text
    ungraded: Text

    @field_validator("*")
    @classmethod
    def _filled(cls, words: str, about: Any) -> str:
        _fillable(words, FILLED[about.field_name])
        return words


FILLED: Mapping[str, frozenset[str]] = {
    "capped": frozenset({"reply", "words", "means", "most"}),
    "repaired": frozenset({"reply", "broken"}),
    "held_back": frozenset({"asks", "most"}),
    "taken_back": frozenset({"replies"}),
    "ungraded": frozenset({"replies"}),
}
"""What can be filled in, by sentence."""


class SessionRules(Strict):
    """What a whole session is worth. Results stand from the best to the one that all reach."""

    results: Annotated[tuple[Result, ...], Field(min_length=2, max_length=6, strict=False)]
    caps: Caps
    repairs_from: Annotated[int, Field(ge=1, le=MOST_TOTAL)]
    """Sum of the three levels (0-9) from which a reply can repair a grave violation."""
    no_result: NoResult
    sentences: Sentences

    @property
    def names(self) -> tuple[str, ...]:
        """The results' names, the best first."""
        return tuple(result.name for result in self.results)

    @model_validator(mode="after")
    def _holds(self) -> SessionRules:
        if len(set(self.names)) < len(self.names):
            raise ValueError("results: a name stands twice; give each its own")
        last = self.results[-1]
        if last.least_level or last.least_concerns or last.most_violations is not None:
            raise ValueError(
                f"results: {last.name!r} is the last, so it must be open to all: least_level 0, "
                "least_concerns 0, no most_violations"
            )
        for better, worse in zip(self.results, self.results[1:], strict=False):
            if _asks_less(better, worse):
                raise ValueError(
                    f"results: {better.name!r} asks for less than {worse.name!r} below it; put "
                    "the one that asks for most first"
                )
        for name, given in self.caps:
            _known(f"caps.{name}", given, self.names)
        grave, repaired = map(self.names.index, (self.caps.grave, self.caps.grave_repaired))
        if not 0 < repaired <= grave:
            raise ValueError(
                "caps: grave_repaired must be below the best result, and no worse than grave"
            )
        return self


class SignWords(Strict):
    """Something that is wanted in every such conversation, or must be kept out of it."""

    asks: Text
    wanted: bool
    shown: Text
    """What a trainee reads where it was found."""
    not_shown: Text
    """What a trainee reads where it was not."""
    most: Text | None = None
    """The most a session can be when it is not as asked: name of a result; None for no limit."""


class Rubric(Strict):
    """How a reply is judged."""

    id: Text
    version: Annotated[int, Field(ge=1)]
    criteria: dict[str, Criterion]
    violations: dict[str, Harm]
    ungraded: Messages
    most_characters: Annotated[int, Field(ge=100)]
    edits: dict[str, Annotated[str, Field(max_length=400)]] = Field(default_factory=dict)
    """By missing part or violation, the words of an edit; empty in rubrics from before 0.2."""
    session: SessionRules | None = None
    """None in rubrics from before 0.2, which running and past sessions may be pinned to."""
    signs: dict[str, SignWords] = Field(default_factory=dict)

    @model_validator(mode="after")
    def _complete(self) -> Rubric:
        for found, wanted in ((self.criteria, CRITERIA), (self.violations, KINDS)):
            if set(found) != set(wanted):
                odd = ", ".join(sorted(set(found) ^ set(wanted)))
                raise ValueError(f"missing or unknown: {odd}")
        if self.edits and set(self.edits) != {*PARTS, *KINDS}:
            odd = ", ".join(sorted(set(self.edits) ^ {*PARTS, *KINDS}))
            raise ValueError(f"edits: missing or unknown: {odd}")
        for name, words in self.edits.items():
            _fillable(words, SLOTS, f"edits.{name}: ")
        for name, sign in self.signs.items():
            _known("signs", name, SIGNS)
            if sign.most is not None:
                _known(f"signs.{name}.most", sign.most, self.session.names if self.session else ())
        return self


class BadRubric(Exception):
    """A rubric file can't be used; a person can mend it."""


@dataclass(frozen=True)
class Loaded:
    """A rubric, the text it was read from, and that text's hash (SHA-256, hexadecimal)."""

    rubric: Rubric
    text: str
    hash: str


def load_rubric(path: Path = CORE) -> Loaded:
    """Return the rubric in a file, whole: with what it extends written out in its text.

    `extends: core` takes everything of core.yaml, in the same folder, that the file does not say
    itself. Raises BadRubric with all that is wrong and where.
    """
    text = _text(path)
    try:
        placed = places.read(text, path.name)
        if "extends" in placed.value:
            placed = _extended(placed, path)
            text = yaml.safe_dump(placed.value, sort_keys=False, allow_unicode=True, width=100)
    except places.Unreadable as mistakes:
        raise BadRubric(str(mistakes)) from None
    return Loaded(_rubric(placed), text, hashlib.sha256(text.encode()).hexdigest())


def _text(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except UnicodeDecodeError:
        raise BadRubric(f"{path.name}:1: not UTF-8 text; save the file as UTF-8") from None


def _rubric(placed: Placed) -> Rubric:
    try:
        return Rubric.model_validate(placed.value)
    except ValidationError as invalid:
        lines = [_mistake(error, placed) for error in invalid.errors(include_url=False)]
        raise BadRubric("\n".join(lines)) from None


def _extended(placed: Placed, path: Path) -> Placed:
    name = placed.value["extends"]
    line = placed.line(("extends",))
    plain = isinstance(name, str) and name.isidentifier()
    base = path.with_name(f"{name}.yaml") if plain else path
    if not plain or not base.is_file():
        raise BadRubric(f"{line}: extends: got {name!r}; expected a rubric beside it, such as core")
    under = places.read(_text(base), base.name)
    if "extends" in under.value:
        raise BadRubric(f"{line}: extends: {name} extends another itself; extend that one")
    own = {key: part for key, part in placed.value.items() if key != "extends"}
    return places.laid_over(under, Placed(own, placed.lines))


def _mistake(error: Mapping[str, Any], placed: Placed) -> str:
    place: Place = tuple(part for part in error["loc"] if not _is_branch(part))
    line, where, kind = placed.line(place), places.dotted(place), error["type"]
    said = {
        "missing": "missing; every rubric needs it",
        "extra_forbidden": "unknown key; take it out or mend its spelling",
        "value_error": str(error.get("ctx", {}).get("error")),
    }.get(kind)
    if said is None:
        got = error["input"]
        shown = "" if isinstance(got, dict | list) else f"got {got!r}; "
        said = f"{shown}{error['msg'][0].lower()}{error['msg'][1:]}"
    return f"{line}: {where}: {said}" if where else f"{line}: {said}"


def _is_branch(part: object) -> bool:
    return isinstance(part, str) and ("[" in part or "tuple" in part)


def _asks_less(better: Result, worse: Result) -> bool:
    allowed = [
        float("inf") if result.most_violations is None else result.most_violations
        for result in (better, worse)
    ]
    return (
        better.least_level < worse.least_level
        or better.least_concerns < worse.least_concerns
        or allowed[0] > allowed[1]
    )


def _fillable(words: str, allowed: frozenset[str], where: str = "") -> None:
    """Raise ValueError when the words name something in braces that can't be filled in."""
    try:
        named = {name for _, name, _, _ in string.Formatter().parse(words) if name is not None}
    except ValueError as error:
        raise ValueError(f"{where}{error}; write {{{{ for a brace") from None
    if named - allowed:
        odd = ", ".join(f"{{{name}}}" for name in sorted(named - allowed))
        known = ", ".join(f"{{{name}}}" for name in sorted(allowed))
        raise ValueError(f"{where}can't fill in {odd}; expected {known}")


def _known(where: str, name: str, names: tuple[str, ...]) -> None:
    if name not in names:
        raise ValueError(f"{where}: got {name!r}; expected {', '.join(names) or 'a session part'}")
