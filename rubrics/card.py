"""The case card as the checks read it: its lines with their words, numbers and people.

Also what a check gives back, and the words that take a sentence back. Knows no kind of violation.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from typing import Literal

from rubrics.advice import Advice, load_advice
from rubrics.grade import Case
from rubrics.wording import numbers, regex, stems

Verdict = Literal["proves", "clears"]


@dataclass(frozen=True)
class Finding:
    """What the case makes of a sentence for one kind of violation, and the line that decides."""

    verdict: Verdict
    because: str
    """A sentence a trainee can read; it quotes the card's line, or the table's row."""


@dataclass(frozen=True)
class Line:
    """A line of the card, with its telling stems and its numbers."""

    text: str
    stems: frozenset[str]
    numbers: frozenset[int]

    @classmethod
    def of(cls, text: str) -> Line:
        return cls(text, stems(text), numbers(text))


@dataclass(frozen=True)
class Card:
    """A case, read once for all sentences."""

    exposed: str
    confirmed: tuple[Line, ...]
    unknown: tuple[Line, ...]
    offers: tuple[Line, ...]
    forbidden: tuple[Line, ...]
    ways: tuple[Line, ...]
    """How a customer may be verified; without what must never be asked."""
    promised: Line
    """The next update."""
    numbers: frozenset[int]
    text: str
    """All that may be said, lower case: everything but what is unknown or forbidden."""
    people: frozenset[str]
    advice: tuple[Advice, ...]

    @classmethod
    def of(cls, case: Case) -> Card:
        said = (*case.confirmed, *case.approved_offers, *case.verification, case.next_update)
        said = (*said, *case.exposed_data, case.sector, case.role)
        named = " . ".join((*case.approved_offers, *case.verification, case.next_update, case.role))
        return cls(
            exposed=" ; ".join(case.exposed_data).lower(),
            confirmed=_lines(case.confirmed),
            unknown=_lines(case.unknown),
            offers=_lines(case.approved_offers),
            forbidden=_lines(case.must_not_say),
            ways=_lines([_NEVER.split(text)[0] for text in case.verification]),
            promised=Line.of(case.next_update),
            numbers=numbers(" ".join(said)),
            text=" ".join(said).lower(),
            people=frozenset(_HELPER.findall(named)),
            advice=tuple(row for row in _table() if row.applies.to(case)),
        )


def plain(sentence: str) -> str:
    """Return `sentence` with straight apostrophes, and with those that hasty typing leaves out."""
    straight = sentence.replace("’", "'").replace("‘", "'")
    return _HASTY_HAVE.sub(r"\1'\2", _HASTY_NOT.sub(r"\1n't", straight))


def asserts(part: str) -> bool:
    """Return whether a part states something: leaves nothing open, and asks nothing."""
    return not UNSURE.search(part) and not part.rstrip().endswith("?")


@cache
def _table() -> tuple[Advice, ...]:
    return load_advice()


def _lines(texts: Sequence[str]) -> tuple[Line, ...]:
    return tuple(Line.of(text) for text in texts if text.strip())


_NEVER = regex(r"[\s.;,]*\b(?:never|not allowed|but not|not (?:her|his|the|date|by)\b|no )\b")
_HELPER = re.compile(
    r"(?:\(|\b(?:call|letter|visit|hour|meeting|session|from|with|named|by|talk|Mrs?|Ms|Dr|Frau|Herr)\b[^(),;.]{0,60}? )"
    r"(?P<name>(?!(?:\w+day|January|February|March|April|May|June|July|August|September|October|November|December|My|The|Number|Direct)\b)"
    r"[A-ZÀ-Þ][a-zà-ÿ'-]+ (?:[A-Z]\. )?(?!(?:January|February|March|April|May|June|July|August|September|October|November|December)\b)"
    r"[A-ZÀ-Þ][a-zà-ÿ][\w'-]*)(?=[),;.]|$| (?:rings|calls|within|by|today|team)|'s)"
)
"""Who the card says will act: named in brackets, or after "call from" and the like."""
_HASTY_NOT = regex(r"\b(do|does|did|is|was|were|has|have|had|would|could|should|are|wo|ca)nt\b")
_HASTY_HAVE = regex(r"\b(that(?=s)|he(?=s)|she(?=s)|they|you|it(?=ll))(s|re|ll|ve)\b")
UNSURE = regex(
    r"\b(?:whether|if|unless|suppose|until|may|might|could|(?:it|he|she|they|someone|somebody|criminals?|people) can|would|as far as|so far|to our knowledge|"
    r"not (?:yet |quite |at all )?(?:known|sure|certain|clear|confirmed|proven|able|in a position|going to)|"
    r"(?:no|any) (?:sign|evidence|trace|indication|reports?|proof|record)s?|still (?:being|checking|looking|"
    r"finding|open|unknown|working)|no idea|(?:don't|do not|can't|cannot|couldn't|won't|will not|didn't)"
    r"(?: \w+){0,3} (?:know|say|tell|see|find|found|rule|promise|guarantee|confirm|speak|claim|swear|"
    r"pretend|guess)|have(?:n't| not) (?:yet )?(?:seen|found|confirmed|established|been able)|"
    r"(?:nobody|no one) (?:\w+ )?(?:knows|can|could|has told|should)|shouldn't|should not|should never|"
    r"wish|hope|(?:i|we) won't|(?:you|your) (?:fear|worry|are worried)|thought|think of|sounds like|you (?:say|said|told)|"
    r"i(?:'m| am) sorry that)\b"
)
"""Knowledge that is denied or left open, and what is only asked, wished or feared."""
REFUSED = regex(
    r"\b(?:can't|cannot|can i|won't|will not|couldn't|nor|not able to|unable to|not (?:going|allowed|mine|free|in a position) to|no one can|nobody "
    r"can|don't|do not|isn't|not|never)(?: \w+){0,3} (?:promise|guarantee|offer|say|speak|tell|discuss|comment|confirm|give|swear|pretend|talk|go into|"
    r"authori\w+|write|claim)\b|\bno (?:promises?|guarantees?)\b"
)
"""What somebody says he can't promise, offer or say."""
