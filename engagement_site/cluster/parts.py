"""What Supervisor and the parts are told. Pure: nothing is started or written here."""

from __future__ import annotations

import sys
from dataclasses import dataclass
from getpass import getuser
from pathlib import Path
from typing import Final

from engagement_site.public.caddyfile import Front
from engagement_site.supervised import Program, escaped, quoted, section
from inference.on_ray.node import LOOPBACK

SITE: Final = "engagement_site.asgi:application"
DATABASE: Final = "engagement"
CONNECTIONS: Final = 200


@dataclass(frozen=True, slots=True)
class Cluster:
    """Where the parts are and how many there are.

    folder: of this cluster's files. postgres_dir: of PostgreSQL's data. programs: the folder of
    PostgreSQL's. user: whom PostgreSQL runs as, None for the user who starts it all. front: what
    Caddy serves. web: processes of pages and sockets; their ports follow base_port, and those of
    PostgreSQL, Redis and Ray follow theirs. replicas: of the analysis, cpus cores each.
    """

    folder: Path
    postgres_dir: Path
    programs: Path
    user: str | None
    front: Front
    web: int
    replicas: int
    cpus: int
    base_port: int
    postgres_password: str
    redis_password: str

    @property
    def web_ports(self) -> range:
        return range(self.base_port + 1, self.base_port + 1 + self.web)

    @property
    def postgres_port(self) -> int:
        return self.base_port + self.web + 1

    @property
    def redis_port(self) -> int:
        return self.base_port + self.web + 2

    @property
    def ray_port(self) -> int:
        # The one after it is Ray's, too.
        return self.base_port + self.web + 3

    @property
    def socket(self) -> Path:
        """Supervisor's own, by which supervisorctl and this program speak to it."""
        return self.folder / "supervisor.sock"

    def database_url(self, database: str = DATABASE) -> str:
        address = f"127.0.0.1:{self.postgres_port}"
        return f"postgres://{DATABASE}:{self.postgres_password}@{address}/{database}"

    def environment(self) -> dict[str, str]:
        """What the site's processes and commands have in their environment."""
        return {
            **self.front.environment(),
            "DATABASE_URL": self.database_url(),
            "REDIS_URL": f"redis://:{self.redis_password}@127.0.0.1:{self.redis_port}/0",
            "INFERENCE": "ray",
            "RAY_ADDRESS": f"{LOOPBACK}:{self.ray_port}",
            "RAY_REPLICAS": str(self.replicas),
            "RAY_REPLICA_CPUS": str(self.cpus),
        }

    def redis_conf(self) -> str:
        """Nothing is kept: what goes over Redis is news, and the database has the rest."""
        return (
            f"port {self.redis_port}\nbind 127.0.0.1\nprotected-mode yes\n"
            f'save ""\nappendonly no\nrequirepass {self.redis_password}\n'
        )

    def caddyfile(self) -> str:
        """Whichever web process answers has a share; one that does not is left out at once."""
        addresses = " ".join(f"127.0.0.1:{port}" for port in self.web_ports)
        return self.front.caddyfile(
            f"""reverse_proxy {addresses} {{
		lb_policy least_conn
		lb_try_duration 5s
		fail_duration 2s
		health_uri /healthz
		health_interval 2s
		health_timeout 5s
	}}"""
        )

    def supervisor_conf(self) -> str:
        """Each part in the order of its start; main() starts them, Supervisor keeps them up."""
        return "\n".join(
            (
                section("supervisord", nodaemon="true", logfile="/dev/null", logfile_maxbytes=0,
                        pidfile=escaped(self.folder / "supervisord.pid"), user=getuser()),
                section("unix_http_server", file=escaped(self.socket), chmod="0700"),
                section("supervisorctl", serverurl=f"unix://{escaped(self.socket)}"),
                section("rpcinterface:supervisor",
                        **{"supervisor.rpcinterface_factory":
                           "supervisor.rpcinterface:make_main_rpcinterface"}),
                *(program.section() for program in self.parts()),
            )
        )  # fmt: skip

    def parts(self) -> list[Program]:
        """In the order of their start, which is that of their end the other way round."""
        python = quoted(sys.executable)
        return [
            Program("postgresql", self._postgres(), user=self.user, stop_signal="INT", stop_s=20),
            Program("redis", f"redis-server {quoted(self.folder / 'redis.conf')}"),
            Program(
                "ray",
                f"{python} -m inference.on_ray.node --port {self.ray_port} "
                f"--cpus {self.replicas * self.cpus}",
                # What Ray has started ends with it.
                whole_group=True,
            ),
            Program("analysis", f"{python} manage.py serve_analysis"),
            Program(
                "web",
                f"{python} -m daphne -v 0 -b 127.0.0.1 -p %(process_num)d {SITE}",
                ports=self.web_ports,
                stop_s=30,
            ),
            Program(
                "caddy",
                f"caddy run --config {quoted(self.folder / 'Caddyfile')} --adapter caddyfile",
                # Caddy keeps a copy of its configuration: beside the rest, not in the user's home.
                environment={"XDG_CONFIG_HOME": self.folder, "XDG_DATA_HOME": self.folder},
            ),
        ]

    def _postgres(self) -> str:
        options = (
            "listen_addresses=127.0.0.1", f"port={self.postgres_port}",
            "unix_socket_directories=", f"max_connections={CONNECTIONS}",
            "log_statement=none",
        )  # fmt: skip
        said = " ".join(f"-c {option}" for option in options)
        return f"{quoted(self.programs / 'postgres')} -D {quoted(self.postgres_dir)} {said}"
