#!/usr/bin/env bash
# Migrates pgbench's tables on Debian's PostgreSQL while pgbench writes to them, kills the job three
# times by "kill -9" and compares both sides by SQL. Exit 0 only if they are equal.
#
#   scripts/pgbench.sh [SEED]     the seed decides when the job is killed
#
# Installs Debian's "postgresql" where it is missing, which needs root or sudo. Its cluster lives in a
# temporary directory and is gone at the end, and so is all else that was started. PGBENCH_LOGS=DIR
# keeps the logs there.
set -euo pipefail

seed=${1:-20260101}
root=$(cd -- "$(dirname -- "$(readlink -f -- "${BASH_SOURCE[0]}")")/.." && pwd -P)
crossfade=$root/crossfade

load_seconds=20
clients=4
scale=5
rows_per_second=20000

say() { printf '%(%H:%M:%S)T  %s\n' -1 "$*"; }

fail() {
  say "FAILED: $*"
  exit 1
}

# Drawn at once: a sub-shell would draw numbers of its own.
RANDOM=$seed
after_percent=$((5 + RANDOM % 40))
after_records=$((1 + RANDOM % 2000))
after_load_ms=$((RANDOM % 4000))

## PostgreSQL

find_postgres() {
  local newest
  newest=$(ls -d /usr/lib/postgresql/*/bin 2>/dev/null | sort -V | tail -n 1)
  if [[ -n $newest && -x $newest/initdb && -x $newest/pgbench ]]; then
    bin=$newest
  else
    return 1
  fi
}

install_postgres() {
  local sudo=()
  if ((EUID != 0)); then
    command -v sudo >/dev/null || fail "Debian's postgresql is not installed, and only root can install it"
    sudo=(sudo -n)
  fi
  say "installing Debian's postgresql"
  {
    "${sudo[@]}" apt-get update &&
      "${sudo[@]}" env DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends postgresql
  } >"$dir/apt.log" 2>&1 || fail "apt-get install postgresql"
  find_postgres || fail "postgresql is installed, but there is no initdb or no pgbench in /usr/lib/postgresql/*/bin"
}

# PostgreSQL refuses to run as root.
as_postgres() {
  if ((EUID == 0)); then
    (cd / && exec runuser -u postgres -- "$@")
  else
    "$@"
  fi
}

is_free() { ! (exec 3<>"/dev/tcp/127.0.0.1/$1") 2>/dev/null; }

free_port() {
  local try
  for ((try = 0; try < 100; try++)); do
    port=$((20000 + SRANDOM % 12000))
    if is_free "$port"; then
      return
    fi
  done
  fail "no free port"
}

start_postgres() {
  mkdir "$dir/postgres"
  (umask 077 && echo "$PGPASSWORD" >"$dir/postgres/password")
  if ((EUID == 0)); then
    chown -R postgres: "$dir/postgres"
  fi
  as_postgres "$bin/initdb" -D "$dir/postgres/data" -U postgres -A scram-sha-256 --pwfile="$dir/postgres/password" \
    -E UTF8 --locale=C >"$dir/initdb.log" 2>&1 || fail "initdb"
  local try
  for ((try = 0; try < 5; try++)); do
    free_port
    PGPORT=$port
    if as_postgres "$bin/pg_ctl" -D "$dir/postgres/data" -l "$dir/postgres/server.log" -w -t 60 -o \
      "-p $PGPORT -c unix_socket_directories= -c listen_addresses=127.0.0.1 -c wal_level=logical -c max_wal_senders=10 -c max_replication_slots=10" \
      start >"$dir/pg_ctl.log" 2>&1; then
      postgres_runs=yes
      return
    fi
  done
  fail "PostgreSQL does not start"
}

# sql DATABASE: executes stdin, prints values only.
sql() { "$bin/psql" -X -q -A -t -v ON_ERROR_STOP=1 -d "$1"; }

## The job

start_job() {
  runs=$((runs + 1))
  job_log=$dir/run-$runs.log
  (cd -- "$dir" && exec "$crossfade" run -f m.yaml "$@") >"$job_log" 2>&1 &
  job=$!
  say "run $runs: pid $job"
}

kill_job() {
  [[ $(<"/proc/$job/comm") == java ]] || fail "pid $job is not the job's JVM"
  kill -9 "$job"
  local code=0
  wait "$job" 2>/dev/null || code=$?
  ((code == 137)) || fail "the job was to be killed, but ended with $code by itself"
  say "kill -9 $job: $1"
  job=
}

# Sets "status" to what the job says of itself; fails while it says nothing.
ask() {
  status=
  local line
  {
    exec 3<>"/dev/tcp/127.0.0.1/$status_port"
  } 2>/dev/null || return 1
  printf 'GET /api/status HTTP/1.0\r\nHost: 127.0.0.1\r\n\r\n' >&3
  IFS= read -r -t 10 line <&3 && [[ $line == *' 200 '* ]] || {
    exec 3<&-
    return 1
  }
  while IFS= read -r -t 10 line <&3 && [[ $line != $'\r' ]]; do :; done
  status=$(cat <&3)
  exec 3<&-
  [[ -n $status ]]
}

# field EXPRESSION: of the last status, which is called s.
field() {
  "$bin/psql" -X -q -A -t -v ON_ERROR_STOP=1 -v status="$status" -d postgres <<<"SELECT $1 FROM (SELECT :'status'::jsonb) AS x(s)"
}

chunks_done="(SELECT sum((t->>'chunksDone')::int) FROM jsonb_array_elements(s->'tables') t)"
chunks_total="(SELECT sum((t->>'chunksTotal')::int) FROM jsonb_array_elements(s->'tables') t)"
waiting="coalesce((s->'lag'->>'applyRecords')::bigint, 0)"

# await SECONDS CONDITION: until the status fulfils it; the job has to be alive.
await() {
  local until=$((SECONDS + $1))
  while ! { ask && [[ $(field "$2") == t ]]; }; do
    kill -0 "$job" 2>/dev/null || fail "the job ended by itself while waiting for: $2"
    ((SECONDS < until)) || fail "not within $1 s: $2; the last status: ${status:-none}"
    sleep 0.1
  done
}

## What is compared: the mapping's own SELECT there, the columns here

accounts="SELECT aid AS account_id, 'B' || CAST(bid AS VARCHAR) AS branch, CAST(abalance AS BIGINT) * 100 AS balance_cents, TRIM(filler) AS note FROM public.pgbench_accounts"
history="SELECT id, aid AS account_id, delta, mtime AS at, delta > 0 AS big FROM public.pgbench_history WHERE delta <> 0"

# fingerprint DATABASE SELECT: number of rows, and a sum of hashes of their text.
fingerprint() {
  sql "$1" <<<"SELECT count(*), coalesce(sum(('x' || left(md5(r::text), 15))::bit(60)::bigint), 0) FROM ($2) r"
}

compare() {
  local here there
  there=$(fingerprint source "$2")
  here=$(fingerprint target "$3")
  say "$1: source $there, target $here"
  [[ $here == "$there" ]] || fail "$1 differs"
}

## The end, whatever it was

runs=0
job=
load=
postgres_runs=
status=
dir=$(mktemp -d "${TMPDIR:-/tmp}/crossfade-pgbench.XXXXXX")
chmod 755 "$dir"

stop() {
  local pid=$1 try
  kill "$pid" 2>/dev/null || return 0
  for ((try = 0; try < 150; try++)); do
    kill -0 "$pid" 2>/dev/null || return 0
    sleep 0.1
  done
  kill -9 "$pid" 2>/dev/null || true
}

clean_up() {
  local code=$? log
  trap - EXIT
  if [[ -n $load ]]; then stop "$load"; fi
  if [[ -n $job ]]; then stop "$job"; fi
  if ((code != 0)); then
    # What was written last comes last.
    for log in $(ls -tr -- "$dir"/*.log "$dir"/*/*.log 2>/dev/null | tail -n 5); do
      echo "--- the end of ${log#"$dir"/}"
      tail -n 30 -- "$log"
    done
  fi
  if [[ -n ${PGBENCH_LOGS:-} ]]; then
    mkdir -p -- "$PGBENCH_LOGS" && cp -- "$dir"/*.log "$dir"/*/*.log "$PGBENCH_LOGS/" || true
  fi
  if [[ -n $postgres_runs ]]; then
    as_postgres "$bin/pg_ctl" -D "$dir/postgres/data" -m immediate -w stop >/dev/null 2>&1 || true
  fi
  # The broker ends with its job, but after it.
  local try
  for ((try = 0; try < 100; try++)); do
    rm -rf -- "$dir" 2>/dev/null && [[ ! -e $dir ]] && break
    sleep 0.2
  done
  exit "$code"
}
trap clean_up EXIT
trap 'exit 130' INT
trap 'exit 143' TERM HUP

## The scenario

export PGHOST=127.0.0.1 PGPORT PGUSER=postgres PGPASSWORD=pgbench-$seed
# The text of a value must not depend on who asks for it.
export PGOPTIONS='-c DateStyle=ISO,YMD -c TimeZone=UTC -c IntervalStyle=postgres -c extra_float_digits=1 -c bytea_output=hex'
export PGCLIENTENCODING=UTF8

say "seed $seed"
find_postgres || install_postgres
"$crossfade" --version >"$dir/build.log" 2>&1 || fail "the build"
start_postgres
say "$("$bin/pgbench" --version) on port $PGPORT"

sql postgres <<SQL
CREATE ROLE crossfade LOGIN REPLICATION PASSWORD '$PGPASSWORD';
CREATE DATABASE source OWNER crossfade;
CREATE DATABASE target OWNER crossfade;
SQL
export PGUSER=crossfade
"$bin/pgbench" -i -q -s "$scale" source >"$dir/pgbench-init.log" 2>&1 || fail "pgbench -i"
sql source <<<"ALTER TABLE pgbench_history ADD COLUMN id bigserial PRIMARY KEY"
"$bin/pgbench" -n -c "$clients" -t 250 source >"$dir/pgbench-before.log" 2>&1 || fail "pgbench before the migration"
sql target <<'SQL'
CREATE TABLE accounts (account_id int PRIMARY KEY, branch text, balance_cents bigint, note text);
CREATE TABLE history (id bigint PRIMARY KEY, account_id int, delta int, at timestamp, big boolean);
SQL
before=$(sql source <<<"SELECT count(*) FROM pgbench_history")

free_port
status_port=$port
cat >"$dir/m.yaml" <<YAML
migration: pgbench
source:
  connector: postgres
  url: jdbc:postgresql://127.0.0.1:$PGPORT/source
  username: crossfade
  password: "\${env:PGPASSWORD}"
target:
  connector: postgres
  url: jdbc:postgresql://127.0.0.1:$PGPORT/target
  username: crossfade
  password: "\${env:PGPASSWORD}"
kafka:
  embedded: ./crossfade-data
tables:
  - into: public.accounts
    select: $accounts
  - into: public.history
    select: $history
backfill:
  # So slow that the first kill meets it half way.
  parallelism: 1
  max-rows-per-second: $rows_per_second
server: { bind: 127.0.0.1, port: $status_port }
YAML

start_job
await 240 "$chunks_done > 0"
"$bin/pgbench" -n -c "$clients" -T "$load_seconds" source >"$dir/pgbench-load.log" 2>&1 &
load=$!
say "load: $clients clients for $load_seconds s"

await 120 "$chunks_done * 100 >= $after_percent * $chunks_total"
[[ $(field "$chunks_done > 0 AND $chunks_done < $chunks_total") == t ]] || fail "not half way: $status"
kill_job "$(field "$chunks_done || ' of ' || $chunks_total || ' chunks done'")"

start_job
await 240 "$waiting >= $after_records"
[[ $(field "$waiting > 0") == t ]] || fail "nothing waits: $status"
kill_job "$(field "$waiting") records wait for apply"

start_job
wait "$load" || fail "pgbench"
load=
say "load ended: $(grep -o 'actually processed: [0-9]*' "$dir/pgbench-load.log")"
await 240 "true"
sleep "$((after_load_ms / 1000)).$(printf '%03d' $((after_load_ms % 1000)))"
(cd -- "$dir" && "$crossfade" status -f m.yaml) || fail "crossfade status"
ask || fail "the job does not answer"
kill_job "the load has ended; $(field "s->>'phase'"), $(field "$chunks_done || ' of ' || $chunks_total || ' chunks done'"), $(field "$waiting") records wait"

start_job --exit-when caught-up
until=$((SECONDS + 300))
while kill -0 "$job" 2>/dev/null; do
  ((SECONDS < until)) || fail "run --exit-when caught-up has not ended within 300 s"
  sleep 0.2
done
code=0
wait "$job" || code=$?
job=
((code == 0)) || fail "run --exit-when caught-up ended with $code"
say "run --exit-when caught-up ended with 0"

after=$(sql source <<<"SELECT count(*) FROM pgbench_history")
((after > before)) || fail "the load has written nothing"
compare accounts "$accounts" "SELECT account_id, branch, balance_cents, note FROM accounts"
compare history "$history" "SELECT id, account_id, delta, at, big FROM history"
say "equal after three kills; history grew from $before to $after rows meanwhile"
