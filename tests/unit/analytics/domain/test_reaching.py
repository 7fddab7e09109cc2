"""The search for the smallest edit: small ones first, nothing that does no more than a part."""

from analytics.domain.reaching import MOST_TERMS, Standing, smallest_edits

NOTHING = Standing(0, 0, 0.0)


def found(worth: dict[frozenset[str], int], pieces: str, before: Standing = NOTHING) -> list[str]:
    """Search with a table of how many prompts each set of pieces reaches (subsets count too)."""

    def standing_of(chosen: tuple[str, ...]) -> Standing:
        reached = [n for edit, n in worth.items() if edit <= set(chosen)]
        return Standing(max(reached, default=0), 0, 0.0)

    edits = smallest_edits(list(pieces), before=before, standing_of=standing_of)
    return ["".join(edit.pieces) for edit in edits]


def test_the_most_effective_edit_comes_first_and_of_equal_ones_the_smaller() -> None:
    worth = {frozenset("a"): 3, frozenset("b"): 5, frozenset("cd"): 5}
    assert found(worth, "abcd") == ["b", "cd", "a"]


def test_an_edit_that_does_no_more_than_a_part_of_it_is_not_shown() -> None:
    assert found({frozenset("a"): 3}, "abc") == ["a"]


def test_a_better_place_alone_is_not_worth_another_term() -> None:
    def standing_of(chosen: tuple[str, ...]) -> Standing:
        return Standing(4 if "a" in chosen else 0, 0, len(chosen) / 10)

    found = smallest_edits("ab", before=NOTHING, standing_of=standing_of)
    assert ["".join(edit.pieces) for edit in found] == ["a", "b"]


def test_terms_that_only_help_together_are_found() -> None:
    assert found({frozenset("abc"): 4}, "abcxyz") == ["abc"]


def test_what_does_not_better_the_present_standing_is_not_shown() -> None:
    assert found({frozenset("a"): 3}, "ab", before=Standing(3, 0, 0.0)) == []
    assert found({}, "") == []


def test_the_number_of_edits_tried_is_bounded() -> None:
    tried: list[tuple[int, ...]] = []

    def standing_of(chosen: tuple[int, ...]) -> Standing:
        tried.append(chosen)
        return Standing(len(chosen), 0, 0.0)

    smallest_edits(range(10), before=NOTHING, standing_of=standing_of)
    assert len(tried) == len(set(tried)) <= 10 * (1 + 2 * 5)
    assert max(map(len, tried)) == MOST_TERMS
