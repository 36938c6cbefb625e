"""`perinatal keys rewrap` on one keyring, in a process of its own, to be killed: `rewrapper ADMIN_DSN KEYS [--new-key]`."""

import asyncio
import sys

from deploy.operations.keys import rewrap
from services.kit.settings import keys_of
from services.kit.wrapping import MasterKeys


def main(admin: str, keys: str, *options: str) -> None:
    new_key = "--new-key" in options
    asyncio.run(rewrap(admin, MasterKeys(*keys_of(keys)), lambda _done, _total: None, new_key=new_key))


if __name__ == "__main__":
    main(*sys.argv[1:])
