"""Whether stems belong to their master: same length, same song, and do they add up to it.

Everything is compared as mono at a low rate over the first minutes, which bounds memory; what is
above two kilohertz says nothing about whether a stem belongs.
"""

import math
from collections.abc import Callable, Iterable, Mapping
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

Trace = NDArray[np.float32]

RATE_HZ = 4_000
COMPARED_S = 480.0
SEARCH_S = 30.0
BELONGS_FROM = 12.0
"""Height of the peak of the whitened cross-correlation, in standard deviations of its floor. The
best of unrelated pieces lies near 5, as chance has it over a minute of lags; a stem that is in the
mix, even 30 dB below it, reaches more than 20."""
SILENT_RMS = 10 ** (-70 / 20)
FADE_S = 2
ALIKE_TONES = 0.5
FAINT, LEAST_SPECTRUM = 1e-3, 0.01
ADDS_UP_DB = -20.0
FOLLOWS_DB = -6.0
WHOLE_DB = -30.0
EXACT_DB = -80.0
LENGTH_SLACK_S = 1.0
LAG_SLACK_S = 0.02


@dataclass(frozen=True)
class StemPlace:
    """How one stem lies in the master.

    `lag_s` is how much later it comes in the master, None where it was not found there; `peak` is
    in standard deviations of the floor; `residual_db` is what it leaves of the master when it alone
    is taken away.
    """

    stem_id: int
    name: str
    is_silent: bool
    longer_s: float
    lag_s: float | None
    peak: float
    residual_db: float

    @property
    def is_moved(self) -> bool:
        """Whether it does not start where it belongs."""
        return self.lag_s is not None and abs(self.lag_s) > LAG_SLACK_S

    @property
    def warning(self) -> str:
        """Say what is wrong with it; empty where nothing is."""
        if self.is_silent:
            return f"The stem “{self.name}” is silent."
        if self.lag_s is None:
            return f"The stem “{self.name}” is from another song, or another take."
        if self.residual_db <= WHOLE_DB:
            return f"The stem “{self.name}” is the whole master, not a part of it."
        if self.is_moved:
            late = "too late" if self.lag_s < 0 else "too early"
            return f"The stem “{self.name}” starts {abs(self.lag_s):.2f} s {late}."
        if abs(self.longer_s) > LENGTH_SLACK_S:
            word = "longer" if self.longer_s > 0 else "shorter"
            return f"The stem “{self.name}” is {abs(self.longer_s):.0f} s {word} than the master."
        return ""


@dataclass(frozen=True)
class StemSum:
    """The sum of the stems against the master; `residual_db` is what is left of the master."""

    residual_db: float
    compared_s: float
    stems: tuple[StemPlace, ...]

    @property
    def adds_up(self) -> bool:
        """Whether the stems are all there is."""
        return self.residual_db <= ADDS_UP_DB

    @property
    def follows(self) -> bool:
        """Whether no stem is missing or strange, though mastering may have changed the level."""
        return self.residual_db <= FOLLOWS_DB

    @property
    def warnings(self) -> list[str]:
        """What a person should know."""
        return [stem.warning for stem in self.stems if stem.warning]

    @property
    def sentence(self) -> str:
        """Say how the sum compares to the master."""
        level = f"{self.residual_db:.0f} dB".replace("-", "\N{MINUS SIGN}")
        if self.adds_up:
            moved = any(stem.is_moved for stem in self.stems)
            once = ", once they start together" if moved else ""
            if self.residual_db <= EXACT_DB:
                return f"These stems add up to the master exactly{once}."
            return f"These stems add up to the master within {level}{once}."
        if any(stem.lag_s is None and not stem.is_silent for stem in self.stems):
            return "These stems do not add up to the master."
        if self.follows:
            return (
                f"These stems follow the master, but leave {level} of it: it was processed after "
                "the mix, or a quiet stem is missing."
            )
        return f"These stems leave {level} of the master: at least one stem seems to be missing."

    def as_json(self) -> dict[str, Any]:
        """Give plain JSON."""
        return asdict(self)

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> "StemSum":
        """Read what `as_json` wrote."""
        stems = tuple(StemPlace(**each) for each in data["stems"])
        return cls(**{**data, "stems": stems})


@dataclass(frozen=True)
class StemFile:
    """A stem to be compared: how long it is, and how to get its sound."""

    stem_id: int
    name: str
    duration_s: float
    trace: Callable[[], Trace]


def compare(master: Trace, master_s: float, stems: Iterable[StemFile]) -> StemSum:
    """Lay stems over their master, one after another; only one stem is held at a time.

    Parameters
    ----------
    master : ndarray, shape (n_samples,), mono at `RATE_HZ`, at most `COMPARED_S` long
    master_s : float, length of the whole master
    stems : what to compare, read one at a time
    """
    total = np.zeros_like(master)
    places = []
    for stem in stems:
        sound = stem.trace()[: len(master)]
        place = _place(master, sound, stem, master_s)
        places.append(place)
        total += _moved(sound, round((place.lag_s or 0.0) * RATE_HZ), len(master))
    return StemSum(
        residual_db=_residual_db(master, _laid_over(master, total)),
        compared_s=round(len(master) / RATE_HZ, 1),
        stems=tuple(places),
    )


def _place(master: Trace, sound: Trace, stem: StemFile, master_s: float) -> StemPlace:
    is_silent = _rms(sound) < SILENT_RMS
    lag, peak = (0, 0.0) if is_silent else _lag(master, sound)
    belongs = peak >= BELONGS_FROM
    alone = 0.0
    if belongs:
        alone = _residual_db(master, _laid_over(master, _moved(sound, lag, len(master))))
    return StemPlace(
        stem_id=stem.stem_id,
        name=stem.name,
        is_silent=is_silent,
        longer_s=round(stem.duration_s - master_s, 2),
        lag_s=round(lag / RATE_HZ, 3) if belongs else None,
        peak=round(peak, 1),
        residual_db=alone,
    )


def _moved(sound: Trace, lag: int, length: int) -> Trace:
    """Give a sound later by `lag` samples, as long as the master."""
    moved = np.zeros(length, np.float32)
    start = max(lag, 0)
    part = sound[max(-lag, 0) :][: length - start]
    moved[start : start + len(part)] = part
    return moved


def _lag(master: Trace, sound: Trace) -> tuple[int, float]:
    """Find how much later a sound comes in the master, and how clearly (whitened correlation).

    Both are faded in and out first: files that merely start together share a click there. What
    either has next to nothing of is left out, since rounding is alike in all files. Where too
    little is left, as of a tone, plain correlation has to do.
    """
    from scipy import fft

    size = fft.next_fast_len(len(master) + int(SEARCH_S * RATE_HZ), real=True)
    wanted, spectrum = fft.rfft(_faded(master), size), fft.rfft(_faded(sound), size)
    cross = wanted * np.conj(spectrum)
    heights = np.abs(cross)
    used = (np.abs(wanted) > FAINT * np.abs(wanted).max()) & (
        np.abs(spectrum) > FAINT * np.abs(spectrum).max()
    )
    is_rich = used.mean() >= LEAST_SPECTRUM
    if is_rich:
        cross = np.where(used, cross / np.maximum(heights, 1e-12), 0)
    curve = fft.irfft(cross, size)
    reach = min(int(SEARCH_S * RATE_HZ), size // 2 - 1)
    near = np.concatenate([curve[-reach:], curve[: reach + 1]])
    best = int(near.argmax())
    if not is_rich:
        alike = float(near[best]) / max(_rms(master) * _rms(sound) * len(master), 1e-12)
        return (best - reach, BELONGS_FROM) if alike > ALIKE_TONES else (0, 0.0)
    floor = float(curve.std())
    return best - reach, float(near[best]) / max(floor, 1e-12)


def _faded(sound: Trace) -> Trace:
    length = min(FADE_S * RATE_HZ, len(sound) // 2)
    ramp = (0.5 - 0.5 * np.cos(np.linspace(0, np.pi, length))).astype(np.float32)
    faded = sound.copy()
    faded[:length] *= ramp
    faded[len(sound) - length :] *= ramp[::-1]
    return faded


def _laid_over(master: Trace, sound: Trace) -> Trace:
    """Move a sound by less than a sample, and to the gain, that fit the master best."""
    from scipy import fft

    size = fft.next_fast_len(len(master) + RATE_HZ, real=True)
    spectrum, wanted = fft.rfft(sound, size), fft.rfft(master, size)
    cross = wanted * np.conj(spectrum)
    curve = fft.irfft(cross, size)
    reach = RATE_HZ // 5  # encoders add up to some tens of milliseconds
    near = np.concatenate([curve[-reach:], curve[: reach + 1]])
    lag = float(int(near.argmax()) - reach)
    turns = 2 * np.pi * np.arange(len(cross)) / size
    for _ in range(3):
        turned = cross * np.exp(1j * turns * lag)
        weight = np.abs(turned) * (turns < 1.5)
        slope = float((weight * turns * np.angle(turned)).sum())
        size_of = float((weight * turns**2).sum())
        lag -= slope / size_of if size_of > 0 else 0.0
    moved = fft.irfft(spectrum * np.exp(-1j * turns * lag), size)[: len(master)]
    power = float(moved @ moved)
    gain = float(moved @ master) / power if power > 0 else 0.0
    return np.asarray(gain * moved, np.float32)


def _residual_db(master: Trace, fitted: Trace) -> float:
    whole = _rms(master)
    if whole < SILENT_RMS:
        return 0.0
    left = _rms(master - fitted)
    return round(max(20 * math.log10(max(left, 1e-9) / whole), -120.0), 1)


def _rms(sound: Trace) -> float:
    return float(np.sqrt(np.mean(np.square(sound, dtype=np.float64)))) if sound.size else 0.0
