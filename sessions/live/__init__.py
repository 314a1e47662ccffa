"""The live class: sockets, recorder, broadcast."""
