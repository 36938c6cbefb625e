"""A small whole instrument file, to break one line at a time."""

WHOLE = """\
code: demo
version: "1"
title: Demonstration of the format
recall_days: 7
reference: nobody's
items:
  - {number: 1, minimum: 0, maximum: 3}
  - {number: 2, minimum: 0, maximum: 3, reversed_on_form: true}
  - {number: 3, minimum: 0, maximum: 3}  # last
scores:
  - name: total
    items: [1, 2, 3]
    method: sum
    minimum: 0
    maximum: 9
    direction: lower-is-better
    missing_at_most: 0
    bands:
      - {at_least: 0, label: low}
      - {at_least: 5, label: high}
    thresholds:
      - {name: caseness, at_least: 5, source: nobody}
    reliable_change:
      - {name: points, points: 3, source: nobody}
    codes:
      - {system: snomed, code: "450320001", verified: false, source: nobody}
risk_items:
  - {item: 3, at_least: 1, concern: self-harm}
codes: []
licence:
  holder: nobody
  terms: none
  wording_may_ship: false
"""
