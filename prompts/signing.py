"""Signatures of prompt packs: Ed25519, so that another studio can check them without a secret.

A workspace's key grows from SECRET_KEY and the workspace, so nothing more is stored; a new
SECRET_KEY gives new keys, and packs signed before stay valid by the key in their file. A valid
signature says that the file is as its signer wrote it, not that the signer is who they say: compare
fingerprints.
"""

import json
from typing import Any

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from django.conf import settings

from catalog.models import Workspace
from prompts.domain.packs import Pack, PackRefused, canonical, pack_from

MOST_BYTES = 1_000_000


def signed_file(pack: Pack, workspace: Workspace) -> bytes:
    """A pack as a file, with the public key and the signature."""
    key = _key_of(workspace)
    body = {
        "pack": json.loads(canonical(pack)),
        "public_key": key.public_key().public_bytes_raw().hex(),
        "signature": key.sign(canonical(pack)).hex(),
    }
    return json.dumps(body, ensure_ascii=False, indent=2).encode()


def checked_file(data: bytes) -> tuple[Pack, bytes]:
    """The pack of a file and the key that signed it.

    Raises
    ------
    PackRefused : too large, no pack, or changed after it was signed
    """
    if len(data) > MOST_BYTES:
        raise PackRefused("A pack file has at most one megabyte.")
    try:
        body: Any = json.loads(data)
        public = bytes.fromhex(body["public_key"])
        signature = bytes.fromhex(body["signature"])
        pack = pack_from(body["pack"])
        Ed25519PublicKey.from_public_bytes(public).verify(signature, canonical(pack))
    except InvalidSignature:
        raise PackRefused(
            "This file was changed after it was signed, so it is not taken in. Ask for it again."
        ) from None
    except (ValueError, KeyError, TypeError, RecursionError):
        raise PackRefused("This file is no prompt pack, or a part of it is missing.") from None
    return pack, public


def public_key_of(workspace: Workspace) -> bytes:
    """The key that others check this workspace's packs with."""
    return _key_of(workspace).public_key().public_bytes_raw()


def _key_of(workspace: Workspace) -> Ed25519PrivateKey:
    grown = HKDF(
        algorithm=SHA256(), length=32, salt=None, info=f"prompt packs of {workspace.pk}".encode()
    )
    return Ed25519PrivateKey.from_private_bytes(grown.derive(settings.SECRET_KEY.encode()))
