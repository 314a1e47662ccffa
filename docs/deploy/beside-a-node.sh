#!/bin/sh
# Join Ray's cluster as a node without replicas, then become the command: a driver needs one beside it.
set -eu
python -m inference.on_ray.node --join "$RAY_ADDRESS" --ip "$(hostname -i)" --cpus 0 &
exec "$@"
