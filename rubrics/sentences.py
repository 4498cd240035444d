"""Splits a reply into sentences, each with its place."""

from __future__ import annotations

import re

from rubrics.grade import Span

_ABBREVIATED = re.compile(
    r"(?:\b(?:mr|mrs|ms|dr|prof|st|no|vs|etc|approx|tel|ext|inc|ltd|jr|sr)|\b[a-z]|e\.g|i\.e|a\.m|p\.m)\.$",
    re.IGNORECASE,
)
_BREAK = re.compile(r"(?<=[.!?…])[\"'”’)]*\s+|\n+")


_MARKUP = re.compile(
    r"<\|\w+\|>(?:\s*(?:assistant|system|user)\b)?|<[^<>\n]{1,200}>"  # tags, a chat's too
    r"|\{\s*[\"'].*\}"  # JSON; a template's {amount} stays
    r"|\b[0-9a-f]{16,}\b"  # boundaries and hashes
    r"|[*#`~|\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff]+",
    re.DOTALL,
)


def unmarked(text: str) -> str:
    """Return `text` with spaces for what nobody says: tags, emphasis, JSON, hashes, unseen letters.

    Places stay the same.
    """
    return _MARKUP.sub(lambda found: " " * len(found.group()), text)


def split(text: str) -> tuple[Span, ...]:
    """Return the sentences of `text`, in order, without surrounding space; none are empty.

    Every span is exact: `text[span.start:span.end] == span.text`.
    """
    spans: list[Span] = []
    start = 0
    for found in _BREAK.finditer(text):
        before = text[start : found.start()]
        if "\n" not in found.group() and _ABBREVIATED.search(before):
            continue
        spans += _span(text, start, found.end())
        start = found.end()
    return tuple(spans + _span(text, start, len(text)))


def _span(text: str, start: int, end: int) -> list[Span]:
    piece = text[start:end]
    bare = piece.strip()
    if not bare:
        return []
    start += piece.index(bare)
    return [Span(start, start + len(bare), bare)]
