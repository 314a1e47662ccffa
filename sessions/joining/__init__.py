"""A student's way in: codes, cookies, consent, admission."""
