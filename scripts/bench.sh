#!/usr/bin/env bash
# Backfill and changes next to what PostgreSQL does by itself, on the same servers, in turn.
#
#   scripts/bench.sh [--rows N] [--rounds N]
set -euo pipefail
root=$(cd -- "$(dirname -- "$(readlink -f -- "${BASH_SOURCE[0]}")")/.." && pwd -P)
CROSSFADE_APP=bench exec "$root/crossfade" "$@"
