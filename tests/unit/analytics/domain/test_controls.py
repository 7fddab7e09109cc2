"""Control groups: the most alike first, each once, and only by what was known before."""

from analytics.domain.controls import EACH, Candidate, choose_controls, likeness


def candidate(number: int, *tags: str, plays: float = 10.0) -> Candidate:
    return Candidate(number, frozenset(("mood", tag) for tag in tags), plays)


def test_shared_tags_and_like_numbers_of_plays_make_tracks_alike() -> None:
    one = candidate(1, "calm", "piano")
    assert likeness(one, candidate(2, "calm", "piano")) == 1.0
    assert likeness(one, candidate(3, "calm")) == 0.5
    assert likeness(one, candidate(4, "calm", "piano", plays=1000)) < 0.05
    assert likeness(one, candidate(5)) == 0.0


def test_the_most_alike_are_chosen_each_once() -> None:
    treated = [candidate(1, "calm", "piano"), candidate(2, "calm", "dark")]
    pool = [candidate(number, "calm", "piano") for number in range(10, 15)]
    pool += [candidate(20, "calm", "dark"), candidate(30, "loud"), treated[0]]

    chosen = choose_controls(treated, pool)

    assert len({match.track_id for match in chosen}) == len(chosen)
    assert sum(match.stands_for == 1 for match in chosen) == EACH
    assert (20, 2) in {(match.track_id, match.stands_for) for match in chosen}
    assert not {1, 30} & {match.track_id for match in chosen}
    assert chosen == choose_controls(treated, pool[::-1])


def test_a_track_without_a_past_is_no_control() -> None:
    assert choose_controls([candidate(1, "calm")], [candidate(2, "calm", plays=0)]) == ()
