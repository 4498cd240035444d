"""Plain signs in a sentence, beside its vector: who acts, when, on what, negated or not.

Each cue is 1.0 or 0.0. None counts words: a longer sentence has no more of a cue.
"""

from __future__ import annotations

import re
from typing import Any

import numpy as np

_SECRET = (
    r"(?:pass ?words?|pin\b|pins\b|cvv|security code|(?:one.time|six.digit|6.digit|4.digit|auth\w*|"
    r"text(?:ed)?) (?:pass)?codes?|the code|card number|long number|account number|sort code|iban|"
    r"socials?\b|ssn|passport number|date of birth|birth ?dates?|birthday|maiden name|mother's)"
)
_ASK = (
    r"(?:give me|tell me|read me|read (?:it|them|those) out|type|send me|confirm|verify|what(?:'s|’s| is)"
    r"|i(?:'ll| will|’ll|'d|’d)? need|drop me|pop|reply with|enter|can you|could you|would you|provide|"
    r"let me have|throw me)"
)
_NOT = r"(?:\b(?:not|no|never|nobody|nothing|none|cannot|without|neither)\b|n['’]t\b)"

PATTERNS: dict[str, str] = {
    "negated": _NOT,
    "question": r"\?\s*$",
    "i_act": r"\b(?:i|we)(?:'ll|’ll| will| am going to|'m going to|’m going to| can| have| 've|’ve|'ve)\b",
    "you_act": r"^(?:please |then |and |first,? |one,? |two,? )*(?:ring|call|change|freeze|check|watch|"
    r"go|open|put|write|report|forward|log|sign|ask|keep|don['’]t|do not|never|ignore|visit|use)\b",
    "when": r"\b(?:today|tonight|tomorrow|now|monday|tuesday|wednesday|thursday|friday|saturday|sunday|"
    r"noon|midday|\d{1,2}(?::\d\d)? ?(?:a\.?m|p\.?m)\b|o['’]clock|within|by \d|before (?:you|noon|the|"
    r"close)|this (?:morning|afternoon|evening)|minutes?|hours?|end of)\b",
    "named_date": r"\b\d{1,2} (?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)",
    "action": r"\b(?:freeze|monitoring|alert|new (?:card|account|number)|replace|block|cancel|call you|"
    r"ring you|call back|ring back|enrol|register|reset|report|statement|159|7726|helpline|send you|"
    r"walk you through|stay on|book|post you)\b",
    "vague": r"\b(?:look(?:ing)? into|in touch|in due course|as soon as|working (?:hard|around)|"
    r"appropriate|our team|being handled|updates? will|keep you (?:informed|posted|updated))\b",
    "sorry": r"\b(?:sorry|apolog\w+|regret)\b",
    "own": r"\b(?:should(?:n['’]t| not| never) have (?:happened|been)|our fault|on us|we failed|we let|"
    r"we lost|not your fault|nothing you did|wasn['’]t fair|not fair|isn['’]t fair|our (?:job|doing|mistake)"
    r"|you(?:['’]re| are) right|you deserved|ours to)\b",
    "happened": r"\b(?:breach\w*|stolen|taken|copied|leak\w*|exposed|got (?:in|into|hold)|broke into|"
    r"break-in|opened|entered|attack\w*|hack\w*|sent to the wrong|in the (?:file|folder|system)|was in it|"
    r"were in it)\b",
    "stock": r"\b(?:any inconvenience|your patience|your concerns?|seriously|value[ds]? (?:you|customer)|"
    r"highest standards|robust|at this time|rest assured|thank you for (?:contacting|reaching|sharing))\b",
    "feeling": r"\b(?:frighten\w*|afraid|scar(?:ed|y|ing)|worr\w+|anxious|fear|angry|anger|furious|upset\w*|"
    r"exhaust\w*|tired|hurt\w*|betray\w*|violat\w*|shaken|asham\w*|embarrass\w*|sleep|frustrat\w*|alone|"
    r"sick|horrible|awful|dread\w*|trust)\b",
    "valid": r"\b(?:of course|no wonder|anyone would|makes sense|i(?:'d|’d| would) be|understandabl\w+|"
    r"natural|reasonable|you(?:['’]re| are) right to|every right|sensible)\b",
    "room": r"\b(?:tell me|what worries|what(?:['’]s| is) (?:weighing|worrying|the)|take your time|i(?:['’]m| am) "
    r"(?:here|listening|staying)|stay with you|have i (?:got|understood)|anything else|what else|go on)\b",
    "me_too": r"\b(?:i(?:['’]ve| have) been there|happened to me|same (?:thing )?happened|my (?:mum|mother|own|wife|"
    r"husband|sister|dad))\b",
    "secret": _SECRET,
    "asks_secret": rf"\b{_ASK}\b[^.?!]{{0,80}}?\b(?:your|his|her|their|the|full|last)\b[^.?!]{{0,40}}?{_SECRET}",
    "never_asks": rf"\b(?:never|won['’]t|not|don['’]t|nobody|no one)\b[^.?!]{{0,60}}?\b(?:ask|give|tell|share|"
    rf"read|need|send|type)\w*\b[^.?!]{{0,60}}?{_SECRET}",
    "you_should": r"\b(?:you (?:should|ought|could|might) (?:have|'ve|’ve)|should(?:['’]ve| have) \w+ (?:it|that|a)|"
    r"if you(?:['’]d| had)|had you|your own fault|you(?:['’]re| are) (?:the one|being|raising)|you chose)\b",
    "only": r"\b(?:only|just|hardly|merely|a little|not (?:that|so) bad|isn['’]t (?:that|the end)|happens to|"
    r"every(?:body|one)['’]?s?|silver lining|no need to|don['’]t worry|nothing to worry)\b",
    "calm": r"\b(?:calm down|collect yourself|keep calm|relax|get worked up|overreact\w*|sense of "
    r"proportion|perspective|fret)\b",
    "guess": r"\b(?:probably|i(?:['’]d| would) (?:say|bet|guess)|must have been|it(?:['’]ll| will) be|all but certain|"
    r"everyone knows|rumou?r|between (?:us|ourselves)|looks like|gang|russian?s?|crew|insider|hackers?)\b",
    "certain": r"\b(?:completely safe|perfectly safe|100 ?(?:%|per ?cent)|hundred per ?cent|nothing was "
    r"taken|nobody (?:has )?(?:read|saw|opened)|your (?:data|money|details) (?:is|are|was|were)(?: not|n['’]t)? "
    r"(?:safe|misused|used)|no risk)\b",
    "promise": r"\b(?:guarantee\w*|i promise|you have my word|my word|refund\w*|compensat\w*|waive|on the house|"
    r"we(?:['’]ll| will) (?:pay|cover)|free of charge|money back|\d+ ?% off)\b",
    "money": r"[$€£]\s?\d",
    "negligent": r"\b(?:negligen\w+|liable|gross(?:ly)? |breached our|legal duty|broke the law)\b",
    "closed": r"\b(?:case (?:is )?closed|chat is closed|nothing (?:more|else) (?:i|we) can|can['’]t (?:help|"
    r"tell you|comment)|unable to (?:comment|discuss)|not (?:my|our) (?:side|department|problem)|goodbye|"
    r"do not reply|not (?:read|monitored)|reserv\w+ all|all rights|in writing|website|no further)\b",
    "person": r"\b(?:Mr|Mrs|Ms|Miss|Dr)\.? [A-Z]|\b(?:from|in) (?:accounts|lending|it|hr|payroll)\b",
    "one_bureau": r"\b(?:equifax|experian|transunion|bureau)\b",
    "one_is_enough": r"\b(?:just (?:the )?one|only (?:have to|need to|one)|one (?:bureau|is enough|is fine)|"
    r"the other two|they (?:tell|share|pass))\b",
    "us_advice": r"\b(?:ftc|federal trade|identitytheft\.gov|social security|hipaa|equifax|transunion)\b",
    "uk_advice": r"\b(?:action fraud|cifas|159|7726|ico\b|ncsc)\b",
    "link": r"\b(?:click|link)\b",
    "ransom": r"\b(?:pay (?:them|the ransom|what they)|ransom)\b",
}
NAMES = tuple(PATTERNS)

_COMPILED = {
    name: re.compile(pattern, 0 if name == "person" else re.IGNORECASE)
    for name, pattern in PATTERNS.items()
}

Cues = np.ndarray[Any, np.dtype[np.float32]]


def cues(sentence: str) -> Cues:
    """Return the cues of a sentence, shape (len(NAMES),), in the order of NAMES."""
    found = {name: bool(pattern.search(sentence)) for name, pattern in _COMPILED.items()}
    # What is refused is not done: "I'm not going to ask for your PIN" asks for nothing.
    if found["never_asks"]:
        found["asks_secret"] = False
    return np.array([found[name] for name in NAMES], dtype=np.float32)
