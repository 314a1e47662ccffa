"""A class in the room: HTTPS on the local network, by a certificate made on the spot."""
