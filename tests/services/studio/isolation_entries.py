"""What an entry of the isolation matrix says, and the objects of the workspace it can be about."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from catalog.roles import Role


def about_nothing(world: Any) -> Mapping[str, Any]:
    """No object: a list, or a page of the workspace itself."""
    return {}


@dataclass(frozen=True)
class Entry:
    """One route.

    `needs` is the least role; `about` names the attribute of the world that gives the keyword
    arguments; `words` are arguments that are no object, such as a facet; `artist_sees` is False
    where an artist who does not own the object finds nothing, `editor_sees` where an editor does.
    """

    needs: Role = Role.VIEWER
    method: str = "get"
    about: Callable[[Any], Mapping[str, Any]] = about_nothing
    artist_sees: bool = True
    editor_sees: bool = True
    data: Mapping[str, Any] = field(default_factory=dict)
    words: Mapping[str, str] = field(default_factory=dict)


def track(world: Any) -> Mapping[str, Any]:
    """The track that belongs to nobody in particular."""
    return {"track_id": world.track.pk}


def release(world: Any) -> Mapping[str, Any]:
    """A release."""
    return {"release_id": world.release.pk}


def artist(world: Any) -> Mapping[str, Any]:
    """An artist."""
    return {"artist_id": world.artist.pk}


def change_set(world: Any) -> Mapping[str, Any]:
    """A change set of the owner."""
    return {"change_set_id": world.change_set.pk}


def membership(world: Any) -> Mapping[str, Any]:
    """The viewer's membership."""
    return {"membership_id": world.viewer_membership.pk}


def upload(world: Any) -> Mapping[str, Any]:
    """An upload of the owner, whom alone it concerns."""
    return {"upload_id": world.upload.pk}


def table_import(world: Any) -> Mapping[str, Any]:
    """A table that the owner brought in."""
    return {"import_id": world.table_import.pk}


def change_request(world: Any) -> Mapping[str, Any]:
    """A change that waits for a second person."""
    return {"request_id": world.change_request.pk}


def table_export(world: Any) -> Mapping[str, Any]:
    """A table that the owner took out."""
    return {"export_id": world.table_export.pk}


def prompt_pack(world: Any) -> Mapping[str, Any]:
    """A pack of the workspace."""
    return {"pack_id": world.prompt_pack.pk}


def conversation(world: Any) -> Mapping[str, Any]:
    """A conversation the owner began."""
    return {"conversation_id": world.conversation.pk}


def suggestion(world: Any) -> Mapping[str, Any]:
    """An open suggestion on the track."""
    return {"suggestion_id": world.suggestion.pk}


def duplicate(world: Any) -> Mapping[str, Any]:
    """The track and another one that hold the same recording."""
    return {"duplicate_id": world.duplicate.pk}


def analysis_run(world: Any) -> Mapping[str, Any]:
    """The analysis of the track's master."""
    return {"run_id": world.run.pk}


def event_file(world: Any) -> Mapping[str, Any]:
    """A file of real events."""
    return {"file_id": world.event_file.pk}


def simulation_run(world: Any) -> Mapping[str, Any]:
    """A finished simulation."""
    return {"run_id": world.simulation.pk}


def simulation_file(world: Any) -> Mapping[str, Any]:
    """A list of prompts on its way in."""
    return {"file_id": world.simulation_file.pk}


def prompt_list(world: Any) -> Mapping[str, Any]:
    """A list of prompts."""
    return {"list_id": world.prompt_list.pk}


def market(world: Any) -> Mapping[str, Any]:
    """The market of the finished simulation."""
    return {"market_id": world.space.bank.runs.first().market_id}


def experiment(world: Any) -> Mapping[str, Any]:
    """Two wordings of the track."""
    return {"experiment_id": world.experiment.pk}


def campaign(world: Any) -> Mapping[str, Any]:
    """A campaign for the track."""
    return {"campaign_id": world.campaign.pk}


def description(world: Any) -> Mapping[str, Any]:
    """A text of the track."""
    return {"description_id": world.description.pk}


def saved_view(world: Any) -> Mapping[str, Any]:
    """A view of the grid that the owner shares."""
    return {"view_id": world.saved_view.pk}


def bulk_edit(world: Any) -> Mapping[str, Any]:
    """A bulk edit of the owner that is ready."""
    return {"bulk_id": world.bulk_edit.pk}


def recipe(world: Any) -> Mapping[str, Any]:
    """A recipe of the workspace."""
    return {"recipe_id": world.recipe.pk}


def row(name: str) -> Callable[[Any], Mapping[str, Any]]:
    """An object of the world, as the API names it."""
    return lambda world: {"pk": getattr(world, name).pk}
