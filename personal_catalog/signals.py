"""News for the apps above. Each is sent inside the transaction that makes it true."""

from django.dispatch import Signal

copy_listed = Signal()  # copy, actor, now
titles_merged = Signal()  # keep: Title, merged: list[Title]; receivers re-point their keys from merged to keep
title_rejected = Signal()  # title: Title, owners: list[int] of those whose copies stand under it, actor, reason, now
