"""Every deadline of the catalogue. What waits for the network gets some seconds a round and goes on in the next, so that
other deadlines are not kept waiting; each row is put off before it is worked on, so that two rounds never take the same."""

import time
from collections.abc import Iterator
from datetime import datetime

from personal_catalog import completion, imports, sent_forms
from personal_catalog.lookup.answers import forget_expired

SECONDS_FOR_TITLES = 10
SECONDS_FOR_IMPORTS = 20


def act(*, now: datetime) -> Iterator[dict[str, object]]:
    end = time.monotonic() + SECONDS_FOR_TITLES
    for title_id in completion.claim_due(now=now):
        over = completion.complete_title(title_id=title_id, now=now)
        yield {"did": "title.completed" if over else "title.lookup_put_off", "title": title_id}
        if time.monotonic() > end:
            break
    for job_id in imports.claim_due(now=now):
        job = imports.run_import(job_id=job_id, now=now, seconds=SECONDS_FOR_IMPORTS)
        yield {"did": "import.run", "import": job_id, "done": job.done, "total": job.total}
    for job_id in imports.drop_stale_previews(now=now):
        yield {"did": "import.preview_lapsed", "import": job_id}
    if forgotten := forget_expired(now=now):
        yield {"did": "lookup.answers_forgotten", "count": forgotten}
    if forgotten := sent_forms.forget(now=now):
        yield {"did": "sent_forms.forgotten", "count": forgotten}
