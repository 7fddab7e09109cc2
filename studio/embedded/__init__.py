"""PostgreSQL and Valkey that come with the studio, on unix sockets under the runtime folder.

Used when neither `DATABASE_URL` nor `BROKER_URL` is set. Knows nothing of Django.
"""

from studio.embedded.paths import urls

__all__ = ["urls"]
