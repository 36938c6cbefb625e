"""The evaluation report as a file: JSON as the portal gives it, CSV for a spreadsheet, one HTML page, a PDF to print or send."""
