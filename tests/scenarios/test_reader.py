"""Reading scenario files."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scenarios.reader import SCHEMA, BadScenarios, parse, read_folder, schema
from tests.examples import as_yaml, small


def mistakes(text: str) -> list[str]:
    with pytest.raises(BadScenarios) as bad:
        parse(text, "late.yaml")
    return [str(mistake) for mistake in bad.value.mistakes]


def test_it_reads_a_scenario():
    """A valid file gives the frozen scenario."""
    scenario = parse(as_yaml(small()), "small.yaml")

    assert scenario.customer.name == "Ada Small"
    assert scenario.as_of.isoformat() == "2026-11-24"
    with pytest.raises(Exception, match="frozen"):
        scenario.title = "x"  # type: ignore[misc]


def test_it_names_line_found_allowed_and_nearest():
    """A wrong word is shown with its line, what is allowed and what was likely meant."""
    text = as_yaml(small()).replace("mood: anxious", "mood: anxius")
    line = text.splitlines().index("  mood: anxius") + 1

    assert mistakes(text) == [
        f"late.yaml:{line}: customer.mood: got 'anxius'; expected calm, worried, anxious, angry or "
        "hurt; did you mean anxious?"
    ]


def test_it_says_all_mistakes_at_once():
    """Three mistakes in one file are three lines."""
    text = as_yaml(small(minutes=99, channel="fax")).replace("history:", "histroy:")

    found = mistakes(text)

    assert len(found) == 4
    assert any("customer.histroy: unknown key; did you mean history?" in line for line in found)
    assert any("customer.history: missing" in line for line in found)
    assert any("minutes: got 99" in line for line in found)
    assert any("channel: got 'fax'" in line for line in found)


@pytest.mark.parametrize(
    ("yaml", "said"),
    [
        ("", "the file is empty"),
        ("a: &x [1]\nb: *x\n", "aliases"),
        ("id: one\nid: two\n", "late.yaml:2: id: the key stands twice"),
        ("[" * 30 + "]" * 30, "nested over 20 deep"),
        ("a: [", "not YAML"),
        ("\x00", "not YAML"),
        ("a: " + "x" * 70_000, "over 64 KB"),
        ("- a\n- b\n", "the file"),
        ("a: !!python/object:os.system x", "not YAML"),
    ],
)
def test_it_refuses_what_people_should_not_write(yaml: str, said: str):
    """Shapes that are dangerous or surprising are refused with a word and a line."""
    assert said in "\n".join(mistakes(yaml))


@pytest.mark.parametrize("word", ["no", "012", "1.5", "2026-13-01"])
def test_a_bare_word_that_yaml_reads_otherwise_is_no_text(word: str):
    """`no` and numbers must be quoted; nothing is silently another value."""
    text = as_yaml(small()).replace("company: Small Bank", f"company: {word}")

    if word == "2026-13-01":
        assert parse(text, "late.yaml").company == word
    else:
        assert "company: got" in mistakes(text)[0]
        assert "put it in quotes" in mistakes(text)[0]


def test_references_are_checked():
    """An exemplar for a concern that isn't there is a mistake."""
    exemplars = [{"concern": "mony", "reply": "Yes.", "why": "So."}]

    assert "no concern has the id mony" in mistakes(as_yaml(small(exemplars=exemplars)))[0]


def test_a_folder_gives_the_mistakes_of_all_its_files(tmp_path: Path):
    """Two bad files are both told; a good one does not hide them."""
    (tmp_path / "a.yaml").write_text("")
    (tmp_path / "b.yaml").write_bytes(b"title: \xff\n")
    (tmp_path / "c.yaml").write_text(as_yaml(small()))

    with pytest.raises(BadScenarios) as bad:
        read_folder(tmp_path)

    assert [(m.file, m.line) for m in bad.value.mistakes] == [("a.yaml", 1), ("b.yaml", 1)]


def test_an_id_used_twice_is_a_mistake(tmp_path: Path):
    """Two files can't have one id."""
    for name in ("a", "b"):
        (tmp_path / f"{name}.yaml").write_text(as_yaml(small()))

    with pytest.raises(BadScenarios, match="'small' is used twice"):
        read_folder(tmp_path)


def test_the_same_line_twice_is_a_mistake(tmp_path: Path):
    """In one file or in two, and whatever its case and punctuation; both places are named."""
    one = as_yaml(small()).replace("Line silence 2.", "line MONEY, press 1!")
    other = as_yaml(small(id="other")).replace("Line ", "Words ")
    (tmp_path / "a.yaml").write_text(one)
    (tmp_path / "b.yaml").write_text(other)

    with pytest.raises(BadScenarios) as bad:
        read_folder(tmp_path)

    told = [str(mistake) for mistake in bad.value.mistakes]
    here = one.splitlines().index("  - line MONEY, press 1!") + 1
    first = one.splitlines().index("  - Line money press 1.") + 1
    assert (
        f"a.yaml:{here}: reactions.silence[2]: the same words as a.yaml:{first} "
        "(concerns[1].press[1]); write it in other words" in told
    )
    assert any(
        m.startswith("b.yaml:") and "opening[1]: the same words as a.yaml:" in m for m in told
    )
    assert len(told) == 1 + len(small()["opening"]) + 2 + len(small()["survey"])


@given(st.text(max_size=200))
def test_no_text_is_a_crash(text: str):
    """Whatever stands in a file, the reader answers with mistakes."""
    with pytest.raises(BadScenarios):
        parse(text, "late.yaml")


def test_the_schema_for_editors_is_the_models():
    """The generated JSON Schema in the folder is up to date."""
    assert SCHEMA.read_text(encoding="utf-8") == schema()
