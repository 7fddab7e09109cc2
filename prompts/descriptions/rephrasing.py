"""An optional language model that words a draft otherwise. Off until the operator sets an address.

Nobody sees what it writes unless every claim of it is supported by an accepted fact.
"""

import json
import logging
from typing import Protocol
from urllib.error import URLError
from urllib.request import Request, urlopen

from django.conf import settings

from prompts.domain.claims import ClaimChecker
from prompts.domain.facts import TrackFacts, Verdict
from prompts.drafts import accepted_only

TIMEOUT_S = 20
LARGEST_ANSWER = 200_000
logger = logging.getLogger(__name__)

INSTRUCTION = (
    "Reword this description of a recording in good plain English. Keep every fact and add none. "
    "At most {length} characters. Answer with the text alone."
)


class Rephraser(Protocol):
    """Words a text otherwise; None where it could not."""

    def __call__(self, text: str, *, length: int) -> str | None: ...


def rephrased(
    text: str,
    *,
    facts: TrackFacts,
    length: int,
    checker: ClaimChecker,
    rephraser: Rephraser | None = None,
) -> str | None:
    """Ask the model, if there is one, and give its text only where the claim check passes it."""
    ask = rephraser or (ask_endpoint if settings.DRAFT_MODEL_URL else None)
    if ask is None:
        return None
    answer = ask(text, length=length)
    if not answer or len(answer) > length:
        return None
    claims = checker.check(answer, accepted_only(facts))
    return answer if all(claim.verdict is Verdict.SUPPORTED for claim in claims) else None


def ask_endpoint(text: str, *, length: int) -> str | None:
    """Ask the operator's chat endpoint; a failure is logged and means no rewording."""
    body = {
        "model": settings.DRAFT_MODEL_NAME,
        "temperature": 0.7,
        "messages": [
            {"role": "system", "content": INSTRUCTION.format(length=length)},
            {"role": "user", "content": text},
        ],
    }
    headers = {"Content-Type": "application/json"}
    if settings.DRAFT_MODEL_KEY:
        headers["Authorization"] = f"Bearer {settings.DRAFT_MODEL_KEY}"
    request = Request(settings.DRAFT_MODEL_URL, json.dumps(body).encode(), headers)
    try:
        with urlopen(request, timeout=TIMEOUT_S) as answer:
            found = json.loads(answer.read(LARGEST_ANSWER))
        return str(found["choices"][0]["message"]["content"]).strip()
    except (URLError, TimeoutError, ValueError, KeyError, IndexError, TypeError) as error:
        logger.warning("The language model for drafts did not answer: %s", error)
        return None
