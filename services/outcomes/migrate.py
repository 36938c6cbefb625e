"""Brings the database up to date. `python -m services.outcomes.migrate`."""

from pathlib import Path

from services.kit.migrate import main, store_migrations

NAME = "outcomes"
MIGRATIONS = store_migrations(NAME, Path(__file__).parent / "migrations")

if __name__ == "__main__":
    main(NAME, MIGRATIONS)
