"""How static files are named in a real installation."""

from typing import ClassVar

from whitenoise.storage import CompressedManifestStaticFilesStorage

_, _MODULE_IMPORTS = CompressedManifestStaticFilesStorage._js_module_import_aggregation_patterns


class HashedStaticFiles(CompressedManifestStaticFilesStorage):
    """Names with a hash of the content, inside our JavaScript modules too.

    Without that, a module imported by its plain name and the same module loaded by its hashed one
    would be two, and so would be the player. Modules of others are left as they are: some name
    files that they do not bring along.
    """

    patterns: ClassVar = (
        *CompressedManifestStaticFilesStorage.patterns,
        ("js/*.js", _MODULE_IMPORTS),
    )
    max_post_process_passes = 20  # one for each step of the longest chain of imports, and to spare
