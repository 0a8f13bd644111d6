import pytest
from hypothesis import given
from hypothesis import strategies as st

from vitas.common.api.fields import plain_text
from vitas.common.api.parsers import snake
from vitas.common.api.renderers import AsIs, camel, camelize

WORD = st.from_regex(r"[a-z][a-z0-9]{0,6}", fullmatch=True)


@given(st.lists(WORD, min_size=1, max_size=5).map("_".join))
def test_a_name_comes_back_the_same(name: str) -> None:
    assert snake(camel(name)) == name


@pytest.mark.parametrize(
    ("inside", "outside"),
    [
        ("starts_at", "startsAt"),
        ("line_1", "line_1"),
        ("_private", "_private"),
        ("a__b", "a__b"),
        ("name", "name"),
        ("total_is_at_least", "totalIsAtLeast"),
    ],
)
def test_names_outside(inside: str, outside: str) -> None:
    assert camel(inside) == outside


def test_what_is_marked_keeps_its_names() -> None:
    assert camelize({"the_doctor": AsIs({"doctor_id": 1}), "list_of": [{"is_new": True}]}) == {
        "theDoctor": {"doctor_id": 1},
        "listOf": [{"isNew": True}],
    }


@pytest.mark.parametrize(
    "text",
    [
        "BP < 120 & stable",
        "pain > 3 days, < 5",
        "3 <4> 5",
        "5 < x < 10",
        "I ❤ João, 100 % & more",
        "line one\nline two\ttabbed",
        "e-mail: ana@example.test",
        "&lt;b&gt; as typed",
    ],
)
def test_ordinary_text_stays_as_it_was_typed(text: str) -> None:
    assert plain_text(text) == text


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("<b>bold</b> words", "bold words"),
        ("<script>alert(1)</script>hello", "hello"),
        ("<scr<script>x</script>ipt>alert(1)</script>", "alert(1)"),
        ("<<b>script>alert(1)<</b>/script>", ""),
        ("<img src=x onerror=alert(1)>", ""),
        ("<!-- hidden -->seen", "seen"),
        ("bell\x07 and escape\x1b[31m", "bell and escape[31m"),
        ("turned\u202eround", "turnedround"),
    ],
)
def test_elements_and_control_characters_go(typed: str, kept: str) -> None:
    assert plain_text(typed) == kept


@given(st.text(alphabet="<>/bscript !-x", max_size=60))
def test_nothing_that_is_left_is_an_element(text: str) -> None:
    left = plain_text(text)

    assert plain_text(left) == left
