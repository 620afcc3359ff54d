"""News for the apps above. Each is sent inside the transaction that makes it true."""

from django.dispatch import Signal

copies_listed = Signal()  # copies: list[Copy], actor, now
copy_paused = Signal()  # copy, actor, now; the same for the two that follow
copy_resumed = Signal()
copy_withdrawn = Signal()
copy_changed = Signal()  # copy, actor, now: how it is lent or shown; with the copy locked
titles_merging = Signal()  # title_ids: set[int]; receivers lock what points at them, before the titles are locked
titles_merged = Signal()
"""keep: Title, merged: list[Title], now. Receivers re-point their keys from merged to keep and answer what they moved, by the
id of the merged title, as JSON: they get it back when the merger is taken back."""
title_rejected = Signal()  # title: Title, owners: list[int] of those whose copies stand under it, actor, reason, now
titles_parted = Signal()
"""keep: Title, apart: Title, copies: set[int] and isbns: set[str] that went from keep to apart, moved: when a merger
is taken back, what the receivers answered to `titles_merged`, by their module; else {}, now."""
titles_weighed = Signal()  # title_ids: set[int]; receivers answer what hangs on each: an iterable of weighing.Weight
suggestion_accepted = Signal()  # suggestion: TitleSuggestion, title: Title, actor, now
