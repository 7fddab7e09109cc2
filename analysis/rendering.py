"""MIDI to sound, with FluidSynth and a free General MIDI sound font found on this machine.

Rendered pieces have an exactly known tempo, key and list of instruments; benches score them and
fits learn from them. Nothing else in the studio plays MIDI.
"""

import hashlib
import os
import shutil
import subprocess
import tempfile
from pathlib import Path

from analysis.errors import SoundFontMissing

RATE_HZ = 44_100
LONGEST_RENDERING_S = 1800
BANKS = (
    "/usr/share/sounds/sf2/FluidR3_GM.sf2",
    "/usr/share/soundfonts/FluidR3_GM.sf2",
    "/usr/share/sounds/sf2/default-GM.sf2",
    "/usr/share/sounds/sf3/default-GM.sf3",
    "/usr/share/soundfonts/default.sf2",
    "/opt/homebrew/share/soundfonts/default.sf2",
)
INSTALL_HINT = "On Debian: apt-get install fluidsynth fluid-soundfont-gm"


def sound_font() -> Path:
    """Find a General MIDI sound font: `SOUND_FONT` if set, else where distributions put one.

    Raises
    ------
    SoundFontMissing : there is none
    """
    named = os.environ.get("SOUND_FONT")
    for place in (named,) if named else BANKS:
        if Path(place).is_file():
            return Path(place).resolve()
    raise SoundFontMissing(
        f"There is no sound font at {named}."
        if named
        else "There is no General MIDI sound font on this machine to play MIDI with.",
        hint=f"{INSTALL_HINT}, or name one in SOUND_FONT.",
    )


def rendered(midi: Path, cache_dir: Path) -> Path:
    """Play a MIDI file into a FLAC file, once; later calls find it in the cache.

    Parameters
    ----------
    midi : Path, a standard MIDI file
    cache_dir : Path, made if absent; files in it may be deleted at any time

    Raises
    ------
    SoundFontMissing : no FluidSynth or no sound font
    """
    player, bank = shutil.which("fluidsynth"), sound_font()
    if player is None:
        raise SoundFontMissing("FluidSynth is not installed.", hint=f"{INSTALL_HINT}.")
    digest = hashlib.sha256(midi.read_bytes() + f"{bank.name}{bank.stat().st_size}".encode())
    file = cache_dir / f"{midi.stem[:40]}-{digest.hexdigest()[:16]}.flac"
    if not file.exists():
        cache_dir.mkdir(parents=True, exist_ok=True)
        _play(player, bank, midi, file)
    return file


def _play(player: str, bank: Path, midi: Path, file: Path) -> None:
    import soundfile

    with tempfile.TemporaryDirectory(dir=file.parent) as folder:
        wave, packed = Path(folder) / "played.wav", Path(folder) / "played.flac"
        command = [player, "-ni", "-q", "-r", str(RATE_HZ), "-F", str(wave), str(bank), str(midi)]
        subprocess.run(command, check=True, capture_output=True, timeout=LONGEST_RENDERING_S)
        with (
            soundfile.SoundFile(wave) as source,
            soundfile.SoundFile(
                packed, "w", RATE_HZ, source.channels, format="FLAC", subtype="PCM_16"
            ) as target,
        ):
            for block in source.blocks(RATE_HZ * 10, dtype="int16"):
                target.write(block)
        packed.replace(file)
