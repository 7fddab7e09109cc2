"""Pages of the prompts, below `/w/<workspace>/prompts/`."""

from django.urls import path

from prompts.views import box, conversations, learning, listening, packs

app_name = "prompts"

urlpatterns = [
    path("", box.box, name="box"),
    path("conversations/start/", conversations.start, name="conversation_start"),
    path("conversations/<int:conversation_id>/", conversations.conversation, name="conversation"),
    path("conversations/<int:conversation_id>/say/", conversations.say, name="conversation_say"),
    path(
        "conversations/<int:conversation_id>/take-off/",
        conversations.take_off,
        name="conversation_take_off",
    ),
    path("conversations/<int:conversation_id>/listen/", listening.listen, name="listen"),
    path("conversations/<int:conversation_id>/feedback/", listening.feedback, name="feedback"),
    path("conversations/<int:conversation_id>/survey/", listening.survey, name="survey"),
    path("packs/", packs.pack_list, name="packs"),
    path("packs/import/", packs.pack_import, name="pack_import"),
    path("packs/blocked/", packs.block, name="pack_block"),
    path("packs/<int:pack_id>/", packs.pack, name="pack"),
    path("packs/<int:pack_id>/file/", packs.pack_file, name="pack_file"),
    path("compare/", learning.compare, name="compare"),
    path("learned/", learning.learned, name="learned"),
    path("learned/train/", learning.train, name="train"),
    path("learned/schedule/", learning.schedule, name="schedule"),
    path("learned/keep/", learning.keep, name="keep"),
]
