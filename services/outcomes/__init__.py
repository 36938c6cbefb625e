"""Outcomes: measures recorded, scored, corrected; risk flagged whatever the total."""
