#!/usr/bin/env bash
# What we do next to what does the same, on the same servers, in turn: backfill, changes, latency, lag,
# memory, CPU. docs/performance.md says what is measured and how.
#
#   scripts/bench.sh [--rows N] [--rounds N] [--seconds N] [--only backfill,changes,…] [--json FILE]
set -euo pipefail
root=$(cd -- "$(dirname -- "$(readlink -f -- "${BASH_SOURCE[0]}")")/.." && pwd -P)
CROSSFADE_APP=bench exec "$root/crossfade" --ratios "$root/modules/bench/ratios.json" "$@"
