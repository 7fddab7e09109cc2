"""A recording as a coarse mono trace, to compare it with others; decoded in pieces by PyAV."""

from __future__ import annotations

from contextlib import suppress
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np

from analysis.domain.stem_sum import COMPARED_S, RATE_HZ, StemFile, StemSum, Trace, compare
from analysis.errors import UnusableAudio
from analysis.extractors.decoding import FORMATS


def compare_files(master: tuple[Path, float], stems: list[tuple[int, str, Path, float]]) -> StemSum:
    """Compare stems (id, name, file, seconds) with their master (file, seconds).

    Raises
    ------
    UnusableAudio : one of the files cannot be decoded
    """
    path, duration_s = master
    return compare(
        trace(path),
        duration_s,
        [StemFile(pk, name, length_s, partial(trace, file)) for pk, name, file, length_s in stems],
    )


def trace(path: Path) -> Trace:
    """Decode the first minutes as mono at `RATE_HZ`; a damaged file ends where it breaks.

    Raises
    ------
    UnusableAudio : nothing of it can be decoded
    """
    import av

    wanted = int(COMPARED_S * RATE_HZ)
    kept: list[Trace] = []
    count = 0
    try:
        with av.open(
            str(path),
            options={"format_whitelist": FORMATS, "protocol_whitelist": "file"},
            metadata_errors="replace",
        ) as container:
            resampler = av.AudioResampler(format="flt", layout="mono", rate=RATE_HZ)
            with suppress(av.error.FFmpegError, ValueError):
                for frame in container.decode(audio=0):
                    frame.pts = None
                    for piece in resampler.resample(frame):
                        kept.append(_floats(piece))
                        count += len(kept[-1])
                    if count >= wanted:
                        break
                else:
                    kept += [_floats(piece) for piece in resampler.resample(None)]
    except (av.error.FFmpegError, ValueError, IndexError) as error:
        raise UnusableAudio("One of the recordings is damaged, or not audio.") from error
    if not kept:
        raise UnusableAudio("One of the recordings holds no sound.")
    return np.nan_to_num(np.concatenate(kept)[:wanted])


def _floats(piece: Any) -> Trace:
    return np.asarray(piece.to_ndarray(), np.float32).ravel()
