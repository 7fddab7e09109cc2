"""Many plain rows at once by PostgreSQL's COPY, several times as fast as INSERTs of instances."""

from collections.abc import Iterable, Sequence

from django.db import connection, models


def copy_rows(
    model: type[models.Model], columns: Sequence[str], rows: Iterable[Sequence[object]]
) -> None:
    """Add rows given as tuples of database values, in the order of the columns named.

    For tables whose other columns have no value of their own; constraints hold as ever.
    """
    quote = connection.ops.quote_name
    named = {field.name: field.column for field in model._meta.concrete_fields}
    fields = ", ".join(quote(str(named[name])) for name in columns)
    statement = f"COPY {quote(model._meta.db_table)} ({fields}) FROM STDIN"
    with connection.cursor() as cursor, cursor.copy(statement) as copy:
        for row in rows:
            copy.write_row(row)
