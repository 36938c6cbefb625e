"""The smallest service the stack can run: it migrates one table and answers whether it is well."""

import asyncio
import json
import os
import sys
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import asyncpg


class Handler(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        body = json.dumps({"status": "ok", "pid": os.getpid()}).encode()
        self.send_response(200 if self.path == "/healthz" else 404)
        self.end_headers()
        self.wfile.write(body)


async def migrate() -> None:
    connection = await asyncpg.connect(os.environ["PERINATAL_DATABASE_OWNER"])
    await connection.execute("create table if not exists notes (id integer primary key, text text not null)")
    await connection.execute("grant select, insert on notes to toy_app")
    await connection.close()


if __name__ == "__main__":
    if sys.argv[1:] == ["migrate"]:
        if reason := os.environ.get("TOY_CANNOT_MIGRATE"):
            sys.exit(reason)
        asyncio.run(migrate())
    else:
        ThreadingHTTPServer(("127.0.0.1", int(os.environ["PERINATAL_PORT"])), Handler).serve_forever()
