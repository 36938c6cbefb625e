"""Makes the toy's one table."""

from pathlib import Path

from services.kit.migrate import plain_migrations

MIGRATIONS = plain_migrations("toy", Path(__file__).parent / "migrations")
