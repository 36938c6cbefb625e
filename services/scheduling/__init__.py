"""Scheduling: appointments and group sessions, who has which place, and who came."""
