"""Setting what saves and streams are worth; earlier rates stay and can be put back."""

from decimal import Decimal

from django.db import transaction

from analytics.models import MoneyRate
from catalog.access import Access
from catalog.services.workspaces import audit


@transaction.atomic
def set_rates(
    *,
    access: Access,
    currency: str,
    per_save: Decimal | None,
    per_stream: Decimal | None,
    origin: str,
) -> MoneyRate:
    """Put rates in force; both empty stops money from being shown."""
    made = MoneyRate.objects.create(
        workspace=access.workspace,
        currency=currency.upper(),
        per_save=per_save,
        per_stream=per_stream,
        origin=origin.strip(),
        set_by=access.user,
    )
    audit(access, "money_rates", f"set the money rates: {spoken(made)}")
    return made


def restore_rates(*, access: Access, rate: MoneyRate) -> MoneyRate:
    """Put earlier rates back in force, as a new row."""
    return set_rates(
        access=access,
        currency=rate.currency,
        per_save=rate.per_save,
        per_stream=rate.per_stream,
        origin=rate.origin,
    )


def spoken(rate: MoneyRate) -> str:
    """Rates in words."""
    parts = [
        f"{rate.currency} {value.normalize():f} a {name}"
        for name, value in (("save", rate.per_save), ("stream", rate.per_stream))
        if value
    ]
    return " and ".join(parts) or "none"
