"""The model that a rubric file must fit, and its one reader."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from rubrics.grade import CRITERIA, KINDS

CORE = Path(__file__).with_name("core.yaml")

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


class Harm(Strict):
    """What a violation is, and what to say instead."""

    means: Text
    instead: Text


class Messages(Strict):
    """What a trainee reads when a reply can't be graded."""

    empty: Text
    not_english: Text
    too_long: Text


class Rubric(Strict):
    """How a reply is judged."""

    id: Text
    version: Annotated[int, Field(ge=1)]
    criteria: dict[str, Criterion]
    violations: dict[str, Harm]
    ungraded: Messages
    most_characters: Annotated[int, Field(ge=100)]

    @model_validator(mode="after")
    def _complete(self) -> Rubric:
        for found, wanted in ((self.criteria, CRITERIA), (self.violations, KINDS)):
            if set(found) != set(wanted):
                odd = ", ".join(sorted(set(found) ^ set(wanted)))
                raise ValueError(f"missing or unknown: {odd}")
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
    """Return the rubric in a file. Raises BadRubric with what is wrong and where."""
    text = path.read_text(encoding="utf-8")
    try:
        rubric = Rubric.model_validate(yaml.safe_load(text))
    except yaml.YAMLError as error:
        raise BadRubric(f"{path.name}: not YAML: {error}") from None
    except ValidationError as invalid:
        lines = [
            f"{path.name}: {'.'.join(map(str, error['loc']))}: {error['msg']}"
            for error in invalid.errors()
        ]
        raise BadRubric("\n".join(lines)) from None
    return Loaded(rubric, text, hashlib.sha256(text.encode()).hexdigest())
