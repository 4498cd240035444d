"""Reading rubric files."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml

from rubrics.grade import CRITERIA, KINDS
from rubrics.model import CORE, EXECUTIVE, SHIPPED, BadRubric, load_rubric
from rubrics.signs import SIGNS

TEXT = CORE.read_text(encoding="utf-8")


def mistakes(path: Path) -> list[str]:
    with pytest.raises(BadRubric) as bad:
        load_rubric(path)
    return str(bad.value).splitlines()


def changed(folder: Path, *changes: tuple[str, str]) -> Path:
    text = TEXT
    for old, new in changes:
        assert text.count(old) >= 1, old
        text = text.replace(old, new, 1)
    path = folder / "core.yaml"
    path.write_text(text, encoding="utf-8")
    return path


def line_of(path: Path, words: str) -> int:
    lines = path.read_text(encoding="utf-8").splitlines()
    return next(number for number, line in enumerate(lines, start=1) if words in line)


@pytest.mark.parametrize("path", SHIPPED, ids=lambda path: path.stem)
def test_every_shipped_rubric_is_whole(path: Path):
    """It has the criteria, the violations and the rules of a session; the worst result is open."""
    rubric = load_rubric(path).rubric

    assert rubric.id == path.stem
    assert set(rubric.criteria) == set(CRITERIA)
    assert set(rubric.violations) == set(KINDS)
    assert rubric.session is not None
    assert rubric.session.names == ("ready", "nearly", "not yet")
    assert rubric.session.caps.grave == "not yet"


def test_the_executives_rubric_lays_signs_over_the_core():
    """It says only what differs: its own signs and questions; levels and rules are the core's."""
    core, executive = load_rubric(CORE).rubric, load_rubric(EXECUTIVE).rubric

    assert set(executive.signs) == set(SIGNS)
    assert core.signs == {}
    assert executive.session == core.session
    assert executive.violations == core.violations
    for name in CRITERIA:
        assert executive.criteria[name].levels == core.criteria[name].levels
        assert executive.criteria[name].asks != core.criteria[name].asks


def test_an_extended_rubric_is_one_whole_text(tmp_path: Path):
    """Its text stands alone, without the core beside it, and is the same when read again."""
    loaded = load_rubric(EXECUTIVE)
    alone = tmp_path / "copy.yaml"
    alone.write_text(loaded.text, encoding="utf-8")

    again = load_rubric(alone)

    assert "extends" not in yaml.safe_load(loaded.text)
    assert (again.rubric, again.text, again.hash) == (loaded.rubric, loaded.text, loaded.hash)


def test_a_rubric_without_a_session_is_read(tmp_path: Path):
    """One from before sessions were graded, as past sessions are pinned to, still opens."""
    old = tmp_path / "old.yaml"
    old.write_text(TEXT[: TEXT.index("# What a whole conversation")], encoding="utf-8")

    assert load_rubric(old).rubric.session is None


def test_it_says_every_mistake_with_its_line(tmp_path: Path):
    """Four mistakes in one file are four lines, each with file, line, place and what is wrong."""
    path = changed(
        tmp_path,
        ("least_level: 1.25", "least_level: 7"),
        ("repairs_from: 5", "repairs_form: 5"),
        ("{broken} right", "{brocken} right"),
    )

    assert mistakes(path) == [
        f"core.yaml:{line_of(path, 'least_level: 7')}: session.results[2].least_level: got 7; "
        "input should be less than or equal to 3",
        f"core.yaml:{line_of(path, 'session:')}: session.repairs_from: missing; every rubric "
        "needs it",
        f"core.yaml:{line_of(path, 'repaired: >-')}: session.sentences.repaired: can't fill in "
        "{brocken}; expected {broken}, {reply}",
        f"core.yaml:{line_of(path, 'repairs_form')}: session.repairs_form: unknown key; take it "
        "out or mend its spelling",
    ]


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        (
            "grave: not yet",
            "grave: nope",
            "caps.grave: got 'nope'; expected ready, nearly, not yet",
        ),
        ("grave_repaired: nearly", "grave_repaired: ready", "must be below the best result"),
        ("name: nearly", "name: ready", "a name stands twice"),
        ("least_level: 1.25", "least_level: 2.5", "asks for less than 'nearly' below it"),
        ("least_level: 0\n", "least_level: 0.5\n", "must be open to all"),
        ("most_violations: 1", "most_violations: 5", "asks for less than 'nearly' below it"),
        ("“{most}”", "“{most”", "write {{ for a brace"),
        ("repairs_from: 5", "repairs_from: 'five'", "got 'five'"),
    ],
)
def test_it_refuses_rules_that_can_not_hold(tmp_path: Path, old: str, new: str, said: str):
    """A cap that is no result, results out of order, a sentence that can't be filled in."""
    found = mistakes(changed(tmp_path, (old, new)))

    assert len(found) == 1
    assert said in found[0]
    assert found[0].startswith("core.yaml:")


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "core.yaml:1: expected keys and values, such as `id: core`"),
        ("- a\n", "core.yaml:1: expected keys and values, such as `id: core`"),
        ("id: core\nid: other\n", "core.yaml:2: id: the key stands twice; keep one"),
        ("a: &x 1\nb: *x\n", "core.yaml:2: aliases (*name) are not allowed; write it out"),
        ("id: 2026-99-99\n", "core.yaml:1: id: not readable; put it in quotes"),
        ("id: [\n", "core.yaml:2: not YAML: expected the node content, but found '<stream end>'"),
    ],
)
def test_it_refuses_what_is_no_rubric_file(tmp_path: Path, text: str, said: str):
    """An empty file, a list, a key that stands twice, an alias or broken YAML: one clear line."""
    path = tmp_path / "core.yaml"
    path.write_text(text, encoding="utf-8")

    assert mistakes(path) == [said]


def test_it_refuses_what_is_not_utf_8(tmp_path: Path):
    """A file saved in another encoding is said to be, with what to do."""
    path = tmp_path / "core.yaml"
    path.write_bytes("id: caf\xe9".encode("latin-1"))

    assert mistakes(path) == ["core.yaml:1: not UTF-8 text; save the file as UTF-8"]


@pytest.mark.parametrize("name", ["nobody", "../core", "[core]", "12", "other"])
def test_it_extends_only_a_whole_rubric_beside_it(tmp_path: Path, name: str):
    """What is not there, not a plain name, or extends another itself, is said with its line."""
    changed(tmp_path)
    (tmp_path / "other.yaml").write_text("extends: core\nid: other\n", encoding="utf-8")
    path = tmp_path / "mine.yaml"
    path.write_text(f"# mine\nextends: {name}\nid: mine\n", encoding="utf-8")

    found = mistakes(path)

    assert len(found) == 1
    assert found[0].startswith("mine.yaml:2: extends: ")


def test_a_mistake_is_told_in_the_file_where_it_stands(tmp_path: Path):
    """In a rubric that extends another, its own mistake is in it, the other's in the other."""
    core = changed(tmp_path, ("repairs_from: 5", "repairs_from: 50"))
    path = tmp_path / "mine.yaml"
    path.write_text("extends: core\nid: mine\nsigns:\n  luck: 3\n", encoding="utf-8")

    found = mistakes(path)

    assert [line.split(":")[:2] for line in found] == [
        ["core.yaml", str(line_of(core, "repairs_from"))],
        ["mine.yaml", "4"],
    ]


@pytest.mark.parametrize(
    ("name", "most", "said"),
    [
        ("luck", "nearly", "signs: got 'luck'; expected history, offer"),
        ("history", "nope", "signs.history.most: got 'nope'; expected ready, nearly, not yet"),
    ],
)
def test_it_refuses_a_sign_that_nothing_finds(tmp_path: Path, name: str, most: str, said: str):
    """A sign must be one that is looked for, and its limit one of the results."""
    changed(tmp_path)
    sign = {"asks": "?", "wanted": True, "shown": "Yes.", "not_shown": "No.", "most": most}
    path = tmp_path / "mine.yaml"
    path.write_text(yaml.safe_dump({"extends": "core", "signs": {name: sign}}), encoding="utf-8")

    assert said in mistakes(path)[0]
