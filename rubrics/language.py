"""Whether a text reads as English, by its small words. A guard, not a language detector."""

from __future__ import annotations

import re

_ENGLISH = frozenset(
    "a about after all am an and any anyone are as at be been before but by can can't could did "
    "didn't do does don't for from get go had has have he her here him his how i i'd i'll i'm i've "
    "if in is isn't it it's its just know let like may me my no not now of on one or our out please "
    "right she should so some sorry still tell than thank thanks that that's the their them then "
    "there these they this to today tomorrow up us was we we'll we're we've well were what when "
    "where which who why will with won't would yes yet you you'll you're you've your call calm "
    "down ring freeze change check account money data card name help hello hi ok okay good".split()
)
_OTHER = frozenset(
    "der die das und ist nicht wir sie ihr ihre haben wird mit auf fur für ein eine le la les des "
    "est nous vous votre pas une dans pour avec el los las es una por para con nuestro usted il "
    "gli che non sono per con het een niet van wij".split()
)
_WORD = re.compile(r"[^\W\d_]+(?:['’][^\W\d_]+)?")

SHORT = 3
"""Up to so many words are taken as English when they are plain letters: names, "Hm.", "Sorry?"."""
FEW = 0.12
"""The least share of English small words; graded English replies have 0.3 and more."""


def reads_as_english(text: str) -> bool:
    """Return whether `text` is likely English. Text without any letters is not."""
    words = [word.lower().replace("’", "'") for word in _WORD.findall(text[:4000])]
    if not words:
        return False
    english = sum(word in _ENGLISH for word in words) / len(words)
    other = sum(word in _OTHER and word not in _ENGLISH for word in words) / len(words)
    if len(words) <= SHORT:
        return other == 0 and all(word.isascii() for word in words)
    return english >= FEW and english > other
