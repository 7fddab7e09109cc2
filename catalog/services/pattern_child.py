"""The child that runs one search pattern; a program of its own, started by `patterns.py`.

It reads one JSON object from its input and writes one list of texts. It imports nothing of the
studio, so that it starts in some hundredths of a second.
"""

import json
import re
import sys

MOST_BYTES = 512 * 1024**2


def main() -> None:
    """Replace, within bounds of memory."""
    try:
        import resource

        resource.setrlimit(resource.RLIMIT_AS, (MOST_BYTES, MOST_BYTES))
        resource.setrlimit(resource.RLIMIT_CPU, (30, 30))
    except (ImportError, ValueError, OSError):  # a system without such limits; time is bounded
        pass
    work = json.loads(sys.stdin.buffer.read())
    flags = re.IGNORECASE if work["ignore_case"] else 0
    pattern = re.compile(work["pattern"], flags)
    replaced = [pattern.sub(work["replacement"], text) for text in work["texts"]]
    sys.stdout.write(json.dumps(replaced))


if __name__ == "__main__":
    main()
