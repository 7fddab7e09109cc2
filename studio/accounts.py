"""How people get in: by invitation, and by the ways allauth offers."""

from allauth.account.adapter import DefaultAccountAdapter
from django.http import HttpRequest


class InvitationOnlyAdapter(DefaultAccountAdapter):
    """Nobody signs up without an invitation; `catalog.views.invitations` makes those accounts."""

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        """Keep the public sign-up page shut."""
        return False
