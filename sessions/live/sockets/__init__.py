"""Sockets: thin adapters between browsers and live classes."""
