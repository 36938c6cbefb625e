"""Random passwords and keys of one stack, a file each, made once."""

import base64
import secrets
from dataclasses import dataclass
from pathlib import Path

from deploy.local.home import write_whole


@dataclass(frozen=True, slots=True, kw_only=True)
class Credentials:
    folder: Path

    def password(self, name: str) -> str:
        """The password of an account or role, 32 URL-safe characters."""
        return self._kept(name, secrets.token_urlsafe(24))

    def key(self, name: str) -> str:
        """A key of 32 random bytes, in base64."""
        return self._kept(name, base64.b64encode(secrets.token_bytes(32)).decode())

    def _kept(self, name: str, fresh: str) -> str:
        path = self.folder / name
        if not path.exists():
            write_whole(path, fresh)
        return path.read_text(encoding="utf-8")
