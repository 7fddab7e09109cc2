"""What streaming services do to a track's loudness when they play it. Never a rule for delivery."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Target:
    """A service's reference: LUFS, and the true peak up to which it lifts quiet tracks, if it does.

    References: STANDARDS section 6 and each service's help pages, read November 2026.
    """

    service: str
    lufs: float
    lifts_to_dbtp: float | None


TARGETS = (
    Target("Spotify", -14.0, -1.0),
    Target("Apple Music", -16.0, -1.0),
    Target("YouTube", -14.0, None),
    Target("Tidal", -14.0, None),
    Target("Amazon Music", -14.0, None),
    Target("Deezer", -15.0, None),
)


@dataclass(frozen=True)
class Playback:
    """What one service does to a track: decibels of gain, negative for turned down."""

    service: str
    target_lufs: float
    gain_db: float

    @property
    def sentence(self) -> str:
        """Say it in words.

        >>> Playback("Spotify", -14.0, -3.1).sentence
        'turned down by 3.1 dB'
        >>> Playback("YouTube", -14.0, 0.0).sentence
        'played as it is'
        """
        if abs(self.gain_db) < 0.05:
            return "played as it is"
        direction = "down" if self.gain_db < 0 else "up"
        return f"turned {direction} by {abs(self.gain_db):.1f} dB"


def playback(integrated_lufs: float, true_peak_dbtp: float | None) -> list[Playback]:
    """Say what each service will do.

    Quiet tracks are lifted only by services that do so, and only until the peak limit is reached;
    the others leave them as they are.

    >>> [each.gain_db for each in playback(-20.0, -5.0)[:3]]
    [4.0, 4.0, 0.0]
    >>> playback(-10.9, -0.3)[0].sentence
    'turned down by 3.1 dB'
    """
    found = []
    for target in TARGETS:
        gain = target.lufs - integrated_lufs
        if gain > 0:
            room = 0.0
            if target.lifts_to_dbtp is not None and true_peak_dbtp is not None:
                room = max(0.0, target.lifts_to_dbtp - true_peak_dbtp)
            gain = min(gain, room)
        found.append(Playback(target.service, target.lufs, round(gain, 1)))
    return found
