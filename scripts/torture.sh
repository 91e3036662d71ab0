#!/usr/bin/env bash
# The whole job under random writes while everything is killed, stopped and cut; then all is compared.
# docs/guarantees.md says what is promised, CONTRIBUTING.md how to read what this prints.
#
#   scripts/torture.sh [--minutes M] [--seed S]     3 minutes and a random seed where nothing is said
#
# Exit 0 only if no difference was found. Longer runs are made of rounds, each with the next seed.
set -euo pipefail
root=$(cd -- "$(dirname -- "$(readlink -f -- "${BASH_SOURCE[0]}")")/.." && pwd -P)
minutes=3
seed=$((SRANDOM % 1000000))
while (($# > 0)); do
  case $1 in
    --minutes) minutes=${2:?how many} && shift 2 ;;
    --seed) seed=${2:?which} && shift 2 ;;
    *)
      echo "unknown argument '$1'; usage: scripts/torture.sh [--minutes M] [--seed S]" >&2
      exit 2
      ;;
  esac
done
echo "torture: seed $seed, minutes $minutes; repeat it with: scripts/torture.sh --seed $seed --minutes $minutes"
cd -- "$root"
rm -f -- modules/torture/target/torture/summary.txt
code=0
mvn -B -ntp -q -pl modules/torture -am verify -Dtest='TortureTest#shouldStayExactForThreeMinutes' \
  -Dsurefire.failIfNoSpecifiedTests=false -Dtorture.minutes="$minutes" -Dtorture.seed="$seed" || code=$?
cat -- modules/torture/target/torture/summary.txt 2>/dev/null || echo "torture: it has not come to its end"
echo "timelines and logs: $root/modules/torture/target/torture"
exit "$code"
