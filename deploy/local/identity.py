"""The OpenID Connect provider of the local stack: nanoidp, for development, bound to this machine."""

import sys
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import httpx2

from deploy.local.accounts import DEMO_PASSWORD, Account, add_accounts, platform_accounts, read_accounts
from deploy.local.ask import ask
from deploy.local.credentials import Credentials
from deploy.local.errors import StackError
from deploy.local.home import Home, write_whole
from deploy.local.parts import Command

AUDIENCE = "perinatal"
PORTAL_CLIENT = "portal"
PUBLIC_ACCOUNT = "public"
COMMAND_LINE_CLIENT = "command-line"
_SETTINGS = Path(__file__).parent.parent / "identity" / "settings.yaml"


def users_file(home: Home) -> Path:
    """Where the provider's accounts are."""
    return home.root / "identity" / "users.yaml"


@dataclass(frozen=True, slots=True, kw_only=True)
class Identity:
    """The provider of this stack; `portal` is the address people come back to after signing in.

    With `demo` the accounts of networks may have the demonstration's known password.
    """

    home: Home
    port: int
    portal: str
    demo: bool = False
    name: str = "identity"
    needs: tuple[str, ...] = ()

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def prepare(self) -> None:
        self._folder.mkdir(exist_ok=True)
        write_whole(self._folder / "settings.yaml", _SETTINGS.read_text(encoding="utf-8"))
        add_accounts(users_file(self.home), [*platform_accounts(self._credentials), *self._no_longer_known()])

    def command(self) -> Command:
        secret = self._credentials.password
        return Command(
            argv=(sys.executable, "-m", "nanoidp", "--config", str(self._folder), "--strict-config"),
            cwd=self._folder,
            env={
                "IDENTITY_PORT": str(self.port),
                "IDENTITY_ISSUER": self.address,
                "IDENTITY_AUDIENCE": AUDIENCE,
                "IDENTITY_PORTAL_URL": self.portal,
                "IDENTITY_PORTAL_SECRET": secret("client-portal"),
                "IDENTITY_COMMAND_LINE_SECRET": secret("client-command-line"),
                "IDENTITY_SESSION_KEY": secret("identity-session"),
                "IDENTITY_MANAGEMENT_SECRET": secret("identity-management"),
                "PYTHONUNBUFFERED": "1",
            },
        )

    def healthy(self) -> bool:
        try:
            return ask(f"{self.address}/.well-known/openid-configuration").is_success
        except httpx2.HTTPError:
            return False

    def _no_longer_known(self) -> list[Account]:
        """The accounts an earlier demonstration gave its known password: outside of one it must not open anything."""
        if self.demo:
            return []
        known = [account for account in read_accounts(users_file(self.home)) if account.password == DEMO_PASSWORD]
        return [replace(account, password=self._credentials.password(account.username)) for account in known]

    @property
    def _folder(self) -> Path:
        return self.home.root / "identity"

    @property
    def _credentials(self) -> Credentials:
        return Credentials(folder=self.home.secrets)


def add_live(home: Home, address: str, accounts: Sequence[Account]) -> None:
    """Add accounts to the running provider, without a restart. Raises StackError when it does not take them."""
    add_accounts(users_file(home), accounts)
    secret = Credentials(folder=home.secrets).password("identity-management")
    try:
        answer = httpx2.post(f"{address}/api/config/reload", headers={"X-Management-Secret": secret}, timeout=10)
        answer.raise_for_status()
    except httpx2.HTTPError as problem:
        raise StackError(f"the identity provider did not take the new accounts: {problem}") from problem
