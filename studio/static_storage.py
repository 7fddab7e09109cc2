"""How static files are named in a real installation."""

from whitenoise.storage import CompressedManifestStaticFilesStorage


class HashedStaticFiles(CompressedManifestStaticFilesStorage):
    """Names with a hash of the content, inside our JavaScript modules too.

    Without that, a module imported by its plain name and the same module loaded by its hashed one
    would be two, and so would be the player.
    """

    support_js_module_import_aggregation = True
