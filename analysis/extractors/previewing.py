"""A copy of a recording that every browser plays: MP3, decoded and encoded in pieces by PyAV."""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path

from analysis.errors import UnusableAudio
from analysis.extractors.decoding import FORMATS

RATE_HZ = 44_100
BITS_PER_S = 192_000


def write_preview(path: Path, target: Path) -> None:
    """Encode the first audio stream of a file; a damaged file ends where it breaks.

    Raises
    ------
    UnusableAudio : nothing of it can be decoded
    """
    import av

    try:
        with (
            av.open(
                str(path),
                options={"format_whitelist": FORMATS, "protocol_whitelist": "file"},
                metadata_errors="replace",
            ) as source,
            av.open(str(target), "w", format="mp3") as sink,
        ):
            encoder = sink.add_stream("libmp3lame", rate=RATE_HZ, layout="stereo")
            encoder.bit_rate = BITS_PER_S
            resampler = av.AudioResampler(
                format=encoder.format.name, layout="stereo", rate=RATE_HZ, frame_size=1152
            )
            with suppress(av.error.InvalidDataError):
                for frame in source.decode(audio=0):
                    frame.pts = None
                    for piece in resampler.resample(frame):
                        sink.mux(encoder.encode(piece))
            for piece in resampler.resample(None):
                sink.mux(encoder.encode(piece))
            sink.mux(encoder.encode(None))
    except (av.error.FFmpegError, ValueError, IndexError) as error:
        raise UnusableAudio("This recording cannot be written in a form browsers play.") from error
