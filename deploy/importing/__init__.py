"""Bulk import of a PCN's spreadsheet: read the mapping, plan, review, then send the commands the web form sends."""
