"""Every table of the prompts."""

from prompts.models.conversations import Conversation, Turn
from prompts.models.prompts import Prompt

__all__ = ["Conversation", "Prompt", "Turn"]
