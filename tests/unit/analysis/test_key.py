"""Keys and their names."""

from analysis.domain.key import KeyOpinion, choose_key, wheel_code


def test_profiles_vote_and_sharps_become_flats() -> None:
    key = choose_key(
        [
            KeyOpinion("A#", "minor", 0.8),
            KeyOpinion("Bb", "minor", 0.7),
            KeyOpinion("C", "major", 0.9),
        ]
    )
    assert key is not None
    assert (key.tonic, key.mode) == ("Bb", "minor")
    assert 0 < key.confidence < 0.8


def test_weak_profiles_name_no_key() -> None:
    assert choose_key([KeyOpinion("C", "major", 0.2), KeyOpinion("C", "major", 0.3)]) is None
    assert choose_key([]) is None


def test_wheel_codes_follow_the_table() -> None:
    """STANDARDS section 5."""
    table = {
        ("Db", "major"): "3B", ("Db", "minor"): "12A", ("E", "major"): "12B", ("E", "minor"): "9A",
        ("Gb", "major"): "2B", ("Ab", "minor"): "1A", ("B", "major"): "1B", ("B", "minor"): "10A",
        ("G", "minor"): "6A", ("F", "major"): "7B",
    }  # fmt: skip
    assert {key: wheel_code(*key) for key in table} == table
