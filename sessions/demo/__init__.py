"""Demonstrations: recorded sessions and simulated classes."""
