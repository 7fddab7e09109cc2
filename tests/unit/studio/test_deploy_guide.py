"""The guide for a real installation keeps up with the settings."""

import re
from pathlib import Path

ROOT = Path(__file__).parents[3]
READERS = re.compile(r"""env\.\w+\(\s*["']([A-Z][A-Z0-9_]+)["']""")


def test_every_variable_the_studio_reads_is_explained() -> None:
    sources = [*ROOT.glob("studio/*.py"), *ROOT.glob("studio/running/*.py")]
    read = {name for source in sources for name in READERS.findall(source.read_text())}
    guide = (ROOT / "docs" / "deploy.md").read_text()
    missing = sorted(name for name in read if f"`{name}" not in guide and f"\n{name}=" not in guide)
    assert len(read) > 20
    assert missing == []


def test_the_units_start_what_up_starts() -> None:
    guide = (ROOT / "docs" / "deploy.md").read_text()
    for words in (
        "gunicorn studio.wsgi:application",
        "celery --app studio worker",
        "celery --app studio beat",
    ):
        assert words in guide
