"""Pages of the prompts, below `/w/<workspace>/prompts/`."""

from django.urls import path

from prompts.views import box, conversations

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
]
