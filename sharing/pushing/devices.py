"""Devices to which a reader has news pushed: named on the device itself, bound to whoever is signed in there (T-R12)."""

import secrets
from datetime import datetime

from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext as _

from library_bridge.models import Reader
from sharing.errors import Denied
from sharing.models import PushDevice
from sharing.pushing import encryption, post

MOST = 10
COOKIE = "device"


@transaction.atomic(durable=True)
def name_device(*, actor: Reader, endpoint: str, key: str, secret: str, mark: str, now: datetime) -> PushDevice:
    """`endpoint`, `key` (p256dh) and `secret` (auth) as the browser gave them; `mark` is what its cookie says until now, the
    device answered has a new one. Whoever had this browser before has it no more. Raises Denied."""
    refusal = Denied(
        _("This browser’s push service is not one that we know, so nothing is sent there."), "unknown_push"
    )
    if not post.is_known(endpoint):
        raise refusal
    try:
        point, auth = encryption.decoded(key), encryption.decoded(secret)
        encryption.key_of(point)
    except encryption.NoKey:
        raise refusal from None
    if len(auth) != 16:
        raise refusal
    PushDevice.objects.filter(Q(mark=mark) | Q(endpoint=endpoint)).delete()
    if PushDevice.objects.filter(reader=actor).count() >= MOST:
        raise Denied(_("Ten devices are as many as may be. Take one off the list first."), "many_devices")
    return PushDevice.objects.create(
        reader=actor, endpoint=endpoint, key=point, secret=auth, mark=secrets.token_hex(16), created_at=now
    )


def forget_device(*, actor: Reader, device_id: int) -> None:
    """Again changes nothing."""
    PushDevice.objects.filter(reader=actor, pk=device_id).delete()


def release(mark: str, *, but: Reader | None) -> None:
    """Somebody signs out of this browser, or another signs in: it gets no news of who was there before."""
    if mark:
        here = PushDevice.objects.filter(mark=mark)
        (here.exclude(reader=but) if but else here).delete()
