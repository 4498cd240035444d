"""Whether the grader falls for a trick: `python -m benchmarks.pairs`.

tests/rubrics/pairs.jsonl holds pairs of replies to one customer that differ in one clause, or in
one trick. Both are graded; `expect` says what an expert would say of the two:

- a criterion's name, and one or more rules divided by a comma, all of which must hold:
  `a>b` a's level is higher, `a>=b` b's is not higher, `a=b` the same level, `a~b` at most one level
  apart, `b<=1` or `a>=2` a bound for one of them, `any` whatever it is;
- `violation`, and for `a` and `b` a list of kinds, each of which must be found in that reply.
  `blame|minimise`: at least one of the two. `dismiss?`: may be found and need not.
  A kind that the list lacks must not be found: `[]` asks for a clean reply.

What `expect` does not name must stay as it is: a criterion moves by one level at most, and, without
`violation`, both replies show the same kinds. A pair with a reply that was not graded fails.
The grader is given; this module knows no model, and nobody trains on its pairs.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from rubrics.grade import CRITERIA, KINDS, Case, Grade, Grader, Ungraded

FOLDER = Path(__file__).parent.parent / "tests" / "rubrics"
FIELDS = ("id", "trick", "case", "customer", "a", "b", "expect")
RULE = re.compile(r"any|a(?:>|>=|=|~)b|[ab](?:<=|>=)[0-3]")
KIND = re.compile(rf"(?:{'|'.join(KINDS)})(?:\?|(?:\|(?:{'|'.join(KINDS)}))+)?")


class BadPairs(Exception):
    """The pairs can't be read; a person can fix the file. One line for each mistake."""


@dataclass(frozen=True)
class Expected:
    """What must hold of the grades of two replies."""

    rules: Mapping[str, tuple[str, ...]]
    """By criterion; one that is not there may move by one level."""
    kinds: Mapping[str, tuple[str, ...]] | None
    """By reply, `a` and `b`; None when both must show the same."""


@dataclass(frozen=True)
class Pair:
    """Two replies to one customer, and what must hold of them."""

    id: str
    trick: str
    case: Case
    customer: str
    a: str
    b: str
    expected: Expected


@dataclass(frozen=True)
class Fault:
    """What does not hold, in words, and whether the pair names it or it merely moved along."""

    text: str
    named: bool


@dataclass(frozen=True)
class Outcome:
    """A pair and what does not hold of it; it passed when nothing is left."""

    pair: Pair
    faults: tuple[Fault, ...]

    @property
    def passed(self) -> bool:
        """Whether everything holds."""
        return not self.faults

    @property
    def named_holds(self) -> bool:
        """Whether all that the pair names holds, whatever else moved along."""
        return not any(fault.named for fault in self.faults)


def main() -> None:
    """Print the table by trick and the pairs that fail, as Markdown."""
    from rubrics.grader import load_grader

    outcomes = run(read_pairs(), load_grader())
    print(table(outcomes), failing(outcomes), sep="\n\n")


def read_pairs(folder: Path = FOLDER) -> tuple[Pair, ...]:
    """Return the pairs of `folder`. Raises BadPairs with every mistake in its two files."""
    cases, pairs, mistakes = _cases(folder / "pairs_cases.jsonl"), [], []
    for where, row in _rows(folder / "pairs.jsonl"):
        wrong = list(_mistakes(row, cases))
        mistakes += [f"{where}: {mistake}" for mistake in wrong]
        if not wrong:
            pairs.append(_pair(row, cases))
    if mistakes:
        raise BadPairs("\n".join(mistakes))
    return tuple(pairs)


def run(pairs: Sequence[Pair], grader: Grader) -> tuple[Outcome, ...]:
    """Return the outcome of each pair, in order."""
    return tuple(Outcome(pair, tuple(_graded(pair, grader))) for pair in pairs)


def faults(expected: Expected, a: Grade, b: Grade) -> Iterator[Fault]:
    """Yield what does not hold of the grades of a pair."""
    for name in CRITERIA:
        yield from _level_faults(name, expected.rules.get(name), a.level(name), b.level(name))
    yield from _kind_faults(expected.kinds, _kinds(a), _kinds(b))


def share_passed(outcomes: Sequence[Outcome]) -> float:
    """Return the share of pairs that passed, 0.0 to 1.0; ZeroDivisionError without any."""
    return sum(outcome.passed for outcome in outcomes) / len(outcomes)


def table(outcomes: Sequence[Outcome]) -> str:
    """Return a Markdown table: pairs, passed, and those in which all that is named holds."""
    lines = ["| trick | pairs | passed | what is named holds |", "| --- | --- | --- | --- |"]
    for trick in dict.fromkeys(outcome.pair.trick for outcome in outcomes):
        lines.append(_line(trick, [one for one in outcomes if one.pair.trick == trick]))
    return "\n".join([*lines, _line("all", outcomes)])


def failing(outcomes: Sequence[Outcome]) -> str:
    """Return a line for each pair that fails: its name and what does not hold."""
    return "\n".join(
        f"- {outcome.pair.id}: {'; '.join(fault.text for fault in outcome.faults)}"
        for outcome in outcomes
        if not outcome.passed
    )


def _line(name: str, outcomes: Sequence[Outcome]) -> str:
    passed = sum(outcome.passed for outcome in outcomes)
    named = sum(outcome.named_holds for outcome in outcomes)
    return f"| {name} | {len(outcomes)} | {passed} | {named} |"


def _graded(pair: Pair, grader: Grader) -> Iterator[Fault]:
    a, b = (grader.grade(text, said=pair.customer, case=pair.case) for text in (pair.a, pair.b))
    for name, grade in (("a", a), ("b", b)):
        if isinstance(grade, Ungraded):
            yield Fault(f"{name} was not graded ({grade.reason})", named=True)
    if isinstance(a, Grade) and isinstance(b, Grade):
        yield from faults(pair.expected, a, b)


def _level_faults(name: str, rules: Sequence[str] | None, a: int, b: int) -> Iterator[Fault]:
    for rule in rules or ("a~b",):
        if not _holds(rule, a, b):
            yield Fault(f"{name} {rule} but a={a} b={b}", named=rules is not None)


def _holds(rule: str, a: int, b: int) -> bool:
    match rule:
        case "any":
            return True
        case "a>b":
            return a > b
        case "a>=b":
            return a >= b
        case "a=b":
            return a == b
        case "a~b":
            return abs(a - b) <= 1
    level, bound = (a if rule[0] == "a" else b), int(rule[-1])
    return level <= bound if "<" in rule else level >= bound


def _kinds(grade: Grade) -> frozenset[str]:
    return frozenset(violation.kind for violation in grade.violations)


def _kind_faults(
    expected: Mapping[str, tuple[str, ...]] | None, a: frozenset[str], b: frozenset[str]
) -> Iterator[Fault]:
    if expected is None:
        if a != b:
            yield Fault(f"the same violations but a has {_listed(a)}, b {_listed(b)}", named=False)
        return
    for name, found in (("a", a), ("b", b)):
        yield from _reply_kind_faults(name, expected[name], found)


def _reply_kind_faults(
    name: str, expected: Sequence[str], found: frozenset[str]
) -> Iterator[Fault]:
    for entry in expected:
        if not entry.endswith("?") and not found & set(entry.split("|")):
            yield Fault(f"{entry} was not found in {name}", named=True)
    allowed = {kind for entry in expected for kind in entry.rstrip("?").split("|")}
    if found - allowed:
        yield Fault(f"{_listed(found - allowed)} was found in {name}", named=True)


def _listed(kinds: frozenset[str]) -> str:
    return ", ".join(sorted(kinds)) or "none"


def _cases(path: Path) -> dict[str, Case]:
    cases = {}
    for where, row in _rows(path):
        try:
            cases[row["id"]] = Case.from_mapping(row)
        except KeyError as error:
            raise BadPairs(f"{where}: no id; give the case one that pairs can name") from error
        except TypeError as error:
            raise BadPairs(f"{where}: {error}") from error
    return cases


def _rows(path: Path) -> Iterator[tuple[str, dict[str, Any]]]:
    """Yield where each line stands, as file and number, and what it holds."""
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
        where = f"{path.name}:{number}"
        try:
            row = json.loads(line)
        except json.JSONDecodeError as error:
            raise BadPairs(f"{where}: not JSON ({error}); write one object on a line") from error
        if not isinstance(row, dict):
            raise BadPairs(f"{where}: got {type(row).__name__}; expected an object")
        yield where, row


def _mistakes(row: Mapping[str, Any], cases: Mapping[str, Case]) -> Iterator[str]:
    if sorted(row) != sorted(FIELDS):
        yield f"got the fields {', '.join(row)}; expected {', '.join(FIELDS)}"
        return
    if row["case"] not in cases:
        yield f"case: got {row['case']!r}; expected the id of a line in pairs_cases.jsonl"
    if row["a"] == row["b"]:
        yield "a and b are the same reply; change the one clause that matters"
    if not isinstance(row["expect"], dict):
        yield f"expect: got {row['expect']!r}; expected an object, such as {{'empathy': 'a>b'}}"
        return
    for name, given in row["expect"].items():
        yield from _expect_mistakes(name, given)


def _expect_mistakes(name: str, given: Any) -> Iterator[str]:
    if name == "violation":
        yield from _violation_mistakes(given)
    elif name not in CRITERIA:
        yield f"expect: got {name!r}; expected {', '.join(CRITERIA)} or violation"
    else:
        for rule in _rules(str(given)):
            if not RULE.fullmatch(rule):
                yield f"expect.{name}: got {rule!r}; expected a>b, a>=b, a=b, a~b, b<=1 or any"


def _violation_mistakes(given: Any) -> Iterator[str]:
    both = isinstance(given, dict) and sorted(given) == ["a", "b"]
    if not both or not all(isinstance(entries, list) for entries in given.values()):
        yield f"expect.violation: got {given!r}; expected a list of kinds for a and one for b"
        return
    for entry in (str(entry) for entries in given.values() for entry in entries):
        if not KIND.fullmatch(entry):
            yield f"expect.violation: got {entry!r}; expected one of {', '.join(KINDS)}"


def _pair(row: Mapping[str, Any], cases: Mapping[str, Case]) -> Pair:
    expect = dict(row["expect"])
    kinds = expect.pop("violation", None)
    return Pair(
        row["id"],
        row["trick"],
        cases[row["case"]],
        row["customer"],
        row["a"],
        row["b"],
        Expected(
            rules={name: _rules(given) for name, given in expect.items()},
            kinds={name: tuple(entries) for name, entries in kinds.items()} if kinds else None,
        ),
    )


def _rules(given: str) -> tuple[str, ...]:
    return tuple(rule.strip() for rule in given.split(","))


if __name__ == "__main__":
    main()
