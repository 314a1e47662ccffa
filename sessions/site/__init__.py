"""What the whole site shares: health, accounts, pages, palette."""
