"""Stems over their master, as numbers."""

import numpy as np

from analysis.domain.stem_sum import RATE_HZ, StemFile, StemSum, Trace, compare

SECONDS = 30


def noise(seed: int, seconds: float = SECONDS) -> Trace:
    samples = np.random.default_rng(seed).normal(0, 0.1, int(seconds * RATE_HZ))
    return samples.astype(np.float32)


DRUMS, BASS, KEYS = noise(1), noise(2), 0.3 * noise(3)
MASTER = DRUMS + BASS + KEYS


def laid(**stems: Trace) -> StemSum:
    files = [
        StemFile(place, name, len(sound) / RATE_HZ, lambda sound=sound: sound)  # type: ignore[misc]  # mypy cannot type the default
        for place, (name, sound) in enumerate(stems.items())
    ]
    return compare(MASTER, SECONDS, files)


def test_stems_add_up_exactly_or_within_what_an_encoder_leaves() -> None:
    found = laid(drums=DRUMS, bass=BASS, keys=KEYS)
    assert found.sentence == "These stems add up to the master exactly."
    found = laid(drums=DRUMS, bass=BASS, keys=KEYS + 0.01 * noise(9))
    assert found.sentence == "These stems add up to the master within −43 dB."
    assert found.warnings == []
    assert StemSum.from_json(found.as_json()) == found


def test_gain_and_encoder_delay_do_not_matter() -> None:
    delayed = {
        name: np.roll(0.5 * sound, 40)
        for name, sound in {"drums": DRUMS, "bass": BASS, "keys": KEYS}.items()
    }
    found = laid(**delayed)
    assert found.adds_up
    assert found.warnings == []


def test_a_missing_stem_is_noticed() -> None:
    found = laid(drums=DRUMS, keys=KEYS)
    assert not found.adds_up
    assert found.sentence.endswith("at least one stem seems to be missing.")


def test_a_stem_of_another_song_is_named() -> None:
    found = laid(drums=DRUMS, bass=noise(8), keys=KEYS)
    assert found.warnings == ["The stem “bass” is from another song, or another take."]
    assert found.sentence == "These stems do not add up to the master."


def test_lengths_silence_and_a_second_master_are_named() -> None:
    longer = np.concatenate([DRUMS, np.zeros(12 * RATE_HZ, np.float32)])
    assert laid(drums=longer).warnings == ["The stem “drums” is 12 s longer than the master."]
    assert laid(drums=np.zeros_like(DRUMS)).warnings == ["The stem “drums” is silent."]
    assert laid(mix=MASTER).warnings == ["The stem “mix” is the whole master, not a part of it."]
