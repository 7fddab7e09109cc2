"""The atlas: what stands where, which names fit, and which spaces wait for us."""

from itertools import pairwise

import pytest

from analytics.domain.atlas import MOST_LABELS, SpacePoint, draw_atlas, openings


def point(
    name: str, *, size: float = 0.01, competition: float = 0.6, fit: float = 0.8
) -> SpacePoint:
    return SpacePoint(name.lower().replace(" ", "-"), name, size, competition, fit, our_tracks=0)


def test_harder_spaces_stand_further_right_and_better_fits_higher() -> None:
    easy, hard = point("Easy", competition=0.5, fit=0.9), point("Hard", competition=0.9, fit=0.2)
    circles = {circle.point.name: circle for circle in draw_atlas([easy, hard]).circles}
    assert circles["Easy"].x < circles["Hard"].x
    assert circles["Easy"].y < circles["Hard"].y


def test_areas_follow_sizes() -> None:
    large, small = draw_atlas([point("A", size=0.04), point("B", size=0.01)]).circles
    assert large.radius == pytest.approx(2 * small.radius)


def test_names_never_lie_on_each_other() -> None:
    crowd = [point(f"Space number {n}", size=0.001 * (90 - n), fit=n / 90) for n in range(80)]
    labels = draw_atlas(crowd).labels
    assert 2 < len(labels) <= MOST_LABELS
    for side in ("start", "end"):
        heights = sorted(label.y for label in labels if label.anchor == side)
        assert all(b - a >= 13.9 for a, b in pairwise(heights))


def test_a_space_waits_for_us_when_it_is_open_and_we_fit_better() -> None:
    ours = point("Ours", competition=0.5, fit=0.9, size=0.01)
    asked_more = point("Asked more", competition=0.6, fit=0.8, size=0.05)
    crowded = point("Crowded", competition=0.9, fit=1.0)
    beyond = point("Beyond us", competition=0.5, fit=0.3)
    found = openings([ours, asked_more, crowded, beyond], below=0.75)
    assert [one.name for one in found] == ["Asked more", "Ours"]


def test_an_empty_bank_gives_an_empty_map() -> None:
    assert draw_atlas([]).circles == ()
