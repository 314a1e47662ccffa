"""Demonstrations: recorded lessons and simulated classes."""
