"""What the person who runs the studio does from a terminal, without being a member."""

from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import transaction

from catalog.errors import StudioError
from catalog.models import AuditEvent, Membership, User, Workspace
from catalog.roles import Role


def find_workspace(slug: str) -> Workspace:
    """Find a workspace by the word in its address, or say which ones there are."""
    found = Workspace.objects.filter(slug=slug).first()
    if found is None:
        known = ", ".join(Workspace.objects.order_by("slug").values_list("slug", flat=True)[:10])
        raise StudioError(
            f"There is no workspace “{slug}”.",
            hint=f"There are: {known}." if known else "Make one with createworkspace.",
        )
    return found


def find_person(email: str) -> User | None:
    """Find a person by address, in any case."""
    return User.objects.filter(email__iexact=email.strip()).first()


@transaction.atomic
def add_member(
    *, workspace: Workspace, email: str, role: Role, password: str | None = None, name: str = ""
) -> Membership:
    """Let a person in with a role; makes their account when there is none, else keeps it as it is.

    Raises
    ------
    StudioError : the address or the password will not do, or they are a member with another role
    """
    person = find_person(email) or _make_person(email=email, password=password, name=name)
    membership, is_new = Membership.objects.get_or_create(
        workspace=workspace, user=person, defaults={"role": role}
    )
    if membership.role != role:
        raise StudioError(
            f"{person.email} already is a member of {workspace.name}, as {membership.role}.",
            hint="Change the role on the page Members.",
        )
    if is_new:
        AuditEvent.objects.create(
            workspace=workspace,
            actor=None,
            action="member.added",
            sentence=f"The operator added {person} as {role.label.lower()}",
        )
    return membership


def _make_person(*, email: str, password: str | None, name: str) -> User:
    address = email.strip()
    try:
        validate_email(address)
    except ValidationError as error:
        raise StudioError(f"“{address}” is not an e-mail address.") from error
    if not password:
        raise StudioError(f"{address} has no account yet, so a password is needed.")
    try:
        validate_password(password, User(email=address, name=name))
    except ValidationError as error:
        raise StudioError(" ".join(error.messages)) from error
    return User.objects.create_user(address, password, name=name)
