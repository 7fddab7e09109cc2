"""What streaming services do to a track's loudness."""

import tomllib

import pytest

from analysis.domain.streaming import Playback, playbacks, read_services
from analysis.rules import TARGETS

SERVICES = read_services(tomllib.loads(TARGETS.read_text(encoding="utf-8")))


def played(loudness_lufs: float, true_peak_dbtp: float) -> dict[str, Playback]:
    """Playback by service."""
    return {each.service: each for each in playbacks(loudness_lufs, true_peak_dbtp, SERVICES)}


def test_a_loud_master_is_turned_down_to_each_target() -> None:
    heard = played(-8.0, -0.2)
    assert heard["Spotify"].gain_db == -6.0
    assert heard["Apple Music"].gain_db == -8.0
    assert heard["Deezer"].plays_at_lufs == -15.0
    assert heard["Spotify"].words == "Spotify turns it down by 6.0 dB."


def test_spotify_lifts_a_quiet_track_only_to_one_decibel_under_full_scale() -> None:
    """The example of STANDARDS section 6."""
    spotify = played(-20.0, -5.0)["Spotify"]
    assert (spotify.gain_db, spotify.plays_at_lufs) == (4.0, -16.0)
    assert spotify.held_by_peak
    assert "2.0 dB less" in spotify.words


def test_a_service_that_turns_nothing_up_plays_a_quiet_track_as_it_is() -> None:
    tidal = played(-20.0, -9.0)["Tidal"]
    assert tidal.gain_db == 0.0
    assert "turns nothing up" in tidal.words


def test_a_track_on_target_is_left_alone() -> None:
    assert played(-14.0, -1.5)["Spotify"].words == "Spotify plays it as it is."


def test_a_high_true_peak_is_warned_of_by_the_limit_of_each_service() -> None:
    heard = played(-12.0, -1.5)
    assert not heard["Spotify"].peak_warning
    assert "-2 dBTP" in heard["Amazon Music"].peak_warning


def test_peaks_over_full_scale_never_turn_a_quiet_track_down() -> None:
    assert played(-20.0, 1.0)["Spotify"].gain_db == 0.0


@pytest.mark.parametrize("peak", [None, -3.0])
def test_silence_has_no_playback(peak: float | None) -> None:
    assert playbacks(None, peak, SERVICES) == []
