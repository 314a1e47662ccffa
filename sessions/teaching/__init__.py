"""A teacher's pages before and around a class."""
