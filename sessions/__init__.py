"""The web application: courses, sessions, participants, samples."""
