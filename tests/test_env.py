import pytest
from django.core.exceptions import ImproperlyConfigured

from engagement_site import env


def test_text_is_stripped_and_empty_means_default(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("X_TEXT", "  given ")
    assert env.text("X_TEXT", "default") == "given"
    monkeypatch.setenv("X_TEXT", " ")
    assert env.text("X_TEXT", "default") == "default"


@pytest.mark.parametrize(
    ("value", "expected"), [("1", True), ("Yes", True), ("off", False), ("", True)]
)
def test_flag_reads_usual_words(
    monkeypatch: pytest.MonkeyPatch, value: str, expected: bool
) -> None:
    monkeypatch.setenv("X_FLAG", value)
    assert env.flag("X_FLAG", True) is expected


def test_flag_refuses_an_odd_word_by_name(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("X_FLAG", "maybe")
    with pytest.raises(ImproperlyConfigured, match="X_FLAG='maybe'"):
        env.flag("X_FLAG", False)


@pytest.mark.parametrize("value", ["x", "1.5", "0", "101"])
def test_number_refuses_what_is_not_in_range(monkeypatch: pytest.MonkeyPatch, value: str) -> None:
    monkeypatch.setenv("X_NUMBER", value)
    with pytest.raises(ImproperlyConfigured, match="X_NUMBER"):
        env.number("X_NUMBER", 5, 1, 100)


def test_number_takes_both_ends(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("X_NUMBER", "1")
    assert env.number("X_NUMBER", 5, 1, 100) == 1
    monkeypatch.setenv("X_NUMBER", "100")
    assert env.number("X_NUMBER", 5, 1, 100) == 100


def test_words_are_parted_by_commas(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("X_WORDS", "a, b,,c")
    assert env.words("X_WORDS") == ["a", "b", "c"]
    monkeypatch.delenv("X_WORDS")
    assert env.words("X_WORDS", ["d"]) == ["d"]


def test_choice_names_the_choices(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("X_CHOICE", "blue")
    with pytest.raises(ImproperlyConfigured, match="red, green"):
        env.choice("X_CHOICE", "red", ("red", "green"))


def test_a_secret_is_read_and_may_be_missing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("X_SECRET", raising=False)
    assert env.secret("X_SECRET") == ""
    monkeypatch.setenv("X_SECRET", " 0123456789abcdef0123 ")
    assert env.secret("X_SECRET") == "0123456789abcdef0123"


@pytest.mark.parametrize("value", ["short", "twenty characters and blanks", "pässword" * 4])
def test_a_secret_that_is_no_use_is_refused_unquoted(
    monkeypatch: pytest.MonkeyPatch, value: str
) -> None:
    monkeypatch.setenv("X_SECRET", value)
    with pytest.raises(ImproperlyConfigured, match="X_SECRET") as refused:
        env.secret("X_SECRET")
    assert value not in str(refused.value)
