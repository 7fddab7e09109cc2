"""How answers are scored against known ones: the measures of the MIREX tasks on tempo and key."""

from analysis.domain.key import TONICS, normalise_tonic

TEMPO_TOLERANCE = 0.04
OCTAVES = (1.0, 2.0, 1 / 2, 3.0, 1 / 3)

SAME_KEY, FIFTH, RELATIVE, PARALLEL = 1.0, 0.5, 0.3, 0.2


def tempo_is_right(found_bpm: float | None, true_bpm: float) -> bool:
    """Accuracy 1: within four per cent of the truth.

    >>> tempo_is_right(123.0, 120.0), tempo_is_right(60.0, 120.0), tempo_is_right(None, 120.0)
    (True, False, False)
    """
    return found_bpm is not None and abs(found_bpm - true_bpm) <= TEMPO_TOLERANCE * true_bpm


def tempo_is_right_up_to_octaves(found_bpm: float | None, true_bpm: float) -> bool:
    """Accuracy 2: also right at twice, half, three times or a third of the truth.

    >>> tempo_is_right_up_to_octaves(60.0, 120.0), tempo_is_right_up_to_octaves(80.0, 120.0)
    (True, False)
    """
    return any(tempo_is_right(found_bpm, true_bpm * ratio) for ratio in OCTAVES)


def mirex_key_score(found: tuple[str, str] | None, truth: tuple[str, str]) -> float:
    """Weigh a key as the MIREX key task does, and `mir_eval.key.weighted_score` after it.

    1 for the same key, 0.5 for the same mode a fifth above the true tonic, 0.3 for the relative
    key, 0.2 for the other mode on the same tonic, 0 for anything else and for no answer.

    >>> mirex_key_score(("G", "major"), ("C", "major"))
    0.5
    >>> mirex_key_score(("F", "major"), ("C", "major"))
    0.0
    >>> mirex_key_score(("A", "minor"), ("C", "major"))
    0.3
    >>> mirex_key_score(("C", "minor"), ("C", "major"))
    0.2
    """
    if found is None:
        return 0.0
    steps = (_place(found[0]) - _place(truth[0])) % 12
    if found[1] == truth[1]:
        return {0: SAME_KEY, 7: FIFTH}.get(steps, 0.0)
    if steps == (9 if truth[1] == "major" else 3):
        return RELATIVE
    return PARALLEL if steps == 0 else 0.0


def _place(tonic: str) -> int:
    return TONICS.index(normalise_tonic(tonic))
