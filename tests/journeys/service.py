"""The service as a newcomer starts it, as a process of its own: `manage.py migrate`, `demo_campus`, `serve`."""

import os
import re
import shutil
import socket
import subprocess
import sys
import time
from email import message_from_bytes, policy
from pathlib import Path
from urllib.error import URLError
from urllib.request import urlopen

import psycopg

ROOT = Path(__file__).resolve().parents[2]


class Service:
    def __init__(self, folder: Path) -> None:
        self.port = _free_port()
        self.address = f"http://127.0.0.1:{self.port}"
        self.log = folder / "serve.log"
        self.env = {
            **os.environ, "BOOKRELAY_VAR": str(folder), "DEMO": "1", "DEMO_PAST": "0", "PORT": str(self.port),
            "DJANGO_SETTINGS_MODULE": "config.settings.dev", "REDIS_URL": "", "BROKER_URL": "",
        }  # fmt: skip
        if self.env.get("DATABASE_URL", "").startswith("postgres"):
            self.env["DATABASE_URL"] = _fresh_database(self.env["DATABASE_URL"])

    def start(self) -> None:
        """The campus as it stands today, without its past. TEST_CAMPUS may name a folder with a loaded one to begin with."""
        if loaded := os.environ.get("TEST_CAMPUS"):
            shutil.copytree(loaded, self.env["BOOKRELAY_VAR"], dirs_exist_ok=True)
        self.manage("migrate", "--verbosity", "0")
        self.manage("demo_campus")
        with self.log.open("w") as log:
            self.process = subprocess.Popen(
                [sys.executable, "manage.py", "serve", "--port", str(self.port)],
                cwd=ROOT,
                env=self.env,
                stdout=log,
                stderr=log,
            )
        for _try in range(300):
            try:
                urlopen(f"{self.address}/healthz", timeout=2).close()
                return
            except (URLError, OSError):
                time.sleep(0.1)
        raise RuntimeError(f"the service did not start: {self.log.read_text()}")

    def stop(self) -> None:
        self.process.terminate()
        self.process.wait(20)

    def link_by_mail(self, words: str) -> str:
        """The address in the newest mail that says so, as soon as the service has sent it."""
        for _try in range(150):
            for file in sorted((Path(self.env["BOOKRELAY_VAR"]) / "mail").glob("*.log"), reverse=True):
                text = message_from_bytes(file.read_bytes(), policy=policy.default).get_body(("plain",))
                said = str(text.get_content()) if text else ""
                if words in said and (found := re.search(rf"{self.address}/by-mail/\S+/answer/", said)):
                    return found[0]
            time.sleep(0.1)
        raise AssertionError(f"no mail about {words} went out: {self.log.read_text()}")

    def manage(self, *words: str) -> str:
        done = subprocess.run(
            [sys.executable, "manage.py", *words], cwd=ROOT, env=self.env, capture_output=True, text=True, check=False
        )
        assert done.returncode == 0, f"manage.py {' '.join(words)}:\n{done.stdout}\n{done.stderr}"
        return done.stdout


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _fresh_database(url: str) -> str:
    """A database beside the one of the tests, made anew."""
    server, _slash, name = url.rpartition("/")
    name = f"{name}_journeys"
    with psycopg.connect(f"{server}/postgres", autocommit=True) as connection:
        connection.execute(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')  # type: ignore[arg-type]
        connection.execute(f'CREATE DATABASE "{name}"')  # type: ignore[arg-type]
    return f"{server}/{name}"
