"""The child that listens: reads one JSON request a line, writes progress and results as JSON lines.

    python -m analysis.child_main MODELS_DIR [PLUGINS_DIR]

Kept apart from the worker, so that a file that crashes a native library or eats all memory takes
only this process with it.
"""

import ctypes
import json
import os
import signal
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any, TextIO

if TYPE_CHECKING:
    from analysis.plugins import Plugin

PR_SET_PDEATHSIG = 1


def main() -> None:
    """Serve requests until the input closes."""
    from analysis.errors import ModelsMissing, UnusableAudio
    from analysis.plugins import read_plugins

    # Native libraries print on stdout; the protocol keeps the real one for itself.
    answers = os.fdopen(os.dup(1), "w", encoding="utf-8", buffering=1)
    os.dup2(2, 1)
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    _die_with_parent()
    models_dir = Path(sys.argv[1])
    plugins = read_plugins(Path(sys.argv[2]) if len(sys.argv) > 2 else None)
    for line in sys.stdin:
        request = json.loads(line)
        try:
            answer = _answer(request, models_dir, plugins, answers)
        except ModelsMissing as error:
            _say(answers, {"fault": str(error), "hint": error.hint})
        except UnusableAudio as error:
            _say(answers, {"refused": str(error), "hint": error.hint})
        except MemoryError:
            _say(answers, {"refused": "The file needs more memory than is left.", "hint": ""})
        else:
            _say(answers, answer)


def _answer(
    request: dict[str, Any], models_dir: Path, plugins: "list[Plugin]", answers: TextIO
) -> dict[str, Any]:
    """Do what is asked: compare stems, write a preview, or analyse a file."""
    if "master" in request:
        from analysis.extractors.tracing import compare_files

        path, length_s = request["master"]
        stems = [(pk, name, Path(file), long_s) for pk, name, file, long_s in request["stems"]]
        return {"stem_sum": compare_files((Path(path), length_s), stems).as_json()}
    if "preview" in request:
        from analysis.extractors.previewing import write_preview

        write_preview(Path(request["preview"]), Path(request["target"]))
        return {"preview": request["target"]}
    from analysis import engine

    result = engine.analyse_file(
        Path(request["path"]),
        models_dir=models_dir,
        plugins=plugins,
        name=request["name"],
        on_stage=lambda words, share: _say(answers, {"stage": words, "share": share}),
    )
    return {"result": result.as_json()}


def _die_with_parent() -> None:
    """Ask Linux to end us when the worker is killed: our input closes too, but we may be deep in
    native code for a minute before we look. Elsewhere that minute is spent.
    """
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)


def _say(answers: TextIO, message: object) -> None:
    answers.write(json.dumps(message, allow_nan=False) + "\n")
    answers.flush()


if __name__ == "__main__":
    main()
