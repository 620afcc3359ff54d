"""The summary above a form: which field, what is wrong, and what became of the rest."""

import pytest
from django import forms
from django.core.files.uploadedfile import SimpleUploadedFile
from django.template.loader import render_to_string
from django.utils import translation

KEPT = {"en": "What you typed is still in the form.", "zh-hans": "您填的内容都还在。"}


class AppealForm(forms.Form):
    why = forms.CharField(label="What is wrong, and why?")
    place = forms.CharField(label="Place", required=False)
    mode = forms.ChoiceField(label="Mode", choices=[("lend", "Lend"), ("gift", "Give")], initial="lend")
    token = forms.CharField(widget=forms.HiddenInput, required=False)
    file = forms.FileField(label="Photo", required=False)


def summary(form: forms.Form, language: str = "en") -> str:
    with translation.override(language):
        return render_to_string("elements/errors.html", {"form": form})


def test_after_a_question_there_is_no_colon() -> None:
    assert ">What is wrong, and why? Please fill this in.</a>" in summary(AppealForm({"mode": "lend"}))


def test_after_a_chinese_question_there_is_neither_colon_nor_blank() -> None:
    form = AppealForm({"mode": "lend"})
    form.fields["why"].label = "哪里不对，为什么？"
    assert ">哪里不对，为什么？请填写。</a>" in summary(form, "zh-hans")


@pytest.mark.parametrize(("language", "says"), [("en", "Mode: Please choose"), ("zh-hans", "Mode：请从中选择")])
def test_after_a_name_there_is_the_colon_of_the_language(language: str, says: str) -> None:
    assert f">{says}" in summary(AppealForm({}), language)


@pytest.mark.parametrize("language", KEPT)
def test_that_something_is_kept_is_said_only_when_something_was_typed(language: str) -> None:
    chosen_for_them = {"mode": "lend", "token": "abc"}
    assert KEPT[language] not in summary(AppealForm(chosen_for_them), language)
    assert KEPT[language] in summary(AppealForm({**chosen_for_them, "place": "Library"}), language)
    assert KEPT[language] in summary(AppealForm({"mode": "gift"}), language)


def test_a_file_is_not_kept_and_has_to_be_chosen_again() -> None:
    says = summary(AppealForm({"mode": "lend"}, {"file": SimpleUploadedFile("a.png", b"x")}))
    assert KEPT["en"] not in says
    assert "Please choose the file again." in says


def test_without_a_file_none_is_asked_for_again() -> None:
    assert "choose the file again" not in summary(AppealForm({"mode": "lend"}))
