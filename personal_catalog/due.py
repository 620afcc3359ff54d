"""Every deadline of the catalogue. What waits for the network gets some seconds a round and goes on in the next, so that
other deadlines are not kept waiting; each row is put off before it is worked on, so that two rounds never take the same."""

import logging
import time
from collections.abc import Iterator
from datetime import datetime

from django.db import OperationalError

from personal_catalog import completion, conflicts, doubles, headings, import_runs, imports, sent_forms, title_imports
from personal_catalog.cover_pictures import fetching, kept
from personal_catalog.lookup.answers import forget_expired

logger = logging.getLogger(__name__)
SECONDS_FOR_TITLES = 10
SECONDS_FOR_IMPORTS = 20
SECONDS_FOR_CURATION = 5


def _complete(title_id: int, now: datetime) -> dict[str, object]:
    """One title that cannot be completed must not keep all other deadlines waiting; its own turn comes again later."""
    try:
        over = completion.complete_title(title_id=title_id, now=now)
    except OperationalError:
        raise
    except Exception:
        logger.exception("title %s could not be completed", title_id)
        return {"did": "title.lookup_failed", "title": title_id}
    return {"did": "title.completed" if over else "title.lookup_put_off", "title": title_id}


def act(*, now: datetime) -> Iterator[dict[str, object]]:
    end = time.monotonic() + SECONDS_FOR_TITLES
    for title_id in completion.claim_due(now=now):
        yield _complete(title_id, now)
        if time.monotonic() > end:
            break
    yield from fetching.act(now=now)
    for job_id in imports.claim_due(now=now):
        job = import_runs.run_import(job_id=job_id, now=now, seconds=SECONDS_FOR_IMPORTS)
        yield {"did": "import.run", "import": job_id, "done": job.done, "total": job.total}
    for job_id in imports.drop_stale_previews(now=now):
        yield {"did": "import.preview_lapsed", "import": job_id}
    for import_id in title_imports.claim_due(now=now):
        taken = title_imports.run(import_id=import_id, now=now, seconds=SECONDS_FOR_IMPORTS)
        yield {"did": "titles.import_run", "import": import_id, "done": taken.done, "status": taken.status}
    for import_id in title_imports.drop_stale(now=now):
        yield {"did": "titles.import_lapsed", "import": import_id}
    if forgotten := forget_expired(now=now):
        yield {"did": "lookup.answers_forgotten", "count": forgotten}
    for name in kept.forget_unused(now=now):
        yield {"did": "cover.forgotten", "picture": name}
    if forgotten := sent_forms.forget(now=now):
        yield {"did": "sent_forms.forgotten", "count": forgotten}
    yield from _curation(now)


def _curation(now: datetime) -> Iterator[dict[str, object]]:
    """Last, and a few seconds each: nobody waits for it."""
    for title_id in headings.carry(now=now, seconds=SECONDS_FOR_CURATION):
        yield {"did": "title.names_carried", "title": title_id}
    if looked := conflicts.look_through_answers(now=now):
        yield {"did": "conflicts.looked_for", "answers": looked}
    for pair in doubles.look(now=now, seconds=SECONDS_FOR_CURATION):
        yield {"did": "double.found", "titles": [pair.first_id, pair.second_id]}
