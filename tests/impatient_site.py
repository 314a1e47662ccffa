"""The site with less patience for requests that do not come, for tests: they wait as long."""

from engagement_site import bodies

bodies.SENT_WITHIN_S = 2.0  # type: ignore[misc]

from engagement_site.asgi import application  # noqa: E402

__all__ = ["application"]
