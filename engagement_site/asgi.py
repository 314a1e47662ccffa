"""The entry point: pages, sockets, and the threads that a serving process needs.

Daphne has no start-up hook and AppConfig.ready() runs for every command, so the model is
loaded from here: in a thread, so that the port is open at once and /healthz tells the rest.
"""

import asyncio
import atexit
import logging
import os
import threading

from django.core.asgi import get_asgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "engagement_site.settings")
pages = get_asgi_application()

# E402: what follows imports models, which need Django set up by the line above.
from channels.auth import AuthMiddlewareStack  # noqa: E402
from channels.routing import ProtocolTypeRouter, URLRouter  # noqa: E402
from channels.security.websocket import (  # noqa: E402
    AllowedHostsOriginValidator,
    WebsocketDenier,
)
from channels.sessions import CookieMiddleware  # noqa: E402
from daphne import http_protocol  # noqa: E402
from daphne.ws_protocol import WebSocketProtocol  # noqa: E402
from django.urls import path, re_path  # noqa: E402
from twisted.internet import reactor  # noqa: E402
from twisted.internet.defer import Deferred  # noqa: E402

from engagement_site.bodies import MemoryRequest  # noqa: E402
from inference import service  # noqa: E402
from sessions.live.recorder import recorder  # noqa: E402
from sessions.live.sockets.base import close_all  # noqa: E402
from sessions.live.sockets.dashboard import DashboardConsumer  # noqa: E402
from sessions.live.sockets.student import StudentConsumer  # noqa: E402

logger = logging.getLogger(__name__)

# A message over Daphne's limit is then closed with 1009, which a page can explain, instead of
# a dropped connection.
WebSocketProtocol.failByDrop = False
# Daphne has no setting for the class that it makes requests of.
http_protocol.WebRequest = MemoryRequest

sockets = URLRouter(
    [
        path("ws/class/<str:code>/", CookieMiddleware(StudentConsumer.as_asgi())),
        path("ws/dashboard/<int:pk>/", AuthMiddlewareStack(DashboardConsumer.as_asgi())),
        re_path(r"", WebsocketDenier.as_asgi()),
    ]
)

application = ProtocolTypeRouter({"http": pages, "websocket": AllowedHostsOriginValidator(sockets)})


def _warm() -> None:
    try:
        service.warm()
        logger.info("Ready: frames are analysed")
    except Exception:
        logger.critical(
            "Frames cannot be analysed; `python manage.py check` says why", exc_info=True
        )


def _say_goodbye() -> Deferred[None]:
    """Daphne's own way to end the sockets fails where a page has just been served."""
    return Deferred.fromFuture(asyncio.ensure_future(close_all()))


reactor.addSystemEventTrigger("before", "shutdown", _say_goodbye)  # type: ignore[arg-type]
recorder.start()
atexit.register(recorder.stop)
threading.Thread(target=_warm, name="warm", daemon=True).start()
