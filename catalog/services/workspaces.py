"""Workspaces and who belongs to them."""

import hashlib
import secrets
from collections.abc import Collection
from datetime import timedelta
from typing import Any

from django.db import transaction
from django.db.models import Count, QuerySet, Sum
from django.utils import timezone
from django.utils.text import slugify

from catalog.access import Access, Permission
from catalog.errors import StudioError
from catalog.models import (
    Artist,
    AuditEvent,
    ChangeSet,
    Invitation,
    Membership,
    Term,
    User,
    Workspace,
)
from catalog.roles import Role
from catalog.services.ledger import change_set
from catalog.vocabulary import TermSpec, default_terms

INVITATION_LIFE = timedelta(days=14)


class MembershipRefused(StudioError):
    """A change of members that would break the workspace or somebody's rights."""


@transaction.atomic
def create_workspace(*, name: str, slug: str = "", owner: User | None = None) -> Workspace:
    """Make a workspace with its own copy of the vocabulary, and its owner a member."""
    slug = slug or slugify(name)
    if not slug or slugify(slug) != slug:
        raise StudioError(
            f"“{slug}” cannot stand in an address.",
            hint="Use lower-case letters, digits and hyphens.",
        )
    if Workspace.objects.filter(slug=slug).exists():
        raise StudioError(f"There already is a workspace with the address “{slug}”.")
    workspace = Workspace.objects.create(name=name, slug=slug)
    if owner is not None:
        Membership.objects.create(workspace=workspace, user=owner, role=Role.OWNER)
    with change_set(
        workspace=workspace,
        actor=owner,
        source=ChangeSet.Source.SYSTEM,
        reason="Start with the studio's vocabulary",
    ) as ledger:
        ledger.create_many("term", [_term_values(spec) for spec in default_terms()])
    workspace.refresh_from_db()
    return workspace


def _term_values(spec: TermSpec) -> dict[str, object]:
    return {
        "facet": spec.facet,
        "slug": spec.slug,
        "label": spec.label,
        "synonyms": list(spec.synonyms),
        "parents": list(spec.parents),
        "avs_list": spec.avs_list,
        "avs_code": spec.avs_code,
        "never_automatic": spec.never_automatic,
        "valence": spec.valence,
        "arousal": spec.arousal,
    }


@transaction.atomic
def invite(
    *, access: Access, email: str, role: Role, artists: Collection[Artist] = ()
) -> tuple[Invitation, str]:
    """Offer a role to an address; returns the invitation and the token for its link, told once.

    Raises
    ------
    MembershipRefused : already a member, or a role above one's own
    """
    email = email.strip().lower()
    _check_role(access, role)
    if Membership.objects.filter(workspace=access.workspace, user__email__iexact=email).exists():
        raise MembershipRefused(f"{email} already is a member of {access.workspace.name}.")
    now = timezone.now()
    Invitation.objects.filter(workspace=access.workspace, email__iexact=email).open(now).update(
        withdrawn_at=now
    )
    token = secrets.token_urlsafe(32)
    invitation = Invitation.objects.create(
        workspace=access.workspace,
        email=email,
        role=role,
        token_sha256=token_digest(token),
        invited_by=access.user,
        expires_at=now + INVITATION_LIFE,
    )
    invitation.artists.set(artists)
    audit(access, "member.invited", f"Invited {email} as {role.label.lower()}")
    return invitation, token


def token_digest(token: str) -> str:
    """Give what is stored of an invitation's token."""
    return hashlib.sha256(token.encode()).hexdigest()


def find_invitation(token: str) -> Invitation | None:
    """Find the open invitation of a link."""
    found = Invitation.objects.filter(token_sha256=token_digest(token)).open(timezone.now())
    return found.select_related("workspace", "invited_by").first()


@transaction.atomic
def accept_invitation(
    *, invitation: Invitation, user: User | None = None, password: str = "", name: str = ""
) -> Membership:
    """Make the invited person a member, and an account for them unless they have one.

    Raises
    ------
    MembershipRefused : the invitation is gone, or `user` is somebody else
    """
    invitation = Invitation.objects.select_for_update().get(pk=invitation.pk)
    if invitation.accepted_at or invitation.withdrawn_at or invitation.expires_at < timezone.now():
        raise MembershipRefused("This invitation is no longer open. Ask for a new one.")
    if user is None:
        if User.objects.filter(email__iexact=invitation.email).exists():
            raise MembershipRefused(f"{invitation.email} has an account. Sign in to accept.")
        user = User.objects.create_user(invitation.email, password, name=name)
    elif user.email.lower() != invitation.email.lower():
        raise MembershipRefused(
            f"This invitation is for {invitation.email}; you are signed in as {user.email}."
        )
    membership, _ = Membership.objects.get_or_create(
        workspace=invitation.workspace, user=user, defaults={"role": invitation.role}
    )
    membership.artists.set(invitation.artists.all())
    invitation.accepted_at = timezone.now()
    invitation.save(update_fields=["accepted_at"])
    AuditEvent.objects.create(
        workspace=invitation.workspace,
        actor=user,
        action="member.joined",
        sentence=f"{user} joined as {Role(membership.role).label.lower()}",
    )
    return membership


@transaction.atomic
def withdraw_invitation(*, access: Access, invitation: Invitation) -> None:
    """Close an invitation that was not accepted."""
    invitation.withdrawn_at = timezone.now()
    invitation.save(update_fields=["withdrawn_at"])
    audit(access, "member.uninvited", f"Withdrew the invitation of {invitation.email}")


@transaction.atomic
def change_role(
    *, access: Access, membership: Membership, role: Role, artists: Collection[Artist] = ()
) -> None:
    """Give a member another role; the last owner stays owner."""
    _check_role(access, role)
    _check_role(access, Role(membership.role))
    if membership.role == Role.OWNER and role is not Role.OWNER:
        _keep_one_owner(access.workspace, membership)
    before = Role(membership.role).label.lower()
    membership.role = role
    membership.save(update_fields=["role"])
    membership.artists.set(artists)
    audit(
        access,
        "member.role",
        f"Changed {membership.user} from {before} to {role.label.lower()}",
    )


@transaction.atomic
def remove_member(*, access: Access, membership: Membership) -> None:
    """Take somebody out of the workspace; the last owner stays."""
    _check_role(access, Role(membership.role))
    if membership.role == Role.OWNER:
        _keep_one_owner(access.workspace, membership)
    audit(access, "member.removed", f"Removed {membership.user}")
    membership.delete()


@transaction.atomic
def rename_workspace(*, access: Access, name: str) -> None:
    """Give the workspace another name; its address stays."""
    before = access.workspace.name
    access.workspace.name = name
    access.workspace.save(update_fields=["name"])
    audit(access, "workspace.renamed", f"Renamed {before} to {name}")


def ask_second_person(*, access: Access, wanted: bool) -> None:
    """Have changes of many rows wait for a second person, or no longer."""
    access.workspace.second_person = wanted
    access.workspace.save(update_fields=["second_person"])
    words = "wait for a second person" if wanted else "no longer wait for a second person"
    audit(access, "workspace.second_person", f"Changes of many rows {words}")


def stored_bytes(workspace: Workspace) -> int:
    """Count the bytes of all originals and pictures of a workspace."""
    audio = workspace.audio_files.aggregate(total=Sum("byte_size"))["total"] or 0
    pictures = workspace.artworks.aggregate(total=Sum("byte_size"))["total"] or 0
    return int(audio + pictures)


def with_use(terms: QuerySet[Term]) -> QuerySet[Any]:
    """Count on how many tracks each term stands."""
    return terms.annotate(use_count=Count("assertions")).order_by("label", "pk")


def audit(access: Access, action: str, sentence: str) -> AuditEvent:
    """Note an act that is not a change of a catalog value."""
    return AuditEvent.objects.create(
        workspace=access.workspace, actor=access.user, action=action, sentence=sentence[:400]
    )


def _check_role(access: Access, role: Role) -> None:
    if role is Role.OWNER and not access.can(Permission.OWN):
        raise MembershipRefused("Only an owner may make, change or remove an owner.")


def _keep_one_owner(workspace: Workspace, leaving: Membership) -> None:
    owners = Membership.objects.select_for_update().filter(workspace=workspace, role=Role.OWNER)
    if not owners.exclude(pk=leaving.pk).exists():
        raise MembershipRefused(
            f"{leaving.user} is the last owner of {workspace.name}.",
            hint="Make somebody else owner first.",
        )
