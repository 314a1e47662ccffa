"""What goes against the rules of the site, told to the user."""


class NotAllowed(Exception):
    """The step does not fit the present state; the message tells the user what to do."""
