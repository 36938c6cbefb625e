"""Synthetic networks, families and measures for `perinatal up --demo`. Every NHS number starts with 9."""
