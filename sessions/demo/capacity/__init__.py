"""How many students a server carries: one is started for it, and loaded until it no longer does."""
