"""Who asks for what, and how holders answer."""

from datetime import timedelta
from itertools import groupby

from library_bridge.models import Reader
from sharing import asks, conversations, requests
from sharing.demo import meetings, words
from sharing.demo.campus import Campus, Story
from sharing.demo.cast import Cast
from sharing.demo.meetings import Plan
from sharing.demo.pool import Pool
from sharing.errors import SharingError
from sharing.models import Ask

AGREE = {"lent", "giver_steps_back", "taker_steps_back", "no_show"}


class Wishes:
    """Every request with its plan; looks out for the asks that the service sends."""

    def __init__(self, campus: Campus, cast: Cast) -> None:
        self.campus, self.cast, self.pool = campus, cast, Pool(campus, cast)
        self.plans: dict[int, Plan] = {}
        self._seen = 0

    def wish(self, plan: Plan, *, title_id: int = 0, holding_key: str = "", by: Reader | None = None) -> Story:
        """Without a title or a holding for some title that somebody can lend now."""
        campus = self.campus
        if not title_id and not holding_key:
            title_id = self.pool.a_title_nobody_has() if plan.ends == "nobody_has_it" else self.pool.a_free_title()
        for reader in [by] if by else self._some_readers():
            try:
                placed = requests.place_request(
                    actor=reader,
                    title_id=title_id or None,
                    holding_key=holding_key,
                    message=words.say(words.WISHES, reader, campus.random) if campus.chance(0.7) else "",
                    needed_by=(campus.clock + timedelta(days=20)).date() if campus.chance(0.2) else None,
                    now=campus.clock,
                )
            except SharingError as refusal:
                campus.refusals[refusal.code] += 1
                continue
            self.plans[placed.pk] = plan
            self.look_for_asks()
            if plan.ends == "withdrawn":
                yield campus.later(6, 44)
                requests.cancel_request(request_id=placed.pk, actor=reader, now=campus.clock)
            return

    def _some_readers(self) -> list[Reader]:
        """Three to try; some readers ask far more often than others."""
        weights = [1 + 12 / (1 + place % 11) for place in range(len(self.cast.others))]
        return self.campus.random.choices(self.cast.others, weights=weights, k=3)

    # asks

    def look_for_asks(self) -> None:
        new = list(Ask.objects.filter(pk__gt=self._seen).select_related("request").order_by("request_id", "pk"))
        self._seen = max([self._seen, *(ask.pk for ask in new)])
        for request_id, wave in groupby(new, key=lambda ask: ask.request_id):
            self._answer(list(wave), self.plans.get(request_id, Plan("silent")))

    def _answer(self, wave: list[Ask], plan: Plan) -> None:
        """In a wave that ends well one agrees; the others decline before, or have not answered yet."""
        campus = self.campus
        agrees = campus.random.choice(wave) if plan.ends in AGREE else None
        for ask in wave:
            if ask == agrees:
                campus.tell(self._agree(ask, plan), at=campus.later(0.4, 16))
            elif plan.ends != "silent" and campus.chance(0.35):
                campus.tell(self._decline(ask), at=campus.later(1, 30))

    def _agree(self, ask: Ask, plan: Plan) -> Story:
        campus = self.campus
        if campus.chance(0.3):
            yield from self._talk(ask)
        try:
            lending = asks.accept_ask(ask_id=ask.pk, actor=ask.holder, now=campus.clock)
        except SharingError as refusal:
            campus.refusals[refusal.code] += 1
            asks.decline_ask(ask_id=ask.pk, actor=ask.holder, reason=Ask.Reason.NOT_AT_HAND, now=campus.clock)
            return
        if plan.ends in {"giver_steps_back", "no_show"}:
            self.plans[ask.request_id] = Plan("unanswered" if plan.ends == "no_show" else "lent")
        campus.tell(meetings.after_consent(campus, lending.pk, plan), at=campus.clock)

    def _decline(self, ask: Ask) -> Story:
        reason = self.campus.random.choice(["", *Ask.Reason.values])
        asks.decline_ask(ask_id=ask.pk, actor=ask.holder, reason=reason, now=self.campus.clock)
        yield from ()

    def _talk(self, ask: Ask) -> Story:
        """Before consent, without names."""
        self._write(ask, ask.request.requester, words.QUESTIONS)
        yield self.campus.later(0.2, 5)
        self._write(ask, ask.holder, words.REPLIES)
        yield self.campus.later(0.2, 3)

    def _write(self, ask: Ask, author: Reader, what: words.Both) -> None:
        text = words.say(what, author, self.campus.random)
        conversations.send_message(conversation_id=ask.conversation.pk, actor=author, text=text, now=self.campus.clock)
