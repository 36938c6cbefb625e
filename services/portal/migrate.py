"""Brings the database up to date. `python -m services.portal.migrate`."""

from pathlib import Path

from services.kit.migrate import main, plain_migrations

NAME = "portal"
MIGRATIONS = plain_migrations(NAME, Path(__file__).parent / "migrations")

if __name__ == "__main__":
    main(NAME, MIGRATIONS)
