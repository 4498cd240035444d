"""The closed, frozen types of a grade; what a grader takes and what it gives back."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any, Protocol

CRITERIA = ("acknowledgement", "empathy", "next_steps")
TOP_LEVEL = 3
KINDS = (
    "blame",
    "minimise",
    "speculate",
    "overpromise",
    "ask_secret",
    "disclose",
    "liability",
    "dismiss",
    "off_limits",
    "wrong_advice",
)
GRAVE = frozenset({"ask_secret", "disclose", "blame", "dismiss"})
"""Violations that can harm the customer whatever else the reply does well."""


@dataclass(frozen=True)
class Case:
    """What the grader may know about the breach. Every field is plain text from the case card."""

    exposed_data: tuple[str, ...] = ()
    confirmed: tuple[str, ...] = ()
    unknown: tuple[str, ...] = ()
    approved_offers: tuple[str, ...] = ()
    must_not_say: tuple[str, ...] = ()
    verification: tuple[str, ...] = ()
    next_update: str = ""
    country: str = ""
    sector: str = ""
    channel: str = ""
    role: str = ""

    @classmethod
    def from_mapping(cls, fields: Mapping[str, Any]) -> Case:
        """Return the case in one line of a cases file; keys that grading does not use are ignored.

        `verification` may be one text or a list. Raises TypeError when a field is of another shape.
        """
        known: dict[str, Any] = {name: _texts(name, fields.get(name)) for name in _LISTS}
        known |= {name: _text(name, fields.get(name)) for name in _TEXTS}
        return cls(**known)


_LISTS = ("exposed_data", "confirmed", "unknown", "approved_offers", "must_not_say", "verification")
_TEXTS = ("next_update", "country", "sector", "channel", "role")


def _texts(name: str, given: object) -> tuple[str, ...]:
    if given is None:
        return ()
    if isinstance(given, str):
        return (given,)
    if isinstance(given, Sequence) and all(isinstance(item, str) for item in given):
        return tuple(given)
    raise TypeError(f"{name}: expected a text or a list of texts, got {type(given).__name__}")


def _text(name: str, given: object) -> str:
    if given is None:
        return ""
    if isinstance(given, str):
        return given
    raise TypeError(f"{name}: expected a text, got {type(given).__name__}")


@dataclass(frozen=True)
class Span:
    """Where words stand in a reply: `reply[start:end] == text`, counted in characters."""

    start: int
    end: int
    text: str


@dataclass(frozen=True)
class Edit:
    """A change of a reply: `reply[start:end]` becomes `text`; an insertion when both are equal."""

    start: int
    end: int
    text: str


@dataclass(frozen=True)
class Asked:
    """A reply to be graded, with the customer's message it answers and the case."""

    reply: str
    said: str
    case: Case


@dataclass(frozen=True)
class Level:
    """One criterion's level, 0 to 3, with the words that earned it and one line that says why."""

    criterion: str
    level: int
    reason: str
    evidence: tuple[Span, ...] = ()
    score: float | None = None
    """The expected level, 0.0 to 3.0, that the cuts turned into `level`; None from other judges."""
    between: tuple[int, int] | None = None
    """Two levels, two or more apart, that the grader wavers between; None when it doesn't."""
    missing: str = ""
    """What the next level asks for and this reply does not have; empty at the top."""


@dataclass(frozen=True)
class Violation:
    """Something that must not be said, the words that say it, and why it harms."""

    kind: str
    span: Span
    reason: str

    @property
    def grave(self) -> bool:
        """Whether it can harm the customer whatever else the reply does well."""
        return self.kind in GRAVE


@dataclass(frozen=True)
class Opinion:
    """What a second judge, a language model, gave the same reply; every span is in the reply."""

    by: str
    """The model's name."""
    host: str
    """Where the reply was sent, such as `api.example.com` or `127.0.0.1:8080`."""
    levels: tuple[Level, ...]
    violations: tuple[Violation, ...]


@dataclass(frozen=True)
class NoOpinion:
    """A second judge was asked and gave nothing that can be used. It is never counted as 0."""

    by: str
    host: str
    """Where the reply was sent, or was to be sent."""
    reason: str
    """One of the keys of `rubrics.verdict.WHY`."""
    message: str
    """What people read: why there is no second opinion."""


@dataclass(frozen=True)
class Grade:
    """What a reply was worth: a level per criterion, violations, and one thing to try next."""

    reply: str
    levels: tuple[Level, ...]
    violations: tuple[Violation, ...]
    try_next: str
    rubric: str
    """The rubric's content hash (SHA-256, hexadecimal)."""
    opinion: Opinion | NoOpinion | None = None
    """What a second judge said; None when none was asked. It changes nothing else here."""
    edit: Edit | None = None
    """One change of the reply's own words that would mend it, or lead to the next level."""

    def level(self, criterion: str) -> int:
        """Return the level of one criterion; KeyError for an unknown one."""
        return {level.criterion: level.level for level in self.levels}[criterion]

    @property
    def total(self) -> int:
        """The sum of the levels: 0 to 9."""
        return sum(level.level for level in self.levels)

    @property
    def grave(self) -> bool:
        """Whether any violation is grave."""
        return any(violation.grave for violation in self.violations)


@dataclass(frozen=True)
class Ungraded:
    """A reply that could not be graded, and why. It is never counted as 0."""

    reply: str
    reason: str
    """One of `empty`, `not_english`, `too_long`."""
    message: str
    """What the trainee reads: what is wrong and what to do now."""


class Grader(Protocol):
    """Judges one reply."""

    def grade(self, reply: str, *, said: str, case: Case) -> Grade | Ungraded:
        """Judge `reply` to the customer's message `said` in `case`."""
        ...

    def grade_all(self, asked: Sequence[Asked]) -> list[Grade | Ungraded]:
        """Judge many replies at once, in order; each as `grade` would."""
        ...


def dump(grade: Grade | Ungraded) -> dict[str, Any]:
    """Return plain JSON types; `load` gives the same grade back."""
    return asdict(grade)


def load(fields: Mapping[str, Any]) -> Grade | Ungraded:
    """Return the grade that `dump` wrote."""
    if "levels" not in fields:
        return Ungraded(**fields)
    return Grade(
        reply=fields["reply"],
        levels=tuple(_level(level) for level in fields["levels"]),
        violations=tuple(_violation(violation) for violation in fields["violations"]),
        try_next=fields["try_next"],
        rubric=fields["rubric"],
        opinion=_opinion(fields.get("opinion")),  # records of version 0.1 lack these two
        edit=Edit(**fields["edit"]) if fields.get("edit") else None,
    )


def _opinion(fields: Mapping[str, Any] | None) -> Opinion | NoOpinion | None:
    if fields is None:
        return None
    if "levels" not in fields:
        return NoOpinion(**fields)
    return Opinion(
        fields["by"],
        fields["host"],
        tuple(_level(level) for level in fields["levels"]),
        tuple(_violation(violation) for violation in fields["violations"]),
    )


def _violation(fields: Mapping[str, Any]) -> Violation:
    return Violation(fields["kind"], Span(**fields["span"]), fields["reason"])


def _level(fields: Mapping[str, Any]) -> Level:
    evidence = tuple(Span(**span) for span in fields["evidence"])
    between = fields.get("between")  # records of version 0.1 lack the last three
    return Level(
        fields["criterion"],
        fields["level"],
        fields["reason"],
        evidence,
        fields.get("score"),
        tuple(between) if between else None,
        fields.get("missing", ""),
    )
