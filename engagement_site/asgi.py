"""The entry point: pages, sockets, and the threads that a serving process needs.

Daphne has no start-up hook and AppConfig.ready() runs for every command, so the model is
loaded from here: in a thread, so that the port is open at once and /readyz tells the rest.
"""

import asyncio
import os

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
from django.conf import settings  # noqa: E402
from django.urls import path, re_path  # noqa: E402
from twisted.internet import reactor  # noqa: E402
from twisted.internet.defer import Deferred  # noqa: E402

from engagement_site.bodies import BoundedChannel, MemoryRequest  # noqa: E402
from engagement_site.outage import OutageGuard  # noqa: E402
from engagement_site.proxies import TrustedProxies  # noqa: E402
from sessions.live import runtime  # noqa: E402
from sessions.live.sockets.dashboard import DashboardSocket  # noqa: E402
from sessions.live.sockets.room import RoomSocket  # noqa: E402
from sessions.live.sockets.student import StudentSocket  # noqa: E402

# A message over Daphne's limit is then closed with 1009, which a page can explain, instead of
# a dropped connection.
WebSocketProtocol.failByDrop = False
# Daphne has no setting for the classes that it makes connections and requests of.
http_protocol.WebRequest = MemoryRequest
http_protocol.HTTPFactory.protocol = lambda factory: BoundedChannel()

serving = runtime.from_settings()
runtime.serve_with(serving)

sockets = URLRouter(
    [
        path("ws/class/<str:code>/", CookieMiddleware(StudentSocket.as_asgi(runtime=serving))),
        path("ws/room/<str:code>/", CookieMiddleware(RoomSocket.as_asgi(runtime=serving))),
        path(
            "ws/dashboard/<int:pk>/", AuthMiddlewareStack(DashboardSocket.as_asgi(runtime=serving))
        ),
        re_path(r"", WebsocketDenier.as_asgi()),
    ]
)

application = TrustedProxies(
    ProtocolTypeRouter(
        {
            "http": OutageGuard(pages, serving.probes),
            "websocket": AllowedHostsOriginValidator(sockets),
        }
    ),
    settings.TRUSTED_PROXIES,
)


def _say_goodbye() -> Deferred[None]:
    """Daphne's own way to end the sockets fails where a page has just been served."""
    return Deferred.fromFuture(asyncio.ensure_future(serving.close()))


reactor.addSystemEventTrigger("before", "shutdown", _say_goodbye)  # type: ignore[arg-type]
# Not at the interpreter's exit, which waits for threads that may hang.
reactor.addSystemEventTrigger("after", "shutdown", serving.stop)  # type: ignore[arg-type]
# Once the loop runs, which it does not yet when the reactor says that it starts.
reactor.callLater(0, serving.begin)  # type: ignore[arg-type]
serving.start()
