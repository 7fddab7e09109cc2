"""News that travels upwards, always sent after commit.

`audio_stored`: keyword arguments `workspace_id`, `audio_file_id`; sent again for a duplicate, so
receivers must not mind.
`change_set_applied`: keyword arguments `workspace_id`, `change_set_id`.
"""

from django.dispatch import Signal

audio_stored = Signal()
change_set_applied = Signal()
