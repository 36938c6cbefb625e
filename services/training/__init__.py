"""Training of professionals, consultations with them, input of local families: what was done and who was reached."""
