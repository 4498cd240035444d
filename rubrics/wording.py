"""What a text says in plain terms: its telling words, its numbers, whether it denies or asks.

Compares a sentence with a line of the case card without a model. Knows nothing of violations.
"""

from __future__ import annotations

import re

_WORD = re.compile(r"[^\W\d_]+(?:['’][^\W\d_]+)?|\d[\d,.]*\d|\d")


def _listed(words: str) -> tuple[str, ...]:
    return tuple(words.split())


_SMALL = frozenset(
    _listed("""
    a about after again all also always am an and another any anybody anyone anything are around as
    ask at away back be because been before being but by can could day did do does doing done down
    each ever every everyone everything few for from get give go going gone good got had has have
    having he hear help her here him his how i if in into is it its just keep kind know let like
    look make many may me might mine more most much must my need never new next no nobody none nor
    not nothing now of off on once one only or other our out over own please put said same say see
    she should since so some someone something still such take than that the their them then there
    these they thing this those through time to today told too under until up us very want was way
    we well were what when where whether which while who whose why will with without word would yet
    you your yours
    """)
)
_VALUES = {
    word: value
    for value, word in enumerate(
        _listed(
            "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen "
            "fifteen sixteen seventeen eighteen nineteen twenty"
        )
    )
} | {"thirty": 30, "forty": 40, "fifty": 50, "sixty": 60, "seventy": 70, "eighty": 80, "ninety": 90}
_ONES = "|".join(word for word, value in _VALUES.items() if 0 < value < 10)
_IN_WORDS = re.compile(
    rf"\b({'|'.join(sorted(_VALUES, key=len, reverse=True))})\b(?:(?<=ty)[- ]({_ONES})\b)?"
)
_ENDINGS = re.compile(r"(?:ations?|ings?|ied|ies|ed|es|s|ly|e|y)$")
_SHORTEST = 3
"""Letters a stem keeps: cut further, "used" and "user" and "us" are one word."""
_FIGURE = re.compile(r"(?<![\d.])(\d[\d,]{0,17})")
"""A whole number, or the whole part of one; of longer rows of digits, which Python won't read as a
number, the first eighteen."""
_PERIOD = re.compile(r"\b([a-z]+-[a-z]+|[a-z]+|\d+)[ -](year|month|week)s?\b")
_MONTHS_IN_YEAR = 12
_DENIES = re.compile(
    r"\b(?:not|no|never|nobody|nothing|none|neither|cannot|without)\b|n['’]t\b|\bno[- ]one\b",
    re.IGNORECASE,
)
_APART = re.compile(r"\s*[;:—–]\s*|,?\s+(?:but|though|although|however)\s+", re.IGNORECASE)


def regex(pattern: str) -> re.Pattern[str]:
    """Return `pattern` compiled, to be read without regard to case."""
    return re.compile(pattern, re.IGNORECASE)


def stems(text: str) -> frozenset[str]:
    """Return the telling words of `text`, lower case, cut to their stems; no small words."""
    words = (word.lower().replace("’", "'").removesuffix("'s") for word in _WORD.findall(text))
    return frozenset(
        stem(word) for word in words if word not in _SMALL and not word[0].isdigit() and word[1:]
    )


def stem(word: str) -> str:
    """Return `word` without its ending, so that "copied" and "copies" are one."""
    cut = _ENDINGS.sub("", word)
    return cut if len(cut) >= _SHORTEST else word


def numbers(text: str) -> frozenset[int]:
    """Return the whole numbers in `text`, in figures or spelled up to ninety-nine."""
    found = {int(figure.replace(",", "")) for figure in _FIGURE.findall(text)}
    return frozenset(found | _spelled(text))


def counts(text: str) -> frozenset[int]:
    """Return the numbers in `text` but for those of years, months and weeks."""
    return numbers(_PERIOD.sub(" ", text.lower()))


def periods(text: str) -> frozenset[tuple[int, str]]:
    """Return lengths of time in `text`; years as months, so that 24 months are two years."""
    found = set()
    for count, unit in _PERIOD.findall(text.lower()):
        value = 1 if count in ("a", "an") else next(iter(numbers(count)), 0)
        if value:
            found.add((value * _MONTHS_IN_YEAR, "month") if unit == "year" else (value, unit))
    return frozenset(found)


def denies(text: str) -> bool:
    """Return whether `text` has a "not", "never", "nobody" or the like."""
    return bool(_DENIES.search(text))


def parts(sentence: str) -> tuple[str, ...]:
    """Return what stands on either side of a "but", a colon or a dash, in order; none empty."""
    return tuple(part for part in _APART.split(sentence) if part)


def shared(line: frozenset[str], words: frozenset[str]) -> float:
    """Return the share of the stems of a card's line that `words` has, 0.0 to 1.0."""
    return len(line & words) / len(line) if line else 0.0


def _spelled(text: str) -> set[int]:
    return {_VALUES[tens] + _VALUES.get(ones, 0) for tens, ones in _IN_WORDS.findall(text.lower())}
