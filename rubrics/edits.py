"""What the next level asks for, and one edit of the trainee's own words that would supply it. Pure.

Facts come from the case, feelings from the customer's message; only the joints are the rubric's.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Literal, get_args

from rubrics.grade import TOP_LEVEL, Asked, Edit, Level, Span, Violation
from rubrics.sentences import split

SLOTS = frozenset({"fact", "unknown", "offer", "check", "update", "exposed", "stake"})
"""What the rubric's words may be filled in with."""
Part = Literal["event", "meaning", "owning", "feeling", "cause", "room", "step", "who", "when"]
PARTS: tuple[Part, ...] = get_args(Part)
"""What a reply can lack: three parts to each criterion."""

_OWNS = re.compile(
    r"\b(?:should(?:n['’]t| not| never) have|ought (?:not |never )?to have|our (?:fault|doing|mistake|"
    r"failure|job)|(?:is|was|are|['’]s) on us|ours? (?:to|not)|not (?:your|yours)|we (?:lost|failed|let|"
    r"got (?:it|that|this) wrong|were wrong)|you(?:['’]re| are) right|wrong of us|deserved better)\b",
    re.IGNORECASE,
)
_ROOM = re.compile(
    r"\b(?:what|which|how|would you|do you|shall (?:i|we)|is there)\b[^.?!]*\?|\b(?:take (?:all )?(?:your|the) "
    r"time|tell me|i(?:['’]m| am) (?:here|listening|not going)|stay(?:ing)? (?:on|with)|ask me|talk it "
    r"through|ring me|call me)\b",
    re.IGNORECASE,
)
_WHEN = re.compile(
    r"\b(?:today|tonight|tomorrow|now|this (?:morning|afternoon|evening|week|minute)|(?:mon|tues|wednes|"
    r"thurs|fri|satur|sun)day|within|by (?:the )?(?:end|noon|\w+day|\d)|(?:in|after) (?:\w+|\d+) (?:minutes?|"
    r"hours?|days?|weeks?)|\d{1,2}(?:[:.]\d\d)? ?(?:[ap]\.?m|o['’]clock)|noon|midnight|january|february|march|"
    r"april|june|july|august|september|october|november|december)\b",
    re.IGNORECASE,
)
_STAKE = re.compile(
    r"\b(?:my|me|mine|i|i['’]m|our|we)\b[^.?!]*\?|\b(?:afraid|scared|frightened|terrified|worried|sick|sleep|"
    r"asham\w*|furious|angry|lost|lose|safe|trust\w*|alone|child\w*|mother|mum|mom|father|dad|son|daughter|husband|"
    r"wife|money|savings|house|home|job|health)\b",
    re.IGNORECASE,
)
MOST_QUOTED = 14
"""Words of the customer's that are given back in an edit."""


def lacking(level: Level, reply: str) -> Part | None:
    """Return the part that the next level asks for first; None at the top."""
    if level.level == TOP_LEVEL:
        return None
    quoted = " ".join(span.text for span in level.evidence)
    if level.criterion == "acknowledgement":
        if level.level < 2:
            return "event"
        return "meaning" if _OWNS.search(reply) else "owning"
    if level.criterion == "empathy":
        if level.level < 2:
            return "feeling"
        return "cause" if _ROOM.search(reply) else "room"
    if level.level < 2:
        return "step"
    return "who" if _WHEN.search(quoted) else "when"


def mend(violation: Violation, words: Mapping[str, str], asked: Asked) -> Edit:
    """Return the edit that replaces a violation's sentence by what may be said instead."""
    span = violation.span
    return Edit(span.start, span.end, _filled(words[violation.kind], span.text, asked))


def add(level: Level, part: str, words: Mapping[str, str], asked: Asked) -> Edit:
    """Return the edit that supplies `part`, beside the words that earned the level so far."""
    spans = level.evidence or split(asked.reply)
    text = _filled(words[part], asked.reply, asked)
    if part == "event":
        return Edit(0, 0, f"{text} ")
    if part == "owning":
        end = _before_stop(spans[-1])
        return Edit(end, end, text)
    if part == "who":
        start = spans[0].start
        return Edit(start, start, f"{text} ")
    end = spans[-1].end
    return Edit(end, end, f" {text}")


def applied(reply: str, edit: Edit) -> str:
    """Return the reply with the edit made."""
    return f"{reply[: edit.start]}{edit.text}{reply[edit.end :]}".strip()


def stake(said: str) -> str:
    """Return the customer's sentence that says most plainly what is at stake, or her last one."""
    sentences = [span.text for span in split(said)] or [said.strip()]
    telling = [s for s in sentences if _STAKE.search(s) and len(s.split()) <= MOST_QUOTED]
    found = (telling or sentences)[-1].split()
    return " ".join(found) if len(found) <= MOST_QUOTED else f"{' '.join(found[:MOST_QUOTED])}…"


def _filled(words: str, near: str, asked: Asked) -> str:
    """Return the rubric's words with the case's facts in them.

    Alternatives stand between bars; the first whose facts the case has is taken.
    """
    case = asked.case
    slots = {
        "fact": _nearest(case.confirmed, near),
        "unknown": _nearest(case.unknown, near),
        "offer": _nearest(case.approved_offers, near),
        "check": _nearest(case.verification, near),
        "update": case.next_update,
        "exposed": _listed(case.exposed_data[:3]),
        "stake": stake(asked.said),
    }
    for one in words.split(" | "):
        if all(slots[name] for name in _SLOT.findall(one)):
            return one.format(**slots)
    return ""


_SLOT = re.compile(r"\{(\w+)\}")


def _nearest(texts: Sequence[str], near: str) -> str:
    """Return the text that shares most words with `near`; the first when none does."""
    wanted = _telling(near)
    best = max(texts, key=lambda text: len(wanted & _telling(text)), default="")
    return best.strip().rstrip(".")


def _telling(text: str) -> set[str]:
    """Return a text's longer words: short ones stand in every sentence."""
    return {word for word in re.findall(r"\w+", text.lower()) if len(word) > 3}


def _listed(items: Sequence[str]) -> str:
    return " and ".join([", ".join(items[:-1]), items[-1]] if len(items) > 1 else items)


def _before_stop(span: Span) -> int:
    return span.start + len(span.text.rstrip(".!…"))
