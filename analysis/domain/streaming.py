"""What streaming services will do to a track's loudness. Playback only: nothing is ever refused."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

UNCHANGED_DB = 0.1


@dataclass(frozen=True)
class Service:
    """One service of `data/loudness_targets.toml`."""

    name: str
    target_lufs: float
    true_peak_dbtp: float
    raises: bool
    headroom_db: float
    basis: str


@dataclass(frozen=True)
class Playback:
    """How a service plays a track: the gain it applies, and the loudness that comes out.

    `held_by_peak` says that the gain would be higher if the true peak left room. `peak_warning` is
    a sentence where the true peak is above what the service asks for, else empty.
    """

    service: str
    target_lufs: float
    gain_db: float
    plays_at_lufs: float
    held_by_peak: bool
    peak_warning: str
    words: str


def read_services(table: Mapping[str, Any]) -> tuple[Service, ...]:
    """Read the table of targets."""
    return tuple(Service(**entry) for entry in table["service"])


def playbacks(
    loudness_lufs: float | None, true_peak_dbtp: float | None, services: Sequence[Service]
) -> list[Playback]:
    """Say what each service will do to a track played alone; nothing where it has no loudness."""
    if loudness_lufs is None:
        return []
    return [_playback(loudness_lufs, true_peak_dbtp, service) for service in services]


def _playback(loudness_lufs: float, true_peak_dbtp: float | None, service: Service) -> Playback:
    wanted = service.target_lufs - loudness_lufs
    gain = wanted if wanted < 0 or service.raises else 0.0
    if gain > 0 and true_peak_dbtp is not None:
        gain = min(gain, max(0.0, -service.headroom_db - true_peak_dbtp))
    gain = round(gain, 1) + 0.0
    return Playback(
        service=service.name,
        target_lufs=service.target_lufs,
        gain_db=gain,
        plays_at_lufs=round(loudness_lufs + gain, 1),
        held_by_peak=service.raises and wanted - gain > UNCHANGED_DB,
        peak_warning=_peak_warning(true_peak_dbtp, service),
        words=_words(gain, wanted, service),
    )


def _words(gain: float, wanted: float, service: Service) -> str:
    if gain <= -UNCHANGED_DB:
        return f"{service.name} turns it down by {-gain:.1f} dB."
    missing = wanted - gain
    if gain >= UNCHANGED_DB:
        held = f", {missing:.1f} dB less than it wants: the peaks leave no more room"
        return f"{service.name} turns it up by {gain:.1f} dB{held if missing > 0.1 else ''}."
    if missing <= UNCHANGED_DB:
        return f"{service.name} plays it as it is."
    why = "the peaks leave no room to turn it up" if service.raises else "it turns nothing up"
    return f"{service.name} plays it as it is, {missing:.1f} dB under its target: {why}."


def _peak_warning(true_peak_dbtp: float | None, service: Service) -> str:
    if true_peak_dbtp is None or true_peak_dbtp <= service.true_peak_dbtp:
        return ""
    limit = service.true_peak_dbtp
    return (
        f"The true peak of {true_peak_dbtp:.1f} dBTP is above the {limit:.0f} dBTP that "
        f"{service.name} asks for; it may distort when it is encoded."
    )
