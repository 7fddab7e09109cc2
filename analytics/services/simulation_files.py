"""Files of prompts and markets on their way in: read as a whole, taken in when a person says so."""

import hashlib
import json
import zlib
from collections.abc import Iterable
from datetime import datetime
from typing import IO, Any

from celery import current_app
from django.core.files.base import ContentFile, File
from django.core.files.storage import default_storage
from django.core.files.uploadedfile import UploadedFile
from django.db import IntegrityError, transaction
from django.db.models import F, Q
from django.utils import timezone

from analytics.domain.market import FEWEST_TRACKS
from analytics.event_files import UnreadableFile
from analytics.material_files import MaterialRefused, Reading, Stopped, read_market, read_prompts
from analytics.models import Market, PromptList, SimulationFile, SizePrior
from analytics.models.simulation_files import FILE_ATTEMPTS, FILE_LEASE
from analytics.services import markets
from catalog.access import Access
from catalog.domain.sizes import spoken_size
from catalog.models import User, Workspace
from prompts.models import BlockedTerm, Prompt, PromptPack
from prompts.packs import content_of

Status = SimulationFile.Status
Kind = SimulationFile.Kind

LARGEST_FILE = 100 * 1024 * 1024
LONGEST_NAME = 120
OPEN_STATES = (Status.CHECKING, Status.READY)


def receive_file(
    *,
    workspace: Workspace,
    by: User | None,
    kind: str,
    upload: "UploadedFile[Any]",
    queue: bool = True,
) -> SimulationFile:
    """Keep a file and have it read in a worker (or by the caller, without `queue`).

    Raises
    ------
    MaterialRefused : empty, too large, or the same file waits here already
    """
    size = upload.size or 0
    if not size:
        raise MaterialRefused("The file is empty.", hint="Choose a file with rows.")
    if size > LARGEST_FILE:
        raise MaterialRefused(
            f"The file has {spoken_size(size)}; {spoken_size(LARGEST_FILE)} are the most.",
            hint="Leave rare prompts or far-off tracks out.",
        )
    digest = hashlib.sha256()
    for piece in upload.chunks():
        digest.update(piece)
    upload.seek(0)
    return _keep(
        workspace,
        by,
        kind=kind,
        name=(upload.name or "file.csv")[-255:],
        size=size,
        digest=digest.hexdigest(),
        content=File(upload),
        queue=queue,
    )


def list_asked_prompts(*, access: Access) -> SimulationFile:
    """Make a list of the prompts people asked in this workspace, with how often.

    Raises
    ------
    MaterialRefused : nobody asked one yet, or the same list waits here already
    """
    rows = Prompt.objects.visible_to(access).values_list("text", "times_asked")
    return _made_here(access, "Asked in this workspace", rows)


def list_pack_prompts(*, access: Access) -> SimulationFile:
    """Make a list of the prompts of all packs, each version's newest, every wording once.

    Raises
    ------
    MaterialRefused : no pack, or the same list waits here already
    """
    newest: dict[tuple[str, str], PromptPack] = {}
    for row in PromptPack.objects.visible_to(access).order_by("version"):
        newest[row.slug, row.signed_by] = row
    texts = (
        (text, 1)
        for row in newest.values()
        for template in content_of(row).templates
        for group in template.paraphrases()
        for text in group
    )
    return _made_here(access, "Prompt packs", texts)


def _made_here(access: Access, name: str, rows: Iterable[tuple[str, int]]) -> SimulationFile:
    entries = [{"prompt": text, "count": count} for text, count in rows]
    if not entries:
        raise MaterialRefused(
            "There is no prompt to take.", hint="Ask one in Prompts, or make a pack first."
        )
    content = json.dumps(entries, ensure_ascii=False).encode()
    return _keep(
        access.workspace,
        access.user,
        kind=Kind.PROMPTS,
        name=f"{name}, {timezone.localdate():%d %b %Y}.json",
        size=len(content),
        digest=hashlib.sha256(content).hexdigest(),
        content=ContentFile(content),
    )


def _keep(
    workspace: Workspace,
    by: User | None,
    *,
    kind: str,
    name: str,
    size: int,
    digest: str,
    content: "File[Any]",
    queue: bool = True,
) -> SimulationFile:
    stored = default_storage.save(f"simulation/{workspace.pk}/{digest}", content)
    try:
        with transaction.atomic():
            found = SimulationFile.objects.create(
                workspace=workspace,
                kind=kind,
                file_name=name,
                sha256=digest,
                byte_size=size,
                storage_name=stored,
                created_by=by,
            )
    except IntegrityError as error:
        default_storage.delete(stored)
        raise MaterialRefused(
            "This very file is here already and waits for you.", hint="Open it in the list below."
        ) from error
    if queue:
        transaction.on_commit(lambda: _wake(found.pk))
    return found


def _wake(file_id: int) -> None:
    current_app.send_task("analytics.tasks.read_simulation_file", args=[file_id])


def read_file(*, file_id: int, now: datetime | None = None) -> None:
    """Read a file as a whole, if nobody else is at it. Harmless to call twice."""
    moment = now or timezone.now()
    free = Q(lease_until=None) | Q(lease_until__lt=moment)
    taken = SimulationFile.objects.filter(
        free, pk=file_id, status=Status.CHECKING, attempts__lt=FILE_ATTEMPTS
    ).update(attempts=F("attempts") + 1, lease_until=moment + FILE_LEASE)
    if not taken:
        return
    found = SimulationFile.objects.select_related("workspace").get(pk=file_id)
    try:
        with default_storage.open(found.storage_name) as file:
            reading = _read(found, file)
    except Stopped:
        return
    except (UnreadableFile, MaterialRefused) as error:
        _held(found).update(
            status=Status.FAILED,
            error=f"{error} {error.hint}".strip(),
            finished_at=timezone.now(),
            lease_until=None,
        )
        return
    _held(found).update(
        status=Status.READY,
        row_count=reading.rows,
        good_count=reading.good,
        bad_count=reading.bad,
        merged_count=reading.merged,
        position=reading.rows,
        remarks=[[one.row, one.text, one.left_out] for one in reading.remarks],
        findings=reading.findings,
        result=reading.result,
        lease_until=None,
    )


def _read(found: SimulationFile, file: IO[Any]) -> Reading:
    def beat(position: int) -> bool:
        return bool(_held(found).update(position=position, lease_until=timezone.now() + FILE_LEASE))

    if found.kind == Kind.MARKET:
        return read_market(file, name=found.file_name, beat=beat)
    blocked = BlockedTerm.objects.filter(workspace=found.workspace).values_list("term", flat=True)
    return read_prompts(file, name=found.file_name, blocked=list(blocked), beat=beat)


def _held(found: SimulationFile) -> Any:
    """The row, while this attempt holds it and nobody cancelled."""
    return SimulationFile.objects.filter(
        pk=found.pk, attempts=found.attempts, status=Status.CHECKING, workspace=found.workspace_id
    )


@transaction.atomic
def take_in(*, found: SimulationFile, by: User | None, name: str) -> PromptList | Market:
    """Take a file in that was read: a list of prompts, or a market.

    Raises
    ------
    MaterialRefused, MarketRefused : nothing to take in, no name, or the same is here already
    """
    found = SimulationFile.objects.select_for_update().select_related("workspace").get(pk=found.pk)
    if found.status != Status.READY:
        raise MaterialRefused("This file is settled already.")
    if not name.strip():
        raise MaterialRefused("Give it a name.")
    if found.kind == Kind.MARKET:
        made: PromptList | Market = _new_market(found, by, name)
    else:
        made = _new_list(found, by, name)
    _settle(found, Status.DONE)
    return made


def _new_market(found: SimulationFile, by: User | None, name: str) -> Market:
    if found.good_count < FEWEST_TRACKS:
        raise MaterialRefused(
            f"A market has at least {FEWEST_TRACKS} tracks; "
            f"{found.good_count} of this file can be used."
        )
    assert found.result is not None
    return markets.keep_market(
        workspace=found.workspace,
        by=by,
        name=name,
        source=found.file_name,
        documents=bytes(found.result),
        tracks=found.good_count,
        findings={**found.findings, "rows": found.row_count, "left_out": found.bad_count},
    )


def _new_list(found: SimulationFile, by: User | None, name: str) -> PromptList:
    if not found.good_count or found.result is None:
        raise MaterialRefused("No row of this file is a prompt that can be asked.")
    # The content, not the file, names a list: the same prompts in another order are the same list.
    version = hashlib.sha256(zlib.decompress(bytes(found.result))).hexdigest()[:12]
    same = PromptList.objects.filter(workspace=found.workspace, version=version).first()
    if same is not None:
        raise MaterialRefused(
            f"These very prompts are here already, as {same.name}.", hint="Use that list."
        )
    return PromptList.objects.create(
        workspace=found.workspace,
        name=name.strip()[:LONGEST_NAME],
        version=version,
        source=found.file_name,
        prompt_count=found.good_count,
        asked_count=found.findings["asked"],
        unread_count=found.findings["how"].get("unread", 0),
        space_counts=found.findings["spaces"],
        content=bytes(found.result),
        created_by=by,
    )


def drop_file(*, found: SimulationFile) -> bool:
    """Stop reading a file, or drop one that was read; nothing of it is used."""
    with transaction.atomic():
        held = (
            SimulationFile.objects.select_for_update()
            .filter(pk=found.pk, status__in=OPEN_STATES)
            .first()
        )
        if held is None:
            return False
        _settle(held, Status.CANCELLED)
    return True


def _settle(found: SimulationFile, status: str) -> None:
    name = found.storage_name
    SimulationFile.objects.filter(pk=found.pk).update(
        status=status, result=None, finished_at=timezone.now(), lease_until=None
    )
    transaction.on_commit(lambda: default_storage.delete(name))


@transaction.atomic
def delete_list(*, prompt_list: PromptList) -> None:
    """Delete a list of prompts.

    Raises
    ------
    MaterialRefused : a simulation asked it, or sizes were scaled to it
    """
    banks = prompt_list.banks.filter(runs__isnull=False).distinct().count()
    if banks:
        raise MaterialRefused(
            f"{prompt_list.name} cannot be deleted: simulations asked its prompts.",
            hint="Their reports name it and their what-ifs need it.",
        )
    if SizePrior.objects.filter(prompt_list=prompt_list).exists():
        raise MaterialRefused(
            f"{prompt_list.name} cannot be deleted: sizes of spaces were scaled to it.",
            hint="The history of the sizes names it.",
        )
    prompt_list.banks.all().delete()
    prompt_list.delete()


def requeue_stalled(*, now: datetime | None = None) -> int:
    """Wake workers for files that a dead one dropped; give up on what was tried too often."""
    moment = now or timezone.now()
    free = Q(lease_until=None) | Q(lease_until__lt=moment)
    left = SimulationFile.objects.filter(free, status=Status.CHECKING)
    left.filter(attempts__gte=FILE_ATTEMPTS).update(
        status=Status.FAILED,
        error="Reading the file stopped again and again. Send a smaller part of it.",
        finished_at=moment,
        lease_until=None,
    )
    waiting = list(left.filter(created_at__lt=moment - FILE_LEASE).values_list("pk", flat=True))
    for file_id in waiting:
        _wake(file_id)
    return len(waiting)
