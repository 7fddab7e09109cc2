"""Values counted, clustered and merged; releases judged."""

import datetime as dt

import pytest
from django.test import Client
from django.urls import reverse
from pytest_django import DjangoAssertNumQueries

from catalog.access import Access
from catalog.domain.clustering import Counted, cluster
from catalog.models import Artist, ChangeRequest, ChangeSet, Release, Term, Track
from catalog.roles import Role
from catalog.services.changes import undo_change_set
from catalog.services.cleaning import (
    FACETS,
    Merge,
    StalePlan,
    apply_merges,
    clusters,
    counted,
    plan_merges,
)
from catalog.services.readiness import judge_releases
from catalog.services.requests import approve
from tests.factories import WorkspaceFactory, make_release, make_track, member

pytestmark = pytest.mark.django_db


@pytest.fixture
def manager() -> Access:
    """A manager of an empty workspace."""
    return member(WorkspaceFactory(), Role.MANAGER)


def merged(access: Access, facet: str, *merges: Merge) -> ChangeSet | ChangeRequest | None:
    """Preview and write."""
    plan = plan_merges(access, FACETS[facet], merges)
    return apply_merges(access, FACETS[facet], merges, mark=plan.mark)


@pytest.mark.parametrize(
    ("method", "texts", "found"),
    [
        ("fingerprint", ["Motörhead", "motorhead ", "Motor head"], [["Motörhead", "motorhead "]]),
        ("fingerprint", ["The Beatles", "Beatles, The"], [["Beatles, The", "The Beatles"]]),
        ("pairs", ["Lo-Fi Girl", "LoFi Girl", "Hi-Fi"], [["Lo-Fi Girl", "LoFi Girl"]]),
        ("near", ["Kraftwerk", "Craftwerk", "Kraft"], [["Craftwerk", "Kraftwerk"]]),
        ("near", ["Volume 1", "Volume 2", "EMA", "EMI"], []),
    ],
)
def test_values_that_mean_one_thing_are_found(
    method: str, texts: list[str], found: list[list[str]]
) -> None:
    values = [Counted(text, text, 1) for text in texts]
    groups = cluster(values, method)
    assert [sorted(value.text for value in group.values) for group in groups] == found


def test_artists_become_one_and_apart_again(manager: Access) -> None:
    make_track(manager.workspace, title="One", artist="Motörhead")
    make_track(manager.workspace, title="Two", artist="Motorhead")
    make_release(manager.workspace, title="LP", artists=[Artist.objects.get(name="Motorhead").pk])
    (group,) = clusters(manager, FACETS["artists"], "fingerprint")
    keep, gone = (value.id for value in group.values)
    done = merged(manager, "artists", Merge(keep, (gone,), "Motörhead"))
    assert [artist.name for artist in Artist.objects.all()] == ["Motörhead"]
    assert Artist.objects.get().tracks.count() == 2
    assert Release.objects.get().artists.get().name == "Motörhead"
    undo_change_set(done, access=manager)
    names = Track.objects.order_by("pk").values_list("artists__name", flat=True)
    assert list(names) == ["Motörhead", "Motorhead"]


def test_a_merged_term_is_found_by_its_old_name(manager: Access) -> None:
    make_track(manager.workspace, title="One", genre=["dream-pop"])
    make_track(manager.workspace, title="Two", genre=["dream-pop", "shoegaze"])
    merged(manager, "genre", Merge("shoegaze", ("dream-pop",)))
    assert not Term.objects.filter(workspace=manager.workspace, slug="dream-pop").exists()
    kept = Term.objects.get(workspace=manager.workspace, facet="genre", slug="shoegaze")
    assert kept.assertions.count() == 2
    assert "Dream pop" in kept.synonyms


def test_labels_are_counted_and_merged_by_the_page(client: Client, manager: Access) -> None:
    for name in ("Harbour Records", "Harbour records", "Harbour Records", "Other"):
        make_release(manager.workspace, label_name=name)
    values = counted(manager, FACETS["labels"])
    assert (values[0].text, values[0].count) == ("Harbour Records", 2)
    client.force_login(manager.user)
    slug = manager.workspace.slug
    page = client.get(
        reverse("catalog:clean_facet", args=[slug, "labels"]), {"method": "fingerprint"}
    )
    assert "Harbour records" in page.content.decode()
    form = {"value-0": ["Harbour Records", "Harbour records"], "keep-0": "Harbour Records"}
    address = reverse("catalog:merge", args=[slug, "labels"])
    preview = client.post(address, form)
    assert "Nothing is written yet" in preview.content.decode()
    client.post(address, {**form, "mark": preview.context["plan"].mark})
    assert Release.objects.filter(label_name="Harbour Records").count() == 3


def test_a_merge_is_previewed_again_when_the_catalog_moved(manager: Access) -> None:
    make_release(manager.workspace, label_name="A B")
    make_release(manager.workspace, label_name="a b")
    merge = Merge("A B", ("a b",))
    mark = plan_merges(manager, FACETS["labels"], [merge]).mark
    make_release(manager.workspace, label_name="a b")
    with pytest.raises(StalePlan):
        apply_merges(manager, FACETS["labels"], [merge], mark=mark)


def test_a_merge_of_artists_waits_for_a_second_person(manager: Access) -> None:
    manager.workspace.second_person = True
    manager.workspace.save()
    make_track(manager.workspace, title="One", artist="Ida")
    make_track(manager.workspace, title="Two", artist="Ida.")
    (group,) = clusters(manager, FACETS["artists"], "fingerprint")
    keep, gone = (value.id for value in group.values)
    asked = merged(manager, "artists", Merge(keep, (gone,)))
    assert isinstance(asked, ChangeRequest)
    approve(asked, access=member(manager.workspace, Role.MANAGER), comment="")
    assert Artist.objects.count() == 1


def test_a_release_says_what_it_lacks_and_what_is_due(client: Client, manager: Access) -> None:
    today = dt.date(2026, 11, 25)
    release = make_release(
        manager.workspace, title="LP", label_name="Harbour", release_date="2026-12-10"
    )
    make_track(manager.workspace, title="One", release=release.pk, isrc="AA6Q72000047")
    make_track(manager.workspace, title="Two", release=release.pk, artist="Ida", genre=["jazz"])
    (ready,) = judge_releases(manager, Release.objects.all(), today=today)
    missing = {each.rule.key: each.tracks for each in ready.readiness.missing}
    assert missing["isrc"] == 1
    assert missing["audio"] == 2
    assert "label" not in missing
    assert 0 < ready.readiness.score < 1
    states = {step.step.key: step.state for step in ready.steps}
    assert (states["delivery"], states["announce"]) == ("late", "soon")
    client.force_login(manager.user)
    address = reverse("catalog:step_tick", args=[manager.workspace.slug, release.pk])
    client.post(address, {"key": "delivery"})
    (ready,) = judge_releases(manager, Release.objects.all(), today=today)
    assert {s.step.key: s.state for s in ready.steps}["delivery"] == "done"
    listed = client.get(
        reverse("catalog:readiness_list", args=[manager.workspace.slug]), {"which": "all"}
    )
    assert "LP" in listed.content.decode()


def test_judging_many_releases_takes_as_many_queries_as_one(
    manager: Access, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    for number in range(5):
        release = make_release(manager.workspace, title=f"LP {number}")
        make_track(manager.workspace, title="One", release=release.pk, genre=["jazz"])
    with django_assert_max_num_queries(6):
        judge_releases(manager, Release.objects.all(), today=dt.date(2026, 11, 25))
