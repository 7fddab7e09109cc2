"""The wording lab: simulated verdicts, the public link, and counts that end a split."""

import pytest
from django.test import Client

from analytics.models import Experiment, SimulationRun
from analytics.services import experiments
from catalog.access import Access
from catalog.models import Track
from tests.factories import member
from tests.services.analytics.test_pages import address, signed_in

pytestmark = [pytest.mark.django_db, pytest.mark.services]

TARGETS = {"target_0": "https://example.org/a", "target_1": "https://example.org/b"}


@pytest.fixture
def access(nocturne: Track) -> Access:
    return member(nocturne.workspace)


@pytest.fixture
def experiment(access: Access, nocturne: Track) -> Experiment:
    return experiments.make_experiment(
        access=access, track=nocturne, name="Two", texts=["Calm piano", "Piano for a quiet night"]
    )


@pytest.fixture
def live(experiment: Experiment) -> Experiment:
    experiments.start_live(experiment=experiment, targets=list(TARGETS.values()), worthwhile=0.02)
    experiment.refresh_from_db()
    return experiment


def test_wordings_are_compared_on_the_prompts_of_the_last_simulation(
    access: Access, nocturne: Track, finished: SimulationRun
) -> None:
    client = signed_in(access)
    answer = client.post(
        address(access.workspace, "wording_new", nocturne.pk),
        {
            "name": "Night",
            "a": "Slow piano.",
            "b": "Soft solo piano for reading and sleeping at night.",
        },
    )
    made = Experiment.objects.get()
    assert answer.headers["Location"] == address(access.workspace, "wording", made.pk)
    assert made.run == finished
    assert len(made.simulated["saves"]) == 2
    page = client.get(answer.headers["Location"]).content.decode()
    assert "Simulation of a prompt system" in page
    assert "Wording B against A" in page


def test_without_a_simulation_the_page_says_what_is_missing(
    access: Access, experiment: Experiment
) -> None:
    page = signed_in(access).get(address(access.workspace, "wording", experiment.pk))
    assert "No simulation yet" in page.content.decode()


@pytest.mark.parametrize(
    ("texts", "words"),
    [(["One", ""], "2 to 4 wordings"), (["Same", " same "], "are the same")],
)
def test_wordings_must_differ(
    access: Access, nocturne: Track, texts: list[str], words: str
) -> None:
    with pytest.raises(experiments.ExperimentRefused, match=words):
        experiments.make_experiment(access=access, track=nocturne, name="", texts=texts)


def test_visitors_are_split_and_keep_their_wording(live: Experiment) -> None:
    seen = set()
    for _ in range(40):
        visitor = Client()
        first = visitor.get(f"/go/{live.token}/")
        again = visitor.get(f"/go/{live.token}/")
        assert first.status_code == 302
        assert first.headers["Location"] == again.headers["Location"]
        seen.add(first.headers["Location"])
    assert seen == set(TARGETS.values())
    assert sum(arm.shown for arm in live.arms.all()) == 40


def test_a_link_that_is_not_open_leads_nowhere(experiment: Experiment) -> None:
    assert Client().get(f"/go/{experiment.token}/").status_code == 404
    assert Client().get("/go/nothing/").status_code == 404


def test_a_forged_cookie_is_a_new_visitor(live: Experiment) -> None:
    visitor = Client()
    visitor.cookies[f"wording-{live.token}"] = "1:forged:signature"
    assert visitor.get(f"/go/{live.token}/").status_code == 302
    assert sum(arm.shown for arm in live.arms.all()) == 1


def test_a_clear_difference_stops_the_split_with_its_reason(
    access: Access, live: Experiment
) -> None:
    live.arms.update(shown=2_000)
    client = signed_in(access)
    where = address(access.workspace, "wording_counts", live.pk)
    client.post(where, {"saved_0": 80, "saved_1": 84})
    live.refresh_from_db()
    assert live.status == Experiment.Status.LIVE
    client.post(where, {"saved_0": 80, "saved_1": 180})
    live.refresh_from_db()
    assert live.status == Experiment.Status.STOPPED
    assert live.stop_reason == "Wording B is saved more often."


def test_more_saves_than_visits_are_refused_beside_the_field(
    access: Access, live: Experiment
) -> None:
    answer = signed_in(access).post(
        address(access.workspace, "wording_counts", live.pk), {"saved_0": 1, "saved_1": 0}
    )
    assert answer.status_code == 422
    assert "1 saves of 0 visits cannot be" in answer.content.decode()


def test_the_registered_difference_cannot_change_after_the_start(live: Experiment) -> None:
    with pytest.raises(experiments.ExperimentRefused, match="started before"):
        experiments.start_live(experiment=live, targets=list(TARGETS.values()), worthwhile=0.2)
    live.refresh_from_db()
    assert live.worthwhile == 0.02


def test_a_split_is_started_and_stopped_by_hand(access: Access, experiment: Experiment) -> None:
    client = signed_in(access)
    client.post(
        address(access.workspace, "wording_start", experiment.pk), {"points": "1", **TARGETS}
    )
    experiment.refresh_from_db()
    assert experiment.status == Experiment.Status.LIVE
    page = client.get(address(access.workspace, "wording", experiment.pk)).content.decode()
    assert f"/go/{experiment.token}/" in page
    client.post(address(access.workspace, "wording_stop", experiment.pk))
    experiment.refresh_from_db()
    assert experiment.stop_reason == "Stopped by hand, without a winner."
