"""The forms of a student: the code, the name, the consent."""

import pytest
from django.core.exceptions import ValidationError
from hypothesis import given
from hypothesis import strategies as st

from sessions.joining.forms import CodeForm, JoinForm, is_code
from sessions.joining.names import validate_name
from tests import factories


@given(st.text())
def test_any_typed_text_becomes_a_code_or_a_clear_error(typed: str) -> None:
    form = CodeForm({"code": typed})
    assert is_code(form.cleaned_data["code"]) if form.is_valid() else form.errors["code"]


@pytest.mark.parametrize("typed", ["abc234", " ABC-234 ", "abc 234"])
def test_a_code_is_understood_as_people_type_it(typed: str) -> None:
    form = CodeForm({"code": typed})
    assert form.is_valid()
    assert form.cleaned_data["code"] == "ABC234"


@pytest.mark.parametrize("text", ["", "-", "abc234", "ABC 234", "ÄBC234", "ABC/34", "ABC\x0034"])
def test_what_no_code_can_be(text: str) -> None:
    assert not is_code(text)


@pytest.mark.parametrize(
    "name", ["Ada", "Zoë Ångström", "李小龙", "O'Neil-Müller", "🦊", "\U0001fae8", "x" * 80]
)
def test_names_of_all_languages_and_pseudonyms_are_taken(name: str) -> None:
    validate_name(name)


@pytest.mark.parametrize(
    "name", ["a\x00b", "a\nb", "a\x1bb", "a\u202eb", "a\u2066b", "\u200b\u200d", "\u2028x"]
)
def test_names_with_control_characters_or_nothing_to_read_are_refused(name: str) -> None:
    with pytest.raises(ValidationError):
        validate_name(name)


@pytest.mark.django_db
class TestJoinForm:
    def test_without_a_roster_a_name_is_typed(self) -> None:
        form = JoinForm(
            {"display_name": " Ada ", "consent": "on"}, session=factories.make_session()
        )
        assert form.is_valid()
        assert form.cleaned_data["display_name"] == "Ada"

    @pytest.mark.parametrize("name", ["", "   ", "x" * 81, "a\x07b"])
    def test_a_name_of_no_use_is_refused(self, name: str) -> None:
        form = JoinForm({"display_name": name, "consent": "on"}, session=factories.make_session())
        assert not form.is_valid()
        assert list(form.errors) == ["display_name"]

    def test_without_consent_nobody_joins(self) -> None:
        form = JoinForm({"display_name": "Ada"}, session=factories.make_session())
        assert form.errors["consent"] == [
            "Choose one of the two buttons if you agree. Without it you cannot join."
        ]

    @pytest.mark.finding(7)
    def test_the_names_of_the_list_are_offered_only_where_the_teacher_shows_them(self) -> None:
        for shown, names in ((False, []), (True, ["Ada"])):
            session = factories.make_session(show_roster=shown)
            factories.make_student(session.course, "Ada")
            form = JoinForm(session=session)
            assert form.names == names
            assert ("Ada" in str(form)) is False

    def test_with_a_list_another_name_may_be_typed(self) -> None:
        session = factories.make_session()
        factories.make_student(session.course)
        assert JoinForm({"display_name": "Guest", "consent": "on"}, session=session).is_valid()
