"""The table of advice that is wrong for a customer, the model it must fit, and its one reader.

The rows are in advice.yaml; each holds for some countries, and for some exposed data or incidents.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator, model_validator

from rubrics import places
from rubrics.grade import Case
from rubrics.places import Placed
from rubrics.wording import stems

SHIPPED = Path(__file__).with_name("advice.yaml")

Country = Literal["AU", "CA", "CH", "DE", "ES", "IE", "NL", "PL", "SG", "UK", "US"]
Text = Annotated[str, Field(min_length=1, max_length=400)]
Texts = Annotated[tuple[Text, ...], Field(strict=False)]
Some = Annotated[tuple[Text, ...], Field(min_length=1, strict=False)]
Patterns = Annotated[
    tuple[Annotated[str, Field(min_length=1, max_length=900)], ...],
    Field(min_length=1, strict=False),
]

_NAMES: Mapping[str, Country] = {
    "australia": "AU",
    "canada": "CA",
    "switzerland": "CH",
    "germany": "DE",
    "spain": "ES",
    "ireland": "IE",
    "netherlands": "NL",
    "poland": "PL",
    "singapore": "SG",
    "uk": "UK",
    "united kingdom": "UK",
    "us": "US",
    "usa": "US",
    "united states": "US",
}
_COUNTRY = re.compile(rf"\b(?:{'|'.join(sorted(_NAMES, key=len, reverse=True))})\b", re.IGNORECASE)
_STAFFED_FROM = re.compile(
    r"\bagents in [^)]*|\brelations in [^)]*|\bnorthern ireland\b", re.IGNORECASE
)


class BadAdvice(Exception):
    """The table can't be used; a person can mend it. One mistake a line, `file:line: message`."""


class _Strict(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)


class Applies(_Strict):
    """For whom advice is wrong. An empty list, or none, stands for all."""

    countries: Annotated[tuple[Country, ...], Field(strict=False)] = ()
    exposed: Texts = ()
    """Words one of which the exposed data must have."""
    incident: Texts = ()
    """Words one of which what is confirmed must have."""

    def to(self, case: Case) -> bool:
        """Return whether the row holds for every country of `case`, its data and its incident."""
        lands = countries(case.country)
        return (
            (not self.countries or (bool(lands) and lands <= set(self.countries)))
            and _has(case.exposed_data, self.exposed)
            and _has(case.confirmed, self.incident)
        )


class Advice(_Strict):
    """One piece of wrong advice, and what is right."""

    id: Annotated[str, Field(pattern=r"^[a-z][a-z-]*$")]
    applies: Applies = Applies()
    wrong: Patterns
    """Plain regular expressions, read without regard to case; one is enough."""
    because: Text
    instead: Text
    source: Text
    as_of: date
    review_by: date
    examples: Examples

    @field_validator("wrong")
    @classmethod
    def _compiles(cls, patterns: tuple[str, ...]) -> tuple[str, ...]:
        for pattern in patterns:
            try:
                re.compile(pattern)
            except re.error as error:
                raise ValueError(f"{pattern!r} is no regular expression: {error}") from None
        return patterns

    @model_validator(mode="after")
    def _reviewed_later(self) -> Advice:
        if self.review_by <= self.as_of:
            raise ValueError(f"review_by: {self.review_by} must be later than as_of, {self.as_of}")
        return self

    def given(self, sentence: str) -> bool:
        """Return whether `sentence` gives this advice, and does not warn against it."""
        return any(
            not _WARNED.search(sentence[: found.start()])
            for pattern in self.wrong
            if (found := re.search(pattern, sentence, re.IGNORECASE))
        )


class Examples(_Strict):
    """Wording that gives the wrong advice, and wording that looks like it and is right."""

    wrong: Some
    right: Some


class _Table(_Strict):
    advice: Annotated[tuple[Advice, ...], Field(min_length=1, strict=False)]

    @model_validator(mode="after")
    def _ids_differ(self) -> _Table:
        ids = [row.id for row in self.advice]
        twice = sorted({name for name in ids if ids.count(name) > 1})
        if twice:
            raise ValueError(f"id: {', '.join(twice)} stands twice; give each row its own")
        return self


Advice.model_rebuild()

_WARNED = re.compile(
    r"(?:\b(?:not|never|nobody|avoid|instead of|rather than|no need to|anyone who|whoever|if|"
    r"scam\w*|(?:pages?|sites?|people|those|anyone) (?:that|who)|"
    r"fraudsters?|they(?:['’]ll| will| may| might)?|he|she)|n['’]t)\b[^.;!?]{0,60}$",
    re.IGNORECASE,
)
"""What, before the words, turns advice into a warning or into what somebody else asks."""


def load_advice(path: Path = SHIPPED) -> tuple[Advice, ...]:
    """Return the table's rows. Raises BadAdvice with all that is wrong and where."""
    try:
        placed = places.read(path.read_text(encoding="utf-8"), path.name)
    except UnicodeDecodeError:
        raise BadAdvice(f"{path.name}:1: not UTF-8 text; save the file as UTF-8") from None
    except places.Unreadable as mistakes:
        raise BadAdvice(str(mistakes)) from None
    try:
        return _Table.model_validate(placed.value).advice
    except ValidationError as invalid:
        lines = [_mistake(error, placed) for error in invalid.errors(include_url=False)]
        raise BadAdvice("\n".join(lines)) from None


def countries(text: str) -> frozenset[Country]:
    """Return the countries a case's `country` names, but for where its staff sit."""
    return frozenset(_NAMES[name.lower()] for name in _COUNTRY.findall(_STAFFED_FROM.sub("", text)))


def _has(lines: tuple[str, ...], words: tuple[str, ...]) -> bool:
    return not words or bool(stems(" ".join(lines)) & stems(" ".join(words)))


def _mistake(error: Mapping[str, Any], placed: Placed) -> str:
    place = error["loc"]
    line, where = placed.line(place), places.dotted(place)
    said = {
        "missing": "missing; every row needs it",
        "extra_forbidden": "unknown key; take it out or mend its spelling",
        "value_error": str(error.get("ctx", {}).get("error")),
    }.get(error["type"])
    if said is None:
        got = error["input"]
        shown = "" if isinstance(got, dict | list) else f"got {got!r}; "
        said = f"{shown}{error['msg'][0].lower()}{error['msg'][1:]}"
    return f"{line}: {where}: {said}" if where else f"{line}: {said}"
