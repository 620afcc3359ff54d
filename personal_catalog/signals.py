"""News for the apps above. Each is sent inside the transaction that makes it true."""

from django.dispatch import Signal

copy_listed = Signal()  # copy, actor, now; the same for the three that follow
copy_paused = Signal()
copy_resumed = Signal()
copy_withdrawn = Signal()
titles_merged = Signal()  # keep: Title, merged: list[Title]; receivers re-point their keys from merged to keep
