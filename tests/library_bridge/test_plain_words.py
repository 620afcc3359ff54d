"""No form says what Django says of values and variables: each sentence is ours, in both languages."""

from collections.abc import Iterator

import pytest
from django import forms
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import get_resolver
from django.utils import translation

NULL = chr(0)
DJANGO_SAYS = "This field is required."


class Everything(forms.Form):
    text = forms.CharField(max_length=5)
    amount = forms.IntegerField(min_value=1, max_value=9)
    share = forms.DecimalField()
    day = forms.DateField()
    hour = forms.TimeField()
    moment = forms.DateTimeField()
    choice = forms.ChoiceField(choices=[("a", "A")])
    several = forms.MultipleChoiceField(choices=[("a", "A")])
    tick = forms.BooleanField()
    file = forms.FileField()
    address = forms.EmailField()


def says(language: str, field: str, sent: object) -> str:
    files = {field: sent} if isinstance(sent, SimpleUploadedFile) else {}
    with translation.override(language):
        return str(Everything({} if files else {field: sent}, files).errors[field][0])


@pytest.mark.parametrize(
    ("field", "sent", "english", "chinese"),
    [
        ("text", "", "Please fill this in.", "请填写。"),
        ("text", "abcdefg", "Too long: 5 characters at most.", "太长了：最多 5 个字。"),
        ("text", f"a{NULL}", "There are signs in it that cannot be read. Please type it anew instead of pasting it.",
         "里面有无法识别的字符，请重新输入，不要粘贴。"),
        ("amount", "x", "Please type a whole number.", "请填写整数。"),
        ("amount", "0", "Too little: 1 at least.", "太小了：至少是 1。"),
        ("amount", "10", "Too much: 9 at most.", "太大了：最多是 9。"),
        ("share", "x", "Please type a number.", "请填写数字。"),
        ("day", "x", "This is no date. Please type it like 2026-12-31.", "这不是日期，请按 2026-12-31 这样填写。"),
        ("hour", "x", "This is no time. Please type it like 18:30.", "这不是时间，请按 18:30 这样填写。"),
        ("moment", "x", "This is no date with a time. Please type it like 2026-12-31 18:30.",
         "这不是日期和时间，请按 2026-12-31 18:30 这样填写。"),
        ("choice", "", "Please choose one of these.", "请从中选择一项。"),
        ("choice", "b", "This cannot be chosen here any more. Please choose something else.", "这一项现在不能选，请另选一项。"),
        ("several", ["b"], "This cannot be chosen here any more. Please choose something else.", "这一项现在不能选，请另选一项。"),
        ("tick", "", "Please tick this.", "请勾选。"),
        ("file", "", "Please choose a file.", "请选择文件。"),
        ("file", SimpleUploadedFile("a.csv", b""), "There is nothing in this file.", "这个文件是空的。"),
        ("address", "x", "This is no mail address. It looks like name@example.org.", "这不是邮箱地址，正确的样子如 name@example.org。"),
    ],
)  # fmt: skip
def test_a_field_says_in_plain_words_what_to_do(field: str, sent: object, english: str, chinese: str) -> None:
    assert [says("en", field, sent), says("zh-hans", field, sent)] == [english, chinese]


def forms_below(form: type) -> Iterator[type]:
    for one in form.__subclasses__():
        yield one
        yield from forms_below(one)


def test_no_form_of_the_service_was_made_before_the_words_were_in_place() -> None:
    assert get_resolver().url_patterns  # with them every view and its forms are loaded
    ours = [form for form in forms_below(forms.BaseForm) if not form.__module__.startswith("django.forms")]
    fields = [(form, name, field) for form in ours for name, field in vars(form).get("base_fields", {}).items()]
    assert len(fields) > 100
    assert not [(form, name) for form, name, field in fields if field.error_messages["required"] == DJANGO_SAYS]
