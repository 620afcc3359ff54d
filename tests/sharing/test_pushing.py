"""Push: encrypted for the device alone, signed as ours, to known services only, worded when it goes out (N1 to N4, P3, T-R12)."""

import json
from collections.abc import Iterator
from datetime import datetime, timedelta
from http.server import BaseHTTPRequestHandler, HTTPServer
from threading import Thread
from typing import Any

import pytest
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from django.db import IntegrityError, transaction
from django.test import Client
from django.urls import reverse

from library_bridge.models import Reader
from sharing import asks, carrying, channels, conversations, deliveries, jobs
from sharing.models import Delivery, Notification, PushDevice
from sharing.pushing import devices, encryption, vapid
from sharing.pushing.encryption import decoded, encoded
from tests.sharing import browsers, steps
from tests.sharing.conftest import World

DEVICE, AUTH = ec.generate_private_key(encryption.CURVE), b"0123456789abcdef"
Status, Reason, Channel = Delivery.Status, Delivery.Reason, Delivery.Channel


class Service:
    """A push service on loopback: answers as `says`, and keeps what came."""

    def __init__(self) -> None:
        self.says, self.came = 201, list[tuple[str, dict[str, str], bytes]]()
        double = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                double.came.append((self.path, {k.lower(): v for k, v in self.headers.items()}, body))
                self.send_response(double.says)
                self.send_header("Content-Length", "0")
                if double.says == 302:
                    self.send_header("Location", "/elsewhere")
                self.end_headers()

            def log_message(self, *_args: object) -> None:
                pass

        self.server = HTTPServer(("127.0.0.1", 0), Handler)
        Thread(target=self.server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server.server_port}/"


@pytest.fixture
def service(settings: Any) -> Iterator[Service]:
    running = Service()
    settings.PUSH_OWN_SERVICE = running.url
    with jobs.left_to_the_sweep():
        yield running
    running.server.shutdown()
    running.server.server_close()


def named(reader: Reader, service: Service, *, at: str = "device-1", mark: str = "m1", now: datetime) -> PushDevice:
    Reader.objects.filter(pk=reader.pk).update(language="en")
    point = encoded(encryption.point_of(DEVICE.public_key()))
    return devices.name_device(
        actor=reader, endpoint=f"{service.url}{at}", key=point, secret=encoded(AUTH), mark=mark, now=now
    )


def carry(now: datetime) -> list[str]:
    with browsers.at(now):
        return [str(deed["did"]) for deed in carrying.send_due(now=now)]


def opened(body: bytes) -> dict[str, str]:
    """As the device reads it (RFC 8188, 2; RFC 8291, 3.4)."""
    salt, own, sealed = body[:16], body[21:86], body[86:]
    device = encryption.point_of(DEVICE.public_key())
    shared = DEVICE.exchange(ec.ECDH(), encryption.key_of(own))

    def derived(salt: bytes, secret: bytes, info: bytes, length: int) -> bytes:
        return HKDF(algorithm=hashes.SHA256(), length=length, salt=salt, info=info).derive(secret)

    secret = derived(AUTH, shared, b"WebPush: info\0" + device + own, 32)
    key, nonce = (
        derived(salt, secret, b"Content-Encoding: " + what, n) for what, n in ((b"aes128gcm\0", 16), (b"nonce\0", 12))
    )
    return dict(json.loads(AESGCM(key).decrypt(nonce, sealed, None).removesuffix(b"\x02")))


def test_the_example_of_rfc_8291_comes_out_octet_for_octet() -> None:
    own = ec.derive_private_key(
        int.from_bytes(decoded("yfWPiYE-n46HLnH0KqZOF1fJJU3MYrct3AELtAQ-oRw")), encryption.CURVE
    )
    sealed = encryption.encrypt(
        b"When I grow up, I want to be a watermelon",
        device_key=decoded("BCVxsr7N_eNgVRqvHtD0zTZsEc6-VV-JvLexhqUzORcxaOzi6-AYWXvTBHm4bjyPjs7Vd8pZGH6SRpkNtoIAiw4"),
        secret=decoded("BTBZMqHH6r4Tts7J_aSIgg"), salt=decoded("DGv6ra1nlYgDCS1FRnbzlw"), own=own,
    )  # fmt: skip
    assert encoded(sealed) == (
        "DGv6ra1nlYgDCS1FRnbzlwAAEABBBP4z9KsN6nGRTbVYI_c7VJSPQTBtkgcy27mlmlMoZIIgDll6e3vCYLocInmYWAmS6TlzAC8wEqKK6PBru3jl7A_yl95bQpu6"
        "cVPTpK4Mqgkf1CXztLVBSt2Ks3oZwbuwXPXLWyouBWLVWGNWQexSgSxsj_Qulcy4a-fN"
    )


def _verified(token: str, key: ec.EllipticCurvePublicKey) -> dict[str, Any]:
    head, claims, mark = token.split(".")
    octets = decoded(mark)
    signature = encode_dss_signature(int.from_bytes(octets[:32]), int.from_bytes(octets[32:]))
    key.verify(signature, f"{head}.{claims}".encode(), ec.ECDSA(hashes.SHA256()))
    assert json.loads(decoded(head)) == {"typ": "JWT", "alg": "ES256"}
    return dict(json.loads(decoded(claims)))


def test_the_example_of_rfc_8292_is_read_and_ours_is_made_alike(settings: Any) -> None:
    example = (
        "eyJ0eXAiOiJKV1QiLCJhbGciOiJFUzI1NiJ9.eyJhdWQiOiJodHRwczovL3B1c2guZXhhbXBsZS5uZXQiLCJleHAiOjE0NTM1MjM3NjgsInN1YiI6Im1haWx0bzpwdXNo"
        "QGV4YW1wbGUuY29tIn0.i3CYb7t4xfxCDquptFOepC9GAu_HLGkMlMuCGSK2rpiUfnK9ojFwDXb1JrErtmysazNjjvW2L9OkSSHzvoD1oA"
    )
    theirs = "BA1Hxzyi1RUM1b5wjxsn7nGxAszw2u61m164i3MrAIxHF6YK5h4SDYic-dRuU_RCPCfA5aq9ojSwk5Y2EmClBPs"
    claims = _verified(example, encryption.key_of(decoded(theirs)))
    assert vapid.token(claims, vapid.key()).split(".")[:2] == example.split(".")[:2]
    assert _verified(vapid.token(claims, vapid.key()), vapid.key().public_key()) == claims


@pytest.mark.parametrize("key", ["", "AAAA", encoded(b"\x04" + b"\1" * 64), "ä" * 87])
def test_what_is_no_key_is_no_device(world: World, service: Service, key: str) -> None:
    url = reverse("name-device")
    browsers.of(world.alice).post(url, {"endpoint": f"{service.url}x", "key": key, "secret": encoded(AUTH)})
    assert not PushDevice.objects.exists()


@pytest.mark.parametrize(
    "endpoint",
    [
        "https://evil.example/push", "http://updates.push.services.mozilla.com/x", "https://127.0.0.1/x", "https://[::1]/x",
        "https://2130706433/x", "https://fcm.googleapis.com.evil.example/x", "https://fcm.googleapis.com@evil.example/x",
        "https://fcm.googleapis.com:8443/x", "file:///etc/passwd", "https://169.254.169.254/latest", "javascript:alert(1)",
    ],
)  # fmt: skip
def test_t_r12_t_r13_only_known_push_services_are_taken(world: World, service: Service, endpoint: str) -> None:
    point = encoded(encryption.point_of(DEVICE.public_key()))
    answer = browsers.of(world.alice).post(
        reverse("name-device"), {"endpoint": endpoint, "key": point, "secret": encoded(AUTH)}, follow=True
    )
    assert "is not one that we know" in answer.content.decode()
    assert not PushDevice.objects.exists()


def test_a_holder_is_told_on_the_device_without_anybodys_name(world: World, service: Service) -> None:
    named(world.alice, service, now=world.now)
    steps.asked(world)
    assert carry(world.now) == ["push.sent"]
    path, headers, body = service.came[0]
    assert path == "/device-1"
    assert (headers["content-encoding"], headers["urgency"]) == ("aes128gcm", "high")
    said = opened(body)
    assert said["body"].startswith("A reader asks for your copy of “拖延心理学”")
    assert said["url"] == f"/asks/{world.alice.asks.get().pk}/"
    assert "Bob" not in json.dumps(said)
    token = headers["authorization"].removeprefix("vapid t=").split(",")[0]
    assert _verified(token, vapid.key().public_key())["aud"] == service.url.rstrip("/")
    assert carry(world.now + timedelta(hours=1)) == []


def test_p3_what_is_over_read_or_unwanted_by_then_is_not_sent(world: World, service: Service) -> None:
    named(world.alice, service, now=world.now)
    ask = steps.asked(world)
    asks.decline_ask(ask_id=ask.pk, actor=world.alice, now=world.now)
    assert carry(world.now) == ["push.over"]
    conversations.send_message(conversation_id=ask.conversation.pk, actor=world.alice, text="Sorry", now=world.now)
    lending = steps.agreed(World(**{**world.__dict__, "bob": world.charlie}))
    channels.choose(actor=world.alice, channel=Channel.PUSH, subjects_wanted=["messages"])
    steps.arranged(lending, now=world.now + timedelta(hours=2))
    Notification.objects.filter(reader=world.alice).update(read_at=world.now)
    carry(world.now + timedelta(hours=3))
    assert service.came == []
    assert set(Delivery.objects.values_list("status", flat=True)) == {Status.SUPPRESSED}


@pytest.mark.parametrize(
    ("says", "status", "reason", "left"),
    [
        (404, Status.SUPPRESSED, Reason.GONE, 0), (410, Status.SUPPRESSED, Reason.GONE, 0),
        (429, Status.WAITING, Reason.LATER, 1), (500, Status.WAITING, Reason.LATER, 1),
        (302, Status.FAILED, Reason.REFUSED, 1), (413, Status.FAILED, Reason.REFUSED, 1),
    ],
)  # fmt: skip
def test_n2_what_the_push_service_says(
    world: World, service: Service, says: int, status: str, reason: str, left: int
) -> None:
    named(world.alice, service, now=world.now)
    steps.asked(world)
    service.says = says
    carry(world.now)
    assert Delivery.objects.values_list("status", "reason").get() == (status, reason)
    assert PushDevice.objects.count() == left
    assert [path for path, _headers, _body in service.came] == ["/device-1"]  # and nowhere else


def test_a_service_that_is_down_is_asked_once_a_round_and_again_later(world: World, service: Service) -> None:
    named(world.alice, service, now=world.now)
    named(world.alice, service, at="device-2", mark="m2", now=world.now)
    steps.asked(world)
    service.server.server_close()
    assert carry(world.now) == ["push.down"]
    waits = Delivery.objects.filter(reason=Reason.DOWN).get().next_try_at - world.now
    assert timedelta(minutes=4) <= waits <= timedelta(minutes=6)


def test_n3_each_device_is_told_once(world: World, service: Service) -> None:
    named(world.alice, service, now=world.now)
    steps.asked(world)
    row = Delivery.objects.get()
    with pytest.raises(IntegrityError), transaction.atomic():
        Delivery.objects.create(
            reader=row.reader, notification=row.notification, device=row.device, channel=Channel.PUSH, priority=1,
            created_at=world.now, next_try_at=world.now,
        )  # fmt: skip
    assert deliveries.claim(row, now=world.now)
    assert not deliveries.claim(row, now=world.now)


def test_nobody_is_woken_in_the_quiet_hours(world: World, service: Service) -> None:
    named(world.alice, service, now=world.now)
    night = world.now.replace(hour=23)
    steps.asked(World(**{**world.__dict__, "now": night}))
    assert carry(night) == []
    assert carry(night + timedelta(hours=8)) == []
    assert carry(night + timedelta(hours=9)) == ["push.sent"]


def test_t_r12_a_browser_tells_nothing_of_who_signed_out_or_was_there_before(world: World, service: Service) -> None:
    for leave in (lambda c: c.logout(), lambda c: c.post(reverse("sign-out")), lambda c: c.force_login(world.bob)):
        client = browsers.of(world.alice)
        point = encoded(encryption.point_of(DEVICE.public_key()))
        client.post(reverse("name-device"), {"endpoint": f"{service.url}d", "key": point, "secret": encoded(AUTH)})
        assert PushDevice.objects.get().reader == world.alice
        if leave(client) is None:  # without a view there is no cookie to read: as the sign-in page does it
            devices.release(PushDevice.objects.get().mark, but=world.bob)
        assert not PushDevice.objects.exists()


def test_t_r12_a_refused_device_leaves_the_browser_its_mark_and_a_new_one_takes_the_place_of_the_old(
    world: World, service: Service
) -> None:
    client, point = browsers.of(world.alice), encoded(encryption.point_of(DEVICE.public_key()))
    marks = []
    for endpoint in (f"{service.url}a", "https://evil.example/push", f"{service.url}b"):
        client.post(reverse("name-device"), {"endpoint": endpoint, "key": point, "secret": encoded(AUTH)})
        marks.append(client.cookies[devices.COOKIE].value)
    first, refused, second = marks
    assert first == refused != second
    assert PushDevice.objects.values_list("endpoint", "mark").get() == (f"{service.url}b", second)


def test_the_page_names_devices_and_takes_them_off(world: World, service: Service) -> None:
    device = named(world.alice, service, now=world.now)
    client, page = browsers.of(world.alice), reverse("channels")
    assert "Another device" in browsers.seen(client, page)
    assert browsers.of(world.bob).post(reverse("forget-device", args=[device.pk])).status_code == 302
    assert PushDevice.objects.exists()
    client.post(reverse("choose-channel", args=["push"]), {"subjects": ["asks"]})
    assert channels.choices_of(world.alice, Channel.PUSH) == {"asks"}
    assert client.post(reverse("choose-channel", args=["mail"])).status_code == 404
    client.post(reverse("forget-device", args=[device.pk]))
    assert "No device is told" in browsers.seen(client, page)


def test_t_a8_the_worker_is_the_same_for_all_and_keeps_nothing(world: World) -> None:
    answer = Client().get(reverse("push-worker"))
    assert answer["Content-Type"].startswith("text/javascript")
    assert "caches" not in answer.content.decode()
