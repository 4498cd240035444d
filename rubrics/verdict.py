"""What a second judge is to answer, and what is made of its answer. Pure: text in, opinion out.

Nothing that the judge words freely gets through: only levels, kinds and places in the reply do.
Reasons are the rubric's sentences, quotes are the reply's own letters.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from rubrics.grade import CRITERIA, KINDS, TOP_LEVEL, Level, Opinion, Span, Violation
from rubrics.model import Rubric

WHY = {
    "late": "{host} did not answer in time.",
    "unreachable": "{host} can't be reached.",
    "status": "{host} answered with an error ({detail}).",
    "refused": "the model declined to judge this reply.",
    "cut_off": "the model's answer was cut off.",
    "empty": "the model's answer was empty.",
    "not_a_verdict": "the model's answer was not in the form that was asked for.",
    "not_quoted": "the model's answer did not quote the reply.",
    "failed": "asking failed ({detail}).",
}
"""Why there is no second opinion, by reason; what people read."""
CUT_OFF = "length"
"""A chat completion's finish reason when the answer hit a limit."""
FILTERED = "content_filter"
"""A chat completion's finish reason when the server kept the answer back."""
MOST_QUOTES = 40
"""Quotes in one place of the answer; an honest one has a few, a runaway model has thousands."""


class NoVerdict(Exception):
    """An answer that can't be used; `reason` is a key of WHY, `detail` is put into its words."""

    def __init__(self, reason: str, detail: str = "") -> None:
        super().__init__(reason)
        self.reason, self.detail = reason, detail


def schema() -> dict[str, Any]:
    """Return the JSON Schema of the answer, in the subset that strict structured output takes.

    Quotes come before the level, so that a model reads before it judges.
    """
    quotes = {"type": "array", "items": {"type": "string"}}
    level = {"type": "integer", "enum": list(range(TOP_LEVEL + 1))}
    violation = _object(kind={"type": "string", "enum": list(KINDS)}, quotes=quotes)
    return _object(
        **{name: _object(quotes=quotes, level=level) for name in CRITERIA},
        violations={"type": "array", "items": violation},
    )


def read(body: str, *, reply: str, rubric: Rubric, by: str, host: str) -> Opinion:
    """Return the opinion in the body of a chat completion. Raises NoVerdict.

    Every quote must stand in the reply, and a level above 0 and a violation must have one.
    """
    verdict = _verdict(_content(body))
    levels = tuple(
        Level(name, said.level, rubric.criteria[name].levels[said.level], spans)
        for name in CRITERIA
        for said in [getattr(verdict, name)]
        for spans in [_spans(said.quotes, reply, needed=said.level > 0)]
    )
    violations = tuple(
        Violation(said.kind, span, rubric.violations[said.kind].means)
        for said in verdict.violations
        for span in _spans(said.quotes, reply, needed=True)
    )
    return Opinion(by, host, levels, violations)


def locate(quote: str, reply: str) -> Span | None:
    """Return where a quote stands in the reply, in the reply's own letters; None when it doesn't.

    A quote is whole words. When it is not there letter for letter, quotation marks and white space
    may differ, if then there is one place only.
    """
    bare = quote.strip()
    if not any(letter.isalnum() for letter in bare):
        return None
    exact = _places(re.escape(bare), reply)
    found = exact[:1] or _places(r"\s+".join(map(re.escape, _evened(bare).split())), _evened(reply))
    if len(found) != 1:
        return None
    start, end = found[0]
    return Span(start, end, reply[start:end])


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True)


_Quotes = Annotated[list[str], Field(max_length=MOST_QUOTES)]


class _Rated(_Strict):
    quotes: _Quotes
    level: Annotated[int, Field(ge=0, le=TOP_LEVEL)]


class _Found(_Strict):
    kind: Annotated[str, Field(pattern=f"^({'|'.join(KINDS)})$")]
    quotes: _Quotes


class _Verdict(_Strict):
    acknowledgement: _Rated
    empathy: _Rated
    next_steps: _Rated
    violations: Annotated[list[_Found], Field(max_length=MOST_QUOTES)]


class _Message(BaseModel):
    """A chat completion's message; servers add fields of their own, and leave out `refusal`."""

    content: str | None = None
    refusal: str | None = None


class _Choice(BaseModel):
    message: _Message
    finish_reason: str | None = None


class _Completion(BaseModel):
    choices: Annotated[list[_Choice], Field(min_length=1)]


def _content(body: str) -> str:
    try:
        choice = _Completion.model_validate_json(body).choices[0]
    except ValidationError:
        raise NoVerdict("not_a_verdict") from None
    if choice.message.refusal or choice.finish_reason == FILTERED:
        raise NoVerdict("refused")
    if choice.finish_reason == CUT_OFF:
        raise NoVerdict("cut_off")
    content = (choice.message.content or "").strip()
    if not content:
        raise NoVerdict("empty")
    return content


def _verdict(content: str) -> _Verdict:
    try:
        return _Verdict.model_validate_json(content)
    except ValidationError:
        raise NoVerdict("not_a_verdict") from None


def _spans(quotes: Sequence[str], reply: str, *, needed: bool) -> tuple[Span, ...]:
    spans = [locate(quote, reply) for quote in quotes]
    found = tuple(dict.fromkeys(span for span in spans if span))
    if None in spans or (needed and not found):
        raise NoVerdict("not_quoted")
    return found


def _places(pattern: str, text: str) -> list[tuple[int, int]]:
    """Return (start, end) of each match that cuts no word, overlapping ones too."""
    matches = re.finditer(rf"(?=({pattern}))", text)
    return [match.span(1) for match in matches if _whole(text, *match.span(1))]


def _whole(text: str, start: int, end: int) -> bool:
    cut_before = start > 0 and text[start - 1].isalnum() and text[start].isalnum()
    cut_after = end < len(text) and text[end - 1].isalnum() and text[end].isalnum()
    return not (cut_before or cut_after)


_EVEN = str.maketrans("‘’‚‛“”„‟«»′″`´", "''''\"\"\"\"\"\"'\"''")


def _evened(text: str) -> str:
    """Return the text with straight quotation marks, letter by letter."""
    return text.translate(_EVEN)


def _object(**properties: Any) -> dict[str, Any]:
    return {
        "type": "object",
        "properties": properties,
        "required": list(properties),
        "additionalProperties": False,
    }
