"""Reading fingerprints, and telling one recording in two files from two recordings."""

import base64

import numpy as np
import pytest

from analysis.domain.fingerprint import CODE_S, Codes, align, decode_chromaprint, parts_of

RANDOM = np.random.default_rng(4)


def music(seconds: float = 100.0, seed: int = 1) -> Codes:
    """Codes as of music: each is the one before it with some bits turned."""
    random = np.random.default_rng(seed)
    turned = random.random((int(seconds / CODE_S), 32)) < 0.2
    bits = np.logical_xor.accumulate(turned, axis=0)
    return (bits @ (1 << np.arange(32, dtype=np.uint64))).astype(np.uint32)


def copied(codes: Codes, share: float) -> Codes:
    """A re-encoded copy: this share of the bits differs."""
    turned = RANDOM.random((len(codes), 32)) < share
    return codes ^ (turned @ (1 << np.arange(32, dtype=np.uint64))).astype(np.uint32)


def packed(codes: Codes) -> str:
    """Write codes as Chromaprint does, bit by bit."""
    normal, more, before = [], [], 0
    for code in codes.tolist():
        last = 0
        for place in range(1, 33):
            if (code ^ before) >> (place - 1) & 1:
                step = place - last
                normal.append(min(step, 7))
                if step >= 7:
                    more.append(step - 7)
                last = place
        normal.append(0)
        before = code

    def packed_in(values: list[int], width: int) -> bytes:
        bits = [value >> at & 1 for value in values for at in range(width)]
        return np.packbits(np.array(bits, np.uint8), bitorder="little").tobytes()

    data = bytes([1]) + len(codes).to_bytes(3, "big") + packed_in(normal, 3) + packed_in(more, 5)
    return base64.urlsafe_b64encode(data).decode().rstrip("=")


def test_a_packed_fingerprint_is_read_back() -> None:
    codes = np.array([0, 1, 0x80000000, 0xFFFFFFFF, 0xFFFFFFFF, 12345], np.uint32)
    assert decode_chromaprint(packed(codes)).tolist() == codes.tolist()
    assert decode_chromaprint(packed(music(5))).tolist() == music(5).tolist()


def test_a_fingerprint_that_ends_early_is_refused() -> None:
    with pytest.raises(ValueError, match="ends early"):
        decode_chromaprint(packed(music(5))[:40])


@pytest.mark.parametrize("cut_s", [0.0, 7.3, 33.0])
def test_a_copy_in_another_format_is_the_same_recording_wherever_it_starts(cut_s: float) -> None:
    codes = music()
    copy = copied(codes[round(cut_s / CODE_S) :], 0.06)
    found = align(codes, copy)
    assert found is not None
    assert found.is_same
    assert found.offset_s == pytest.approx(cut_s, abs=0.15)
    assert found.overlap_s == pytest.approx(100 - cut_s, abs=1)
    back = align(copy, codes)
    assert back is not None
    assert back.offset_s == -found.offset_s


def test_other_music_is_not_alike() -> None:
    found = align(music(seed=1), music(seed=2))
    assert found is None or not found.is_alike


def test_silence_before_and_after_says_nothing() -> None:
    silence = np.full(400, 627_964_279, np.uint32)
    one, other = np.append(silence, music(seed=1)), np.append(silence, music(seed=2))
    found = align(one, other)
    assert found is None or not found.is_alike
    assert align(silence, silence) is None
    assert parts_of(silence) == []


def test_copies_share_parts_and_other_music_hardly_any() -> None:
    codes = music()
    parts = set(parts_of(codes))
    assert 100 < len(parts) < 300
    assert len(parts & set(parts_of(copied(codes[90:], 0.02)))) > 20
    assert len(parts & set(parts_of(music(seed=2)))) < 3
    assert all(0 <= part < 2**31 for part in parts)
