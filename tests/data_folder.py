"""Keeps tests out of the user's data: named in pyproject.toml, so that it runs before settings."""

import os
import secrets
import tempfile
from pathlib import Path

os.environ.setdefault("DATA_DIR", tempfile.mkdtemp(prefix="engagement-tests-"))
# WhiteNoise warns of a folder that is not there.
(Path(os.environ["DATA_DIR"]) / "static").mkdir(parents=True, exist_ok=True)
# What OpenVINO's models are made from takes seconds: servers that tests start share them.
COMPILED = Path(os.environ["DATA_DIR"]) / "compiled"
COMPILED.mkdir(exist_ok=True)

# Ray reads these when it is imported, which a test may do before it has a cluster: one token for
# all clusters of a run. And what Ray leaves behind in a process would end it 10 s after a cluster.
os.environ.setdefault("RAY_AUTH_MODE", "token")
os.environ.setdefault("RAY_AUTH_TOKEN", secrets.token_hex(32))
os.environ.setdefault("RAY_gcs_rpc_server_reconnect_timeout_s", "100000")
