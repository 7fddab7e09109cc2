"""Who may open which address: one entry a route, checked against the URL resolver.

An entry says what role a member needs at least, how the address is asked for, and which object of
the workspace it is about. Routes outside any workspace are named in `OUTSIDE`.
"""

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


# Routes that belong to no workspace, by name or by the beginning of it.
OUTSIDE = (
    "front_door",
    "healthz",
    "readyz",
    "join",
    "split",
    "shared_report",
    "digest_stop",
    "styleguide",
    "account_",
    "mfa_",
    "api_token",
    "api_schema",
    "tus_",
    "api:workspace_list",
)

MATRIX: dict[str, Entry] = {
    "jobs": Entry(),
    "catalog:home": Entry(),
    "catalog:track_list": Entry(),
    "catalog:track_detail": Entry(about=track, artist_sees=False),
    "catalog:track_edit": Entry(Role.ARTIST, about=track, artist_sees=False),
    "catalog:description_save": Entry(Role.ARTIST, "post", track, artist_sees=False),
    "catalog:track_delete": Entry(Role.ARTIST, "post", track, artist_sees=False),
    "catalog:grid": Entry(),
    "catalog:grid_order": Entry(),
    "catalog:grid_rows": Entry(),
    "catalog:grid_save": Entry(Role.ARTIST, "post"),
    "catalog:grid_undo": Entry(Role.ARTIST, "post", change_set, artist_sees=False),
    "catalog:grid_words": Entry(),
    "catalog:grid_presence": Entry(method="post"),
    "catalog:grid_mixed": Entry(method="post"),
    "catalog:grid_view_save": Entry(method="post"),
    "catalog:grid_view_remove": Entry(Role.MANAGER, "post", saved_view),
    "catalog:bulk_start": Entry(Role.MANAGER),
    "catalog:bulk_detail": Entry(Role.MANAGER, about=bulk_edit),
    "catalog:bulk_state": Entry(Role.MANAGER, about=bulk_edit),
    "catalog:bulk_apply": Entry(Role.MANAGER, "post", bulk_edit),
    "catalog:bulk_cancel": Entry(Role.MANAGER, "post", bulk_edit),
    "catalog:recipe_keep": Entry(Role.MANAGER, "post", bulk_edit),
    "catalog:recipe_list": Entry(Role.MANAGER),
    "catalog:recipe_run": Entry(Role.MANAGER, "post", recipe),
    "catalog:recipe_switch": Entry(Role.MANAGER, "post", recipe),
    "catalog:recipe_remove": Entry(Role.MANAGER, "post", recipe),
    "catalog:recipe_json": Entry(Role.MANAGER, about=recipe),
    "catalog:upload": Entry(Role.ARTIST),
    "catalog:upload_files": Entry(Role.ARTIST),
    "catalog:upload_announce": Entry(Role.ARTIST, "post"),
    "catalog:upload_move": Entry(Role.ARTIST, "post", upload, artist_sees=False),
    "catalog:upload_cancel": Entry(Role.ARTIST, "post", upload, artist_sees=False),
    "catalog:upload_repair": Entry(Role.ARTIST, "post", upload, artist_sees=False),
    "catalog:release_list": Entry(),
    "catalog:readiness_list": Entry(),
    "catalog:release_ready": Entry(about=release),
    "catalog:step_tick": Entry(Role.EDITOR, "post", release, data={"key": "pitch"}),
    "catalog:release_new": Entry(Role.EDITOR),
    "catalog:release_detail": Entry(about=release),
    "catalog:release_edit": Entry(Role.EDITOR, about=release),
    "catalog:artist_list": Entry(),
    "catalog:artist_new": Entry(Role.EDITOR),
    "catalog:artist_detail": Entry(about=artist),
    "catalog:artist_edit": Entry(Role.EDITOR, about=artist),
    "catalog:change_set_list": Entry(),
    "catalog:change_set_detail": Entry(about=change_set, artist_sees=False),
    "catalog:change_set_undo": Entry(Role.ARTIST, "post", change_set, artist_sees=False),
    "catalog:change_set_comment": Entry(
        Role.ARTIST, "post", change_set, artist_sees=False, data={"text": "Why?"}
    ),
    "catalog:clean": Entry(Role.MANAGER),
    "catalog:clean_facet": Entry(Role.MANAGER, words={"facet": "labels"}),
    "catalog:merge": Entry(
        Role.MANAGER, "post", data={"value-0": ["a", "b"]}, words={"facet": "labels"}
    ),
    "catalog:request_list": Entry(Role.ARTIST),
    "catalog:request_detail": Entry(
        Role.ARTIST, about=change_request, artist_sees=False, editor_sees=False
    ),
    "catalog:request_decide": Entry(
        Role.ARTIST, "post", change_request, artist_sees=False, editor_sees=False
    ),
    "catalog:import_list": Entry(Role.MANAGER),
    "catalog:import_detail": Entry(Role.MANAGER, about=table_import),
    "catalog:import_read": Entry(Role.MANAGER, "post", table_import),
    "catalog:import_check": Entry(Role.MANAGER, "post", table_import),
    "catalog:import_decide": Entry(Role.MANAGER, "post", table_import),
    "catalog:import_apply": Entry(Role.MANAGER, "post", table_import),
    "catalog:import_cancel": Entry(Role.MANAGER, "post", table_import),
    "catalog:import_leftovers": Entry(
        Role.MANAGER, about=lambda world: {"import_id": world.table_import.pk, "form": "csv"}
    ),
    "catalog:export_list": Entry(Role.MANAGER),
    "catalog:export_detail": Entry(Role.MANAGER, about=table_export),
    "catalog:export_file": Entry(Role.MANAGER, about=table_export),
    "catalog:audit": Entry(Role.MANAGER),
    "catalog:audio": Entry(about=lambda world: {"audio_id": world.audio.pk}, artist_sees=False),
    "catalog:artwork": Entry(about=lambda world: {"artwork_id": world.artwork.pk}),
    "catalog:members": Entry(Role.MANAGER),
    "catalog:member_edit": Entry(Role.MANAGER, about=membership),
    "catalog:member_remove": Entry(Role.MANAGER, "post", membership),
    "catalog:invitation_withdraw": Entry(
        Role.MANAGER, "post", lambda world: {"invitation_id": world.invitation.pk}
    ),
    "catalog:settings": Entry(Role.MANAGER),
    "catalog:vocabulary": Entry(),
    "catalog:notices": Entry(),
    "prompts:box": Entry(),
    "prompts:packs": Entry(),
    "prompts:pack_import": Entry(Role.EDITOR, "post"),
    "prompts:pack_block": Entry(Role.MANAGER, "post"),
    "prompts:pack": Entry(about=prompt_pack),
    "prompts:pack_file": Entry(about=prompt_pack),
    "prompts:listen": Entry(about=conversation, artist_sees=False),
    "prompts:feedback": Entry(method="post", about=conversation, artist_sees=False),
    "prompts:survey": Entry(
        method="post", about=conversation, artist_sees=False, data={"answer": 4}
    ),
    "prompts:compare": Entry(),
    "prompts:learned": Entry(),
    "prompts:train": Entry(Role.MANAGER, "post"),
    "prompts:keep": Entry(Role.MANAGER, "post"),
    "prompts:schedule": Entry(Role.MANAGER, "post"),
    "prompts:conversation_start": Entry(method="post", data={"q": "jazz"}),
    "prompts:conversation": Entry(about=conversation, artist_sees=False),
    "prompts:conversation_say": Entry(
        method="post", about=conversation, artist_sees=False, data={"say": "faster"}
    ),
    "prompts:conversation_take_off": Entry(
        method="post", about=conversation, artist_sees=False, data={"chip": "wanted:genre:jazz"}
    ),
    "descriptions:list": Entry(),
    "descriptions:bulk": Entry(Role.ARTIST, "post", data={"action": "draft", "track": "0"}),
    "descriptions:replace": Entry(Role.EDITOR),
    "descriptions:translate": Entry(Role.MANAGER),
    "descriptions:export": Entry(Role.MANAGER),
    "descriptions:wording": Entry(Role.MANAGER),
    "descriptions:room": Entry(),
    "descriptions:room_act": Entry(Role.ARTIST, "post", data={"action": "undo"}, artist_sees=False),
    "descriptions:edit": Entry(about=track, artist_sees=False),
    "descriptions:check": Entry(Role.VIEWER, "post", track, artist_sees=False),
    "descriptions:drafts": Entry(about=track, artist_sees=False),
    "descriptions:move": Entry(
        Role.ARTIST, "post", description, artist_sees=False, data={"action": "submit"}
    ),
    "descriptions:assign": Entry(Role.EDITOR, "post", description),
    "descriptions:remark_add": Entry(
        Role.ARTIST, "post", description, artist_sees=False, data={"body": "Why?"}
    ),
    "descriptions:opinion": Entry(Role.EDITOR, "post", description, data={"approves": "1"}),
    "descriptions:versions": Entry(about=description, artist_sees=False),
    "descriptions:restore": Entry(
        Role.ARTIST, "post", description, artist_sees=False, data={"version": "1"}
    ),
    "descriptions:remark_settle": Entry(
        Role.ARTIST, "post", lambda world: {"remark_id": world.remark.pk}, artist_sees=False
    ),
    "analytics:report": Entry(),
    "analytics:home_panel": Entry(),
    "analytics:track_report": Entry(about=track, artist_sees=False),
    "analytics:track_panel": Entry(about=track, artist_sees=False),
    "analytics:track_advice": Entry(about=track, artist_sees=False),
    "analytics:track_reach": Entry(about=track, artist_sees=False),
    "analytics:track_what_if": Entry(about=track, artist_sees=False),
    "analytics:track_wording": Entry(Role.VIEWER, "post", track, artist_sees=False),
    "analytics:track_csv": Entry(about=track, artist_sees=False),
    "analytics:track_pdf": Entry(about=track, artist_sees=False),
    "analytics:release_pdf": Entry(about=release),
    "analytics:artist_pdf": Entry(about=artist),
    "analytics:workspace_pdf": Entry(),
    "analytics:track_json": Entry(about=track, artist_sees=False),
    "analytics:effect": Entry(
        Role.MANAGER, about=lambda world: {"kind": "bulk", "source_id": world.bulk_edit.pk}
    ),
    "analytics:effect_start": Entry(
        Role.MANAGER, "post", lambda world: {"kind": "import", "source_id": world.table_import.pk}
    ),
    "analytics:digest": Entry(),
    "analytics:atlas": Entry(),
    "analytics:spaces": Entry(),
    "analytics:space": Entry(about=lambda world: {"slug": world.space.slug}),
    "analytics:lookalike": Entry(),
    "analytics:method": Entry(),
    "analytics:observed": Entry(),
    "analytics:event_template": Entry(),
    "analytics:event_file_receive": Entry(Role.MANAGER, "post"),
    "analytics:event_file": Entry(Role.MANAGER, about=event_file),
    "analytics:event_file_status": Entry(Role.MANAGER, about=event_file),
    "analytics:event_file_count": Entry(Role.MANAGER, "post", event_file),
    "analytics:event_file_cancel": Entry(Role.MANAGER, "post", event_file),
    "analytics:event_file_forget": Entry(Role.MANAGER, "post", event_file),
    "analytics:engagement": Entry(),
    "analytics:track_engagement": Entry(about=track, artist_sees=False),
    "analytics:money": Entry(),
    "analytics:money_rates": Entry(Role.MANAGER, "post"),
    "analytics:money_restore": Entry(
        Role.MANAGER, "post", lambda world: {"rate_id": world.money_rate.pk}
    ),
    "analytics:campaign_list": Entry(),
    "analytics:campaign_new": Entry(Role.EDITOR),
    "analytics:campaign": Entry(about=campaign, artist_sees=False),
    "analytics:campaign_edit": Entry(Role.EDITOR, about=campaign),
    "analytics:campaign_close": Entry(Role.EDITOR, "post", campaign),
    "analytics:campaign_delete": Entry(Role.EDITOR, "post", campaign),
    "analytics:campaign_restore": Entry(Role.EDITOR, "post", campaign),
    "analytics:campaign_link_add": Entry(Role.EDITOR, "post", campaign),
    "analytics:campaign_link_remove": Entry(
        Role.EDITOR,
        "post",
        lambda world: {"campaign_id": world.campaign.pk, "link_id": world.campaign_link.pk},
    ),
    "analytics:wording_list": Entry(),
    "analytics:wording_prompts": Entry(),
    "analytics:wording_new": Entry(Role.ARTIST, about=track, artist_sees=False),
    "analytics:wording": Entry(about=experiment, artist_sees=False),
    "analytics:wording_simulate": Entry(Role.ARTIST, "post", experiment, artist_sees=False),
    "analytics:wording_start": Entry(Role.ARTIST, "post", experiment, artist_sees=False),
    "analytics:wording_counts": Entry(Role.ARTIST, "post", experiment, artist_sees=False),
    "analytics:wording_stop": Entry(Role.ARTIST, "post", experiment, artist_sees=False),
    "analytics:release_report": Entry(about=release),
    "analytics:artist_report": Entry(about=artist),
    "analytics:workspace_csv": Entry(),
    "analytics:workspace_json": Entry(),
    "analytics:share_make": Entry(Role.ARTIST, "post", track, artist_sees=False),
    "analytics:share_revoke": Entry(Role.ARTIST, "post", track, artist_sees=False),
    "analytics:materials": Entry(),
    "analytics:material_receive": Entry(Role.MANAGER, "post"),
    "analytics:material_collect": Entry(Role.MANAGER, "post"),
    "analytics:material_file": Entry(Role.MANAGER, about=simulation_file),
    "analytics:material_file_status": Entry(Role.MANAGER, about=simulation_file),
    "analytics:material_take": Entry(Role.MANAGER, "post", simulation_file),
    "analytics:material_drop": Entry(Role.MANAGER, "post", simulation_file),
    "analytics:prompt_list": Entry(about=prompt_list),
    "analytics:prompt_list_delete": Entry(Role.MANAGER, "post", prompt_list),
    "analytics:market": Entry(about=market),
    "analytics:market_delete": Entry(Role.MANAGER, "post", market),
    "analytics:sizes": Entry(),
    "analytics:sizes_set": Entry(Role.MANAGER, "post"),
    "analytics:sizes_scale": Entry(Role.MANAGER, "post"),
    "analytics:sizes_undo": Entry(Role.MANAGER, "post"),
    "analytics:sizes_reset": Entry(Role.MANAGER, "post"),
    "analytics:approaches": Entry(),
    "analytics:approach_run": Entry(Role.ARTIST, "post", words={"name": "mix"}),
    "analytics:approach_show": Entry(Role.ARTIST, "post", simulation_run),
    "analytics:fairness": Entry(),
    "analytics:fairness_json": Entry(),
    "analytics:fairness_watch": Entry(Role.MANAGER, "post", data={"measure": "gini", "line": 0.9}),
    "analytics:fairness_unwatch": Entry(Role.MANAGER, "post"),
    "analytics:listener": Entry(),
    "analytics:simulation_status": Entry(),
    "analytics:simulation_start": Entry(
        Role.ARTIST, "post", data={"prompts": 20, "market_tracks": 20, "seed": 1}
    ),
    "analytics:simulation_cancel": Entry(Role.ARTIST, "post"),
    "analysis:home_panel": Entry(),
    "analysis:uploads_progress": Entry(Role.ARTIST),
    "analysis:operations": Entry(Role.MANAGER),
    "analysis:analyse_again": Entry(Role.MANAGER, "post"),
    "analysis:model_cards": Entry(),
    "analysis:review": Entry(),
    "analysis:track_panel": Entry(about=track, artist_sees=False),
    "analysis:run_status": Entry(about=track, artist_sees=False),
    "analysis:accept_likely": Entry(Role.ARTIST, "post", track, artist_sees=False),
    "analysis:tempo_set": Entry(Role.ARTIST, "post", track, artist_sees=False),
    "analysis:suggestion_accept": Entry(Role.ARTIST, "post", suggestion, artist_sees=False),
    "analysis:suggestion_reject": Entry(Role.ARTIST, "post", suggestion, artist_sees=False),
    "analysis:suggestion_edit": Entry(Role.ARTIST, "post", suggestion, artist_sees=False),
    "analysis:suggestion_undo": Entry(Role.ARTIST, "post", suggestion, artist_sees=False),
    "analysis:tempo_scale": Entry(Role.ARTIST, "post", suggestion, artist_sees=False),
    "analysis:peaks": Entry(about=lambda world: {"audio_id": world.audio.pk}, artist_sees=False),
    "analysis:track_sound": Entry(about=track, artist_sees=False),
    "analysis:duplicate_list": Entry(),
    "analysis:duplicate_detail": Entry(about=duplicate, artist_sees=False),
    "analysis:duplicate_decide": Entry(
        Role.ARTIST, "post", duplicate, artist_sees=False, data={"answer": "same"}
    ),
    "analysis:run_retry": Entry(Role.ARTIST, "post", analysis_run, artist_sees=False),
    "analysis:run_cancel": Entry(Role.ARTIST, "post", analysis_run, artist_sees=False),
    "api:track_list": Entry(),
    "api:track_detail": Entry(about=row("track"), artist_sees=False),
    "api:descriptions": Entry(about=row("track"), artist_sees=False),
    "api:release_list": Entry(),
    "api:release_detail": Entry(about=row("release")),
    "api:artist_list": Entry(),
    "api:artist_detail": Entry(about=row("artist")),
    "api:term_list": Entry(),
    "api:run_list": Entry(),
    "api:suggestion_list": Entry(),
    "api:suggestion_accept": Entry(Role.ARTIST, "post", row("suggestion"), artist_sees=False),
    "api:suggestion_reject": Entry(Role.ARTIST, "post", row("suggestion"), artist_sees=False),
    "api:suggestion_take_back": Entry(Role.ARTIST, "post", row("suggestion"), artist_sees=False),
    "api:simulation_detail": Entry(about=row("simulation")),
    "api:simulation_fairness": Entry(about=row("simulation")),
    "api:simulated_track": Entry(
        about=lambda world: {"pk": world.simulation.pk, "track_id": world.track.pk},
        artist_sees=False,
    ),
    "api:listening_events": Entry(method="post", data={"events": []}),
    "api:prompt": Entry(method="post", data={"text": "calm piano"}),
    "api:simulation_list": Entry(),
    "api:campaign_list": Entry(),
    "api:campaign_detail": Entry(about=row("campaign"), artist_sees=False),
    "api:engagement": Entry(),
    "api:money": Entry(),
    "api:observed": Entry(),
    "api:observed_events": Entry(Role.EDITOR, "post"),
    "api:change_set_list": Entry(Role.EDITOR),
    "api:change_set_detail": Entry(Role.EDITOR, about=row("change_set")),
    "api:change_set_undo": Entry(Role.EDITOR, "post", row("change_set")),
}
