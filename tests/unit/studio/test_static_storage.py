"""In a real installation every module is loaded under one name, the hashed one."""

import re
import shutil
from pathlib import Path

import pytest
from django.core.files.storage import FileSystemStorage

from studio.static_storage import HashedStaticFiles

ROOT = Path(__file__).parents[3]
IMPORTED = re.compile(r"""(?:from\s*|import\s*\(?\s*)["'](\.[^"']+)["']""")


@pytest.fixture(scope="module")
def modules(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """Collect our modules as `collectstatic` would; give each plain name its final file."""
    target = tmp_path_factory.mktemp("static")
    shutil.copytree(ROOT / "static" / "js", target / "js")
    for module in list((target / "js").rglob("*.js")):
        for name in IMPORTED.findall(module.read_text()):
            if "/vendor/" in name:
                vendored = (module.parent / name).resolve()
                vendored.parent.mkdir(parents=True, exist_ok=True)
                vendored.write_text("export default null;\n")
    source = FileSystemStorage(target)
    names = [str(path.relative_to(target)) for path in target.rglob("*.js") if path.is_file()]
    storage = HashedStaticFiles(location=target, base_url="/static/")
    for name, _, problem in storage.post_process({name: (source, name) for name in names}):
        assert not isinstance(problem, Exception), (name, problem)
    return {name: (target / hashed).resolve() for name, hashed in storage.hashed_files.items()}


def test_modules_import_each_other_by_their_final_names(modules: dict[str, Path]) -> None:
    final = set(modules.values())
    strangers = [
        (plain, name)
        for plain, path in modules.items()
        if plain.startswith("js/")
        for name in IMPORTED.findall(path.read_text())
        if (path.parent / name).resolve() not in final
    ]
    assert strangers == []


def test_the_player_is_reached_by_one_name_from_everywhere(modules: dict[str, Path]) -> None:
    names = {
        (path.parent / name).resolve()
        for path in modules.values()
        for name in IMPORTED.findall(path.read_text())
        if "/sound." in name
    }
    assert names == {modules["js/player/sound.js"]}
