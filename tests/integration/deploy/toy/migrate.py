"""Makes the toy's one table."""

import asyncio
import os
import sys

import asyncpg


async def migrate() -> None:
    connection = await asyncpg.connect(os.environ["PERINATAL_DATABASE_OWNER"])
    await connection.execute("create table if not exists notes (id integer primary key, text text not null)")
    await connection.execute("grant select, insert on notes to toy_app")
    await connection.close()


if __name__ == "__main__":
    if reason := os.environ.get("TOY_CANNOT_MIGRATE"):
        sys.exit(reason)
    asyncio.run(migrate())
