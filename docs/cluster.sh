#!/usr/bin/env bash
# Bulk work by three workers, of which one is killed with kill -9 in the middle: over PostgreSQL, then over a SQLite file.
# Every bill must be done once, none lost, and every verdict be that of the run without a queue.
#
#   docs/cluster.sh              the check
#   docs/cluster.sh figures      how long 1, 2 and 3 workers take, and their memory
#
# METERS (96) and DAYS (31) say how much is done, WORK where, PORT (54329) where PostgreSQL listens meanwhile. PostgreSQL
# is used as it is installed; where it is not, apt-get installs the system's package. Its data lie in a folder that goes
# with the run.
set -euo pipefail
cd "$(dirname "$0")/.."

meters=${METERS:-96} days=${DAYS:-31} port=${PORT:-54329}
root=$PWD work=${WORK:-$(mktemp -d)}
period=2026-05-01..$(date -d "2026-05-01 + $days days" +%F)
export WATTPROOF_NOW=2026-08-01T00:00:00Z
wattproof=${WATTPROOF:-${CARGO_TARGET_DIR:-$root/target}/release/wattproof}

say() { printf '\n== %s (%s s)\n' "$*" "$SECONDS"; }
fail() { echo "FAILED: $*" >&2; exit 1; }

# A number of a JSON answer.
number() { sed -n "s/^  \"$1\": \([0-9.]*\),\{0,1\}$/\1/p" "$2"; }

postgres_bin() {
    for folder in "$(dirname "$(command -v initdb || echo /none/x)")" /usr/lib/postgresql/*/bin; do
        if [ -x "$folder/initdb" ] && [ -x "$folder/pg_ctl" ]; then echo "$folder"; return; fi
    done
}

# PostgreSQL does not run as root: root lends it another name.
as_postgres() {
    if [ "$(id -u)" = 0 ]; then runuser -u "$(id -un postgres 2>/dev/null || echo nobody)" -- "$@"; else "$@"; fi
}

start_postgres() {
    bin=$(postgres_bin)
    if [ -z "$bin" ]; then
        say "PostgreSQL from the system's packages"
        if [ "$(id -u)" = 0 ]; then apt-get install -y postgresql >&2; else sudo apt-get install -y postgresql >&2; fi
        bin=$(postgres_bin)
    fi
    data=$(mktemp -d)
    if [ "$(id -u)" = 0 ]; then chown "$(id -un postgres 2>/dev/null || echo nobody)" "$data"; fi
    (
        cd "$data"
        as_postgres "$bin/initdb" -D "$data/db" -U bills --auth=trust --encoding=UTF8 >"$work/initdb.log"
        as_postgres "$bin/pg_ctl" -D "$data/db" -w -l "$data/log" \
            -o "-p $port -c listen_addresses=127.0.0.1 -c unix_socket_directories=$data" start >"$work/pg_ctl.log"
    )
    queue_postgres=postgres://bills@127.0.0.1:$port/postgres
}

stop_postgres() {
    if [ -n "${data:-}" ]; then
        (cd "$data" && as_postgres "$bin/pg_ctl" -D "$data/db" -m immediate stop >/dev/null) || true
        rm -rf "$data"
    fi
}

pids=()
finish() {
    if [ ${#pids[@]} -gt 0 ]; then kill "${pids[@]}" 2>/dev/null || true; fi
    stop_postgres
    if [ -z "${WORK:-}" ]; then rm -rf "$work"; fi
}
trap finish EXIT

# Meters with a month of readings each, registered and assigned, their keys in one folder.
make_street() {
    say "$meters meters, $days days"
    mkdir -p "$work/keys" "$work/batches"
    cd "$work"
    export WATTPROOF_STORE=$work/store.redb
    "$wattproof" tariff publish "$root/fixtures/tariffs/good/cumulative.tariff" -q
    for n in $(seq -w 1 "$meters"); do
        "$wattproof" household "m$n.csv" --days $((days + 1)) --seed "1$n" --start 2026-05-01 --tz Europe/London -q
        "$wattproof" meter new "m$n.meter" --id "m$n" --json | sed -n 's/^  "key": "\(.*\)",$/\1/p' >"keys/m$n.key"
        "$wattproof" meter record "m$n.meter" --readings "m$n.csv" -q
        "$wattproof" meter send "m$n.meter" --out batches -q
        "$wattproof" register "m$n.meter.pub" -q
        "$wattproof" tariff assign "m$n" cumulative --from 2026-05-01 -q
        rm "m$n.csv" "m$n.meter" "m$n.meter.pub"
    done
    "$wattproof" import batches -q
    cp store.redb registered.redb
}

# Workers, one job at a time each; `workers` are their process ids.
start_workers() {
    workers=()
    for n in $(seq 1 "$2"); do
        "$wattproof" worker --queue "$1" --jobs 1 --json >"$work/worker$n.json" &
        workers+=($!) pids+=($!)
    done
}

stop_workers() {
    for pid in "${workers[@]}"; do
        sed -n 's/^VmHWM:[[:space:]]*\([0-9]*\) kB$/\1/p' "/proc/$pid/status" >>"$work/peaks" 2>/dev/null || true
        kill -TERM "$pid" 2>/dev/null || true
        wait "$pid" 2>/dev/null || true
    done
}

# Kills the first worker once something is done, and starts another.
kill_one() {
    for _ in $(seq 1 6000); do
        if "$@"; then
            kill -9 "${workers[0]}"
            echo "killed worker ${workers[0]} with kill -9"
            return
        fi
        sleep 0.02
    done
    fail "nothing was done within two minutes"
}

some_bill() { ls "$work/$out" 2>/dev/null | grep -q '\.bill$'; }
some_verdict() { "$wattproof" list bills --limit 1 --json | grep -q '"verdict"'; }

prove() { "$wattproof" bulk prove --keys keys --period "$period" --out "$out" "$@" --json; }
verify() { "$wattproof" bulk verify "$out" "$@" --json; }
verdicts() { sed -e '/"seconds"/d' -e '/"per_second"/d' "$1"; }

check() {
    queue=$1 out=bills-$2
    say "prove over $queue"
    rm -f "$work"/store.ledger && cp registered.redb store.redb
    start_workers "$queue" 3
    prove --queue "$queue" >"proved-$2.json" & asking=$!
    kill_one some_bill
    wait "$asking" || fail "bulk prove ended with $?"
    [ "$(number accepted "proved-$2.json")" = "$meters" ] || fail "not every bill was proved"
    [ "$(ls "$out" | wc -l)" = "$meters" ] || fail "not every bill is there"
    [ "$(wc -l <store.ledger)" = $((meters + 1)) ] || fail "not every bill is charged once"
    stop_workers
    echo "$meters bills, each there and charged once"

    say "verify over $queue, two bills being false"
    spoil "$out/m$(seq -w 1 "$meters" | sed -n 2p).bill"
    spoil "$out/m$(seq -w 1 "$meters" | sed -n 7p).bill"
    cp registered.redb plain.redb
    WATTPROOF_STORE=$work/plain.redb verify >"plain-$2.json" || [ $? = 1 ] || fail "the plain run"
    start_workers "$queue" 3
    verify --queue "$queue" >"verified-$2.json" & asking=$!
    kill_one some_verdict
    wait "$asking" || [ $? = 1 ] || fail "bulk verify ended otherwise than by refusals"
    stop_workers
    diff <(verdicts "plain-$2.json") <(verdicts "verified-$2.json") || fail "the verdicts differ"
    [ "$(number accepted "verified-$2.json")" = $((meters - 2)) ] || fail "not every right bill was accepted"
    [ "$(number refused "verified-$2.json")" = 2 ] || fail "not every false bill was refused"
    echo "$((meters - 2)) accepted, 2 refused, as without a queue"
}

# Another last byte: the proof no longer holds.
spoil() {
    local size last
    size=$(stat -c %s "$1")
    last=$(tail -c 1 "$1" | od -An -tu1 | tr -d ' ')
    printf "\\x$(printf %02x $((last ^ 1)))" | dd of="$1" bs=1 seek=$((size - 1)) conv=notrunc status=none
}

figures() {
    printf '\n| queue | workers | prove, bills a second | verify, bills a second | peak of a worker, MiB |\n|---|--:|--:|--:|--:|\n'
    for kind in postgres sqlite; do
        queue=$queue_postgres
        for count in 1 2 3; do
            if [ $kind = sqlite ]; then queue=sqlite:$work/figures$count.db; fi
            out=figures-$kind-$count
            rm -f "$work"/store.ledger "$work"/peaks && cp registered.redb store.redb
            start_workers "$queue" "$count"
            prove --queue "$queue" >figures.json
            proved=$(number per_second figures.json)
            stop_workers
            start_workers "$queue" "$count"
            verify --queue "$queue" >figures.json
            verified=$(number per_second figures.json)
            stop_workers
            peak=$(sort -n peaks | tail -1)
            echo "| $kind | $count | $proved | $verified | $((peak / 1024)) |"
        done
    done
    rm -f "$work"/store.ledger && cp registered.redb store.redb
    out=figures-plain
    for jobs in 1 2; do
        rm -rf "$work"/store.ledger "$work/$out" && cp registered.redb store.redb
        prove --jobs $jobs >figures.json && proved=$(number per_second figures.json)
        verify --jobs $jobs >figures.json
        echo "| none, $jobs threads | | $proved | $(number per_second figures.json) | |"
    done
}

if [ ! -x "$wattproof" ] || [ -z "${WATTPROOF:-}" ]; then
    cargo build --release -p wattproof --features cluster
fi
make_street
start_postgres
if [ "${1:-}" = figures ]; then
    figures
else
    check "$queue_postgres" postgres
    check "sqlite:$work/queue.db" sqlite
    say "all good"
fi
