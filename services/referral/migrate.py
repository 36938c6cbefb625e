"""Brings the database up to date. `python -m services.referral.migrate`."""

from pathlib import Path

from services.kit.migrate import main, store_migrations

NAME = "referral"
MIGRATIONS = store_migrations(NAME, Path(__file__).parent / "migrations")

if __name__ == "__main__":
    main(NAME, MIGRATIONS)
