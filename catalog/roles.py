"""The five roles of a workspace and what each may do. Plain Python."""

from enum import IntEnum, StrEnum


class Role(StrEnum):
    """What a member is in one workspace, from the least to the most."""

    VIEWER = "viewer"
    ARTIST = "artist"
    EDITOR = "editor"
    MANAGER = "manager"
    OWNER = "owner"

    @property
    def label(self) -> str:
        """The role as a word on a page."""
        return self.value.capitalize()


ROLE_CHOICES = [(role.value, role.label) for role in Role]


class Permission(IntEnum):
    """What a door asks for; a higher one includes the lower ones.

    EDIT_OWN is every edit that touches only one's own tracks; which tracks those are is decided by
    the querysets (`editable_by`), not here.
    """

    VIEW = 1
    EDIT_OWN = 2
    EDIT = 3
    BULK = 4
    MANAGE = 5
    OWN = 6


ROLE_REACH: dict[Role, Permission] = {
    Role.VIEWER: Permission.VIEW,
    Role.ARTIST: Permission.EDIT_OWN,
    Role.EDITOR: Permission.EDIT,
    Role.MANAGER: Permission.MANAGE,
    Role.OWNER: Permission.OWN,
}
