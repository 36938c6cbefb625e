"""The whole platform as docker-compose.yml runs it, under a project of its own, and somebody who uses its pages."""

import json
import os
import re
import shutil
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass, field
from html import unescape
from pathlib import Path
from typing import Any

import httpx2

ROOT = Path(__file__).parents[2]
PASSWORD = "perinatal"
_UP_WITHIN = 540
_HIDDEN = re.compile(r'<input type="hidden" name="([^"]+)" value="([^"]*)"')
_FORM = re.compile(r'<form method="post" action="([^"]+)"')


@dataclass(kw_only=True)
class Compose:
    """`docker compose` on one project. `version` names the images."""

    project: str
    ports: dict[str, int]
    version: str
    built: set[str] = field(default_factory=set)

    @property
    def portal(self) -> str:
        return f"http://localhost:{self.ports['portal']}"

    def run(self, *words: str, within: int = 600, sets: Mapping[str, str] | None = None) -> str:
        """What it wrote; the test fails when it does not end with 0. `sets` are variables on top of the project's."""
        env = {**self._environ(), **(sets or {})}
        return _run("docker", "compose", "--ansi", "never", *words, env=env, within=within)

    def up(self) -> None:
        """Build what is missing, start what does not run, and wait until all of it is healthy."""
        build = [] if self.version in self.built else ["--build"]
        self.run("up", "--detach", "--wait", "--wait-timeout", str(_UP_WITHIN), "--quiet-pull", *build)
        self.built.add(self.version)

    def down(self) -> None:
        """Remove containers, networks, volumes and the images built for it."""
        for version in self.built:
            self.version = version
            self.run("--profile", "*", "down", "--volumes", "--remove-orphans", "--rmi", "local", "--timeout", "5")

    def operations(self, *words: str, mount: str = "") -> str:
        """`perinatal` inside."""
        volume = ["--volume", mount] if mount else []
        return self.run("run", "--rm", "--no-TTY", *volume, "operations", *words)

    def inside(self, service: str, *words: str) -> str:
        """A program in a running container."""
        return self.run("exec", "--no-TTY", service, *words)

    def containers(self) -> dict[str, dict[str, Any]]:
        """What Docker says of each container, by the service's name."""
        ids = self.run("ps", "--all", "--quiet").split()
        told: list[dict[str, Any]] = json.loads(_run("docker", "inspect", *ids))
        return {each["Config"]["Labels"]["com.docker.compose.service"]: each for each in told}

    def lasting(self) -> dict[str, dict[str, Any]]:
        """Those that run."""
        return {name: each for name, each in self.containers().items() if each["State"]["Running"]}

    def kill(self, service: str) -> None:
        self.run("kill", service)

    def _environ(self) -> dict[str, str]:
        return {
            **os.environ,
            "COMPOSE_PROJECT_NAME": self.project,
            "PERINATAL_VERSION": self.version,
            "PERINATAL_PORT": str(self.ports["portal"]),
            "PERINATAL_IDENTITY_PORT": str(self.ports["identity"]),
            "PERINATAL_SYNTHETIC": "true",
            "PERINATAL_DEMO_FAMILIES": "2",
        }


@dataclass(kw_only=True)
class Visitor:
    """Somebody with a browser's cookies; no scripts."""

    portal: str
    http: httpx2.Client

    def sign_in(self, account: str) -> None:
        """At the identity provider's own page, and back."""
        page = self.http.get(f"{self.portal}/sign-in/begin")
        back = self.http.post(page.url, data={"username": account, "password": PASSWORD})
        assert str(back.url).startswith(self.portal), f"{account} was not signed in: {back.status_code} {back.url}"

    def page(self, path: str) -> str:
        """What a page says."""
        response = self.http.get(f"{self.portal}{path}")
        assert response.is_success, f"{path}: {response.status_code}"
        return response.text

    def send(self, path: str, values: dict[str, str]) -> httpx2.Response:
        """The form of a page, filled in."""
        page = self.page(path)
        action = next(action for action in _FORM.findall(page) if "sign-out" not in action)
        hidden = {name: unescape(value) for name, value in _HIDDEN.findall(page)}
        return self.http.post(f"{self.portal}{action}", data={**hidden, **values})


def available() -> str:
    """Why compose cannot be used here; empty when it can."""
    if shutil.which("docker") is None:
        return "docker is not installed"
    for words in (("docker", "info"), ("docker", "compose", "version")):
        if subprocess.run(words, check=False, capture_output=True).returncode != 0:
            return f"`{' '.join(words)}` does not work here"
    return ""


def _run(*words: str, env: dict[str, str] | None = None, within: int = 120) -> str:
    done = subprocess.run(
        words, check=False, cwd=ROOT, env=env, capture_output=True, text=True, timeout=within, stdin=subprocess.DEVNULL
    )
    assert done.returncode == 0, f"{' '.join(words)}\n{done.stdout[-3000:]}\n{done.stderr[-3000:]}"
    return done.stdout
