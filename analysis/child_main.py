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
from typing import TextIO

PR_SET_PDEATHSIG = 1


def main() -> None:
    """Serve requests until the input closes."""
    from analysis import engine
    from analysis.errors import ModelsMissing
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
        path = Path(request["path"])
        try:
            result = engine.analyse_file(
                path,
                models_dir=models_dir,
                plugins=plugins,
                name=request["name"],
                on_stage=lambda words, share: _say(answers, {"stage": words, "share": share}),
            )
        except ModelsMissing as error:
            _say(answers, {"fault": str(error), "hint": error.hint})
        except engine.UnusableAudio as error:
            _say(answers, {"refused": str(error), "hint": error.hint})
        except MemoryError:
            _say(answers, {"refused": "The file needs more memory than is left.", "hint": ""})
        else:
            _say(answers, {"result": result.as_json()})


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
