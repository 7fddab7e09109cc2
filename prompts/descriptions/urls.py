"""Pages of texts, below `/w/<workspace>/descriptions/`."""

from django.urls import path

from prompts.descriptions.views import bulk, editor, room, talk

app_name = "descriptions"

urlpatterns = [
    path("", bulk.text_list, name="list"),
    path("act/", bulk.bulk_act, name="bulk"),
    path("replace/", bulk.replace, name="replace"),
    path("translate/", bulk.translate, name="translate"),
    path("export/", bulk.export, name="export"),
    path("wording/", bulk.wording, name="wording"),
    path("room/", room.room, name="room"),
    path("room/act/", room.room_act, name="room_act"),
    path("tracks/<int:track_id>/", editor.edit, name="edit"),
    path("tracks/<int:track_id>/check/", editor.check, name="check"),
    path("tracks/<int:track_id>/drafts/", editor.drafts, name="drafts"),
    path("texts/<int:description_id>/move/", talk.move, name="move"),
    path("texts/<int:description_id>/assign/", talk.assign, name="assign"),
    path("texts/<int:description_id>/remark/", talk.remark_add, name="remark_add"),
    path("texts/<int:description_id>/opinion/", talk.opinion, name="opinion"),
    path("texts/<int:description_id>/versions/", talk.versions, name="versions"),
    path("texts/<int:description_id>/restore/", talk.restore, name="restore"),
    path("remarks/<int:remark_id>/settle/", talk.remark_settle, name="remark_settle"),
]
