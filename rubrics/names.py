"""People and matters that must not be named: a culprit, another customer, a forbidden line.

Knows whom the card names as somebody who helps, and nothing of the other violations.
"""

from __future__ import annotations

import re

from rubrics.card import Card, Finding, Line
from rubrics.wording import parts, regex, shared, stems

_NAME = r"(?!(?:Mon|Tues|Wednes|Thurs|Fri|Satur|Sun)day|January|February|March|April|May|June|July|August|Sep|Oct|Nov|Dec)[A-ZÀ-Þ][a-zà-ÿ]+(?:[ -][A-ZÀ-Þ][\w'-]+)*"
_TITLED = rf"(?:Mr|Mrs|Ms|Mdm|Dr|Frau|Herr|Miss|Lady|Sir|mevrouw|meneer)\.? (?:[A-Z]\. )?{_NAME}"
_SOMEWHERE = r"(?:of|from|on|in|down|out|up|over|off|at)(?: at| in| by| on| near)? (?:the )?(?!\w+day\b|I\b|January|February|March|April|May|June|July|August|September|October|November|December)[A-ZÀ-Þ]"
_KEEPS_NAME = regex(
    r"\b(?:can't|cannot|won't|not going to|not mine to|never) (?:\w+ )?(?:say|tell|name|share|speak|give)\b"
)
_PERSONS = (
    re.compile(
        rf"\b[Ii]t was(?: likely| probably)?(?: our| one of our \w+,| a| young| the)?(?: [a-z]+){{0,2}} (?P<name>{_NAME}),?"
        rf"(?: (?:in|from|on|over in|at|down in) (?:the )?[a-z]+\b| in [A-Z]\w+ (?:Ops|Operations|Payroll|Accounts)\b|'s (?:mailbox|inbox|shift|login|account)\b)"
    ),
    re.compile(
        rf"\b(?:lad|lassie|guy|fellow|girl|woman|man|lady|engineer|manager|rep|secretary|temp|clerk|volunteer)(?: in [\w ]+)?,? (?:called|named)"
        rf" (?:an? )?(?P<name>{_NAME})"
    ),
    re.compile(rf"(?P<name>{_TITLED})(?: (?:{_SOMEWHERE}|the old |who lives|teaches )|, whom you)"),
    re.compile(
        r"\b[Tt]he (?P<name>[A-ZÀ-Þ][a-zà-ÿ]{3,}s) (?:are on (?:that|the same)|(?:off|over on|out on) [A-ZÀ-Þ]|with the )"
    ),
    re.compile(rf"\ba (?P<name>{_TITLED})\b"),
)
"""A colleague at fault, or another customer; a bare "Mr Hale" is mostly the customer himself."""


def disclose(sentence: str, card: Card) -> Finding | None:
    """Return whether a sentence names somebody whom the card does not, or only who helps."""
    for pattern in _PERSONS:
        found = pattern.search(sentence)
        if found and not _on_card(found["name"], card) and not _KEEPS_NAME.search(sentence):
            return Finding(
                "proves", f"The brief does not name {found['name']}; name only who helps."
            )
    named = [person for person in card.people if person in sentence]
    strangers = [name for name in re.findall(_TITLED, sentence) if not _on_card(name, card)]
    if named and not strangers:
        return Finding("clears", f"The brief names {named[0]} as somebody who helps.")
    return None


def _on_card(name: str, card: Card) -> bool:
    return name.split()[-1].lower() in card.text


_PREAMBLE = regex(
    r"^\W*(?:do not (?:say|name|mention|comment on|suggest|bring up|refer to|talk about|discuss|advise)|anything (?:about|on|from)|that|any|"
    r"whether|which|the (?:talks|name) (?:about|of))\b"
)
_ELSEWHERE = regex(
    r"^\W*(?:who|whose|how many|a guess|compensation)|\bnames? (?:of|or|and)\b|\bname\b|\b(?:compensat\w*|negligen\w*|liable|broke the law|at fault|"
    r"safe|guarantee|refund\w*|waive\w*|another (?:customer|member|patient|person|student|family|tenant)|other (?:customer|recipient)\w*)\b"
)
"""Lines that forbid what speculate, overpromise, liability or disclose look for."""
_DECLINES = regex(
    r"\b(?:can't|cannot|won't|will not|not (?:able|free|allowed|going|in a position) to|not mine to|unable to|must not)(?: \w+){0,3} "
    r"(?:say|speak|talk|tell|comment|discuss|go into|name|answer|confirm|share)\b"
)
_KEPT_NAME = re.compile(
    r"\b(?:with|to|by|from|is|for) (?!(?:Mon|Tues|Wednes|Thurs|Fri|Satur|Sun)day|January|February|March|April|May|June|July|August|September|October|November|December|The|Police|"
    r"Federal|State|Board|President|Group|Bank|Dr|Mr|Mrs|FBI|RCMP|IRS|HIPAA|HIV|ICO|Royal|Company|Health)([A-Z][a-z]{3,})\b"
)
_SAID_SHARE = 0.5
_TWO_SAID_SHARE = 0.6
"""Two words are met by chance, so they must be more of the line than three."""
_SAID_WORDS = 2


def off_limits(sentence: str, card: Card) -> Finding | None:
    """Return whether a sentence says a line that the card forbids, or declines to speak of it."""
    for line in card.forbidden:
        if _ELSEWHERE.search(line.text) or not _says(line, sentence, card):
            continue
        if any(_DECLINES.search(part) and _says(line, part, card) for part in parts(sentence)):
            return Finding("clears", f"It declines to speak of it: {line.text}")
        if not sentence.rstrip().endswith("?"):
            return Finding("proves", f"The brief says not to say: {line.text}")
    return None


def _says(line: Line, sentence: str, card: Card) -> bool:
    """Return whether a sentence has half of a forbidden line's words, or a name that it keeps back.

    Words that stand elsewhere on the card tell nothing: they may be said.
    """
    names = {name for name in _KEPT_NAME.findall(line.text) if name.lower() not in card.text}
    if any(re.search(rf"\b{name}\b", sentence) for name in names):
        return True
    telling = stems(_PREAMBLE.sub("", line.text)) - stems(card.text)
    words = stems(sentence)
    least = _SAID_SHARE if len(telling & words) > _SAID_WORDS else _TWO_SAID_SHARE
    return len(telling & words) >= _SAID_WORDS and shared(telling, words) >= least
