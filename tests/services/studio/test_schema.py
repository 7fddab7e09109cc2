"""The description of the API."""

import pytest
from django.core.management import call_command


def test_the_schema_is_written_without_a_warning(capsys: pytest.CaptureFixture[str]) -> None:
    call_command("spectacular", "--validate", "--fail-on-warn")
    assert "/api/v1/workspaces/{workspace}/tracks/" in capsys.readouterr().out
