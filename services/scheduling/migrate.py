"""Brings the database up to date. `python -m services.scheduling.migrate`."""

from pathlib import Path

from services.kit.migrate import main, store_migrations

NAME = "scheduling"
MIGRATIONS = store_migrations(NAME, Path(__file__).parent / "migrations")

if __name__ == "__main__":
    main(NAME, MIGRATIONS)
