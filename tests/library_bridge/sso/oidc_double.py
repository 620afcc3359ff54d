"""A small OpenID Connect provider: discovery, authorization with PKCE, tokens signed with RS256, key set, userinfo."""

import base64
import hashlib
import json
import time
from collections import Counter
from collections.abc import Callable
from functools import cache
from secrets import token_urlsafe
from typing import Any
from urllib.parse import urlencode

import jwt
from cryptography.hazmat.primitives.asymmetric import rsa

from tests.library_bridge.sso.serving import Asked, Said

CLIENT, SECRET, KID = "bookrelay", "CANARY-client-secret", "key-1"
Claims = dict[str, Any]


@cache
def a_key(number: int) -> rsa.RSAPrivateKey:
    return rsa.generate_private_key(public_exponent=65537, key_size=2048)


class OidcDouble:
    """`token` holds what goes into the ID token, `userinfo` what is told there; `sign` makes the token, `faults` answers a
    path in another way."""

    def __init__(self) -> None:
        self.address = ""
        self.token: Claims = {"sub": "CANARY-subject"}
        self.userinfo: Claims = {"sub": "CANARY-subject"}
        self.issued: dict[str, Asked] = {}
        self.calls: Counter[str] = Counter()
        self.faults: dict[str, Callable[[], Said]] = {}
        self.discovery: Claims = {}
        self.sign: Callable[[Claims], str] = signed

    def __call__(self, asked: Asked) -> Said:
        self.calls[asked.path] += 1
        if asked.path in self.faults:
            return self.faults[asked.path]()
        answers = {
            "/.well-known/openid-configuration": self._discover,
            "/authorize": self._authorize,
            "/token": self._token,
            "/keys": self._keys,
            "/userinfo": self._userinfo,
        }
        return answers[asked.path](asked)

    def _discover(self, asked: Asked) -> Said:
        at = {"authorization_endpoint": "/authorize", "token_endpoint": "/token", "jwks_uri": "/keys"}
        found = {name: self.address + path for name, path in {**at, "userinfo_endpoint": "/userinfo"}.items()}
        return said({"issuer": self.address, **found, **self.discovery})

    def _authorize(self, asked: Asked) -> Said:
        """Whoever asks is signed in here already."""
        assert asked.query["response_type"] == "code"
        assert asked.query["code_challenge_method"] == "S256"
        code = token_urlsafe(12)
        self.issued[code] = asked
        back = urlencode({"code": code, "state": asked.query["state"]})
        return Said(status=302, headers={"Location": f"{asked.query['redirect_uri']}?{back}"})

    def _token(self, asked: Asked) -> Said:
        question = self.issued.pop(asked.form.get("code", ""), None)
        if question is None or not self._fits(asked, question.query):
            return said({"error": "invalid_grant"}, status=400)
        now = int(time.time())
        usual = {"iss": self.address, "aud": CLIENT, "iat": now, "exp": now + 300, "nonce": question.query["nonce"]}
        tokens = {"access_token": "CANARY-access", "refresh_token": "CANARY-refresh", "token_type": "Bearer"}
        return said({**tokens, "expires_in": 300, "id_token": self.sign({**usual, **self.token})})

    def _fits(self, asked: Asked, question: dict[str, str]) -> bool:
        verifier = asked.form.get("code_verifier", "").encode()
        challenge = base64.urlsafe_b64encode(hashlib.sha256(verifier).digest()).rstrip(b"=").decode()
        basic = "Basic " + base64.b64encode(f"{CLIENT}:{SECRET}".encode()).decode()
        known = asked.form.get("client_secret") == SECRET or asked.headers.get("authorization") == basic
        same = asked.form.get("redirect_uri") == question["redirect_uri"]
        return known and same and challenge == question["code_challenge"]

    def _keys(self, asked: Asked) -> Said:
        public = json.loads(jwt.algorithms.RSAAlgorithm.to_jwk(a_key(1).public_key()))
        return said({"keys": [{**public, "kid": KID, "alg": "RS256", "use": "sig"}]})

    def _userinfo(self, asked: Asked) -> Said:
        assert asked.headers["authorization"] == "Bearer CANARY-access"
        return said(self.userinfo)


def said(body: object, status: int = 200) -> Said:
    return Said(json.dumps(body).encode(), status, {"Content-Type": "application/json"})


def signed(claims: Claims, *, key: int = 1, kid: str = KID) -> str:
    return jwt.encode(claims, a_key(key), algorithm="RS256", headers={"kid": kid})
