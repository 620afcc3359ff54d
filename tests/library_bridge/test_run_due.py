"""What an operator, or a client under test, reads of what was due."""

import json
from unittest import mock

import pytest
from django.core.management import call_command


def test_ids_are_texts_as_in_the_api_and_counts_are_numbers(capsys: pytest.CaptureFixture[str]) -> None:
    deeds = [{"did": "ask.sent", "request": 7, "ask": 9, "wave": 2}, {"did": "purged", "what": "API token", "count": 3}]
    with mock.patch("library_bridge.registers.act_on_due", return_value=iter(deeds)):
        call_command("run_due")
    assert [json.loads(line) for line in capsys.readouterr().out.splitlines()] == [
        {"did": "ask.sent", "request": "7", "ask": "9", "wave": 2}, deeds[1],
    ]  # fmt: skip
