"""News for the apps above. Each is sent inside the transaction that makes it true."""

from django.dispatch import Signal

copy_listed = Signal()  # copy, actor, now; the same for the three that follow
copy_paused = Signal()
copy_resumed = Signal()
copy_withdrawn = Signal()
copy_changed = Signal()  # copy, actor, now: how it is lent or shown; with the copy locked
titles_merging = Signal()  # title_ids: set[int]; receivers lock what points at them, before the titles are locked
titles_merged = Signal()  # keep: Title, merged: list[Title], now; receivers re-point their keys from merged to keep
title_rejected = Signal()  # title: Title, owners: list[int] of those whose copies stand under it, actor, reason, now
