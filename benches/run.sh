#!/bin/sh
# Measures kehu beside the bare work on generated customers, and prints a table with the goals.
#
#   benches/run.sh [CUSTOMERS]      a million when nothing is said; the same as `cargo bench -- CUSTOMERS`
#
# What it makes stays in target/compare/CUSTOMERS, to be looked at; the next run makes it anew.
set -eu

size=${1:-1000000}
here=$(CDPATH='' cd -- "$(dirname -- "$0")/.." && pwd)
for tool in hyperfine sqlite3 awk; do
    command -v "$tool" >/dev/null || { echo "$tool is missing: apt-get install hyperfine sqlite3 mawk" >&2; exit 1; }
done
if [ -z "${KEHU_YARDSTICK:-}" ]; then
    cd "$here" && exec cargo bench --bench compare -- "$size"
fi

work=${KEHU_BENCH_FOLDER:-$here/target/compare/$size}
mkdir -p "$work"
unset KEHU_DB KEHU_USER LANG LC_ALL 2>/dev/null || true
export XDG_CONFIG_HOME="$work/none" NO_COLOR=1 LC_ALL=C.UTF-8
user=$(id -un) rows=$work/customers.csv database=$work/loaded.db
kehu="$KEHU_BINARY --db $database --as $user"

say() { echo "$*" >&2; }
now() { date +%s.%N; }
took() { awk -v from="$1" -v to="$(now)" 'BEGIN { printf "%.3f", to - from }'; }
# Runs a program; what it took of memory (KiB) and processor (s) goes to a file, where GNU time is there to tell.
watched() {
    if [ -x /usr/bin/time ]; then /usr/bin/time -q -f '%M %U %S' -o "$work/watched" "$@"; else "$@"; fi
}
processor() { awk '{ print $2 + $3 }' "$work/watched" 2>/dev/null || echo -; }
milliseconds() { awk -v s="$1" 'BEGIN { printf (s < 1 ? "%.1f ms" : "%.2f s"), (s < 1 ? s * 1000 : s) }'; }

# The median of a command, in seconds.
runs=15 warmup=3
median() {
    hyperfine -N --warmup "$warmup" --min-runs "$runs" --command-name x --export-csv "$work/x.csv" "$1" >/dev/null 2>"$work/x.err" ||
        { cat "$work/x.err" >&2; exit 1; }
    awk -F, 'NR == 2 { print $4 }' "$work/x.csv"
}

# line NAME OURS THEIRS GOAL: one row of the table; THEIRS may be `-`.
line() {
    if [ "$3" = - ]; then beside=- ratio=-; else
        beside=$(milliseconds "$3")
        ratio=$(awk -v a="$2" -v b="$3" 'BEGIN { printf "%.2f", a / b }')
    fi
    echo "| $1 | $(milliseconds "$2") | $beside | $ratio | $4 |"
}

# compare NAME GOAL KEHU-ARGUMENTS SQL: whole processes, side by side.
compare() {
    printf '%s\n' "$4" >"$work/query.sql"
    if [ "${5:-sqlite3}" = bare ]; then beside="$KEHU_YARDSTICK query $database $work/query.sql"
    else beside="sqlite3 -readonly $database '.read $work/query.sql'"; fi
    theirs=$(median "$beside")
    line "$1" "$(median "$kehu $3")" "$theirs" "$2"
}

[ -s "$rows" ] || "$KEHU_YARDSTICK" generate "$size" >"$rows"
say "Loading $size customers with the bare loader …"
rm -f "$database" "$database"-*
start=$(now)
watched "$KEHU_YARDSTICK" load "$rows" "$database" >/dev/null
loaded=$(took "$start") loaded_work=$(processor)
sqlite3 "$database" "UPDATE users SET login = '$user', login_key = '$user' WHERE id = 1"

echo "| $size customers | kehu | beside it | ratio | goal |"
echo "|---|---:|---:|---:|---|"

# The import, into a database that has the colleagues already.
imported=$work/imported.db
rm -f "$imported" "$imported"-*
import() { watched "$KEHU_BINARY" --db "$imported" --as "$user" --no-input "$@"; }
import init >/dev/null 2>&1 || true
"$KEHU_YARDSTICK" owners | while read -r name; do import user add "$name" >/dev/null; done
say "Importing $size customers …"
start=$(now)
import customer import "$rows" >"$work/import.txt" || say "The import ended with $?."
first=$(took "$start") first_work=$(processor) peak=$(awk '{ print int($1 / 1024) }' "$work/watched" 2>/dev/null) || peak=
present=$(import customer list --count)
if [ "$present" = "$size" ]; then
    line "import" "$first" "$loaded" "≤ 1.3 × the bare loader, ≥ 50 k rows/s at 10 k rows"
    if [ -n "$peak" ]; then
        line "import, processor time" "$first_work" "$loaded_work" "≤ 1.3 ×"
        echo "| import, peak memory | $peak MiB | - | - | ≤ 64 MiB |"
    fi
    start=$(now)
    import customer import "$rows" >"$work/again.txt" || true
    line "the same file again" "$(took "$start")" - "≤ 1 s for 100 k"
    [ -z "$peak" ] || line "the same file again, processor time" "$(processor)" - ""
else
    echo "| import | - | $(milliseconds "$loaded") | - | $present of $size rows arrived: see $work/import.txt |"
fi

shown="t.id, t.name, t.lifecycle, t.level, t.city, t.phone, t.email, t.owner, u.name, u.uid"
all="$shown, t.kind, t.entity, t.industry, t.region, t.since, t.notes, t.created_at, t.updated_at"
from="FROM customers t LEFT JOIN users u ON u.id = t.owner"
live="t.deleted_at IS NULL"
email=$(awk -F, 'NR == 501 { print $3 }' "$rows")
one="≤ 5 ms, ≤ 3.5 ×"
compare "customer list (newest 50)" "$one" "customer list --limit 50" \
    "SELECT $shown $from WHERE $live ORDER BY t.id DESC LIMIT 50;"
compare "customer show C500" "$one" "customer show C500" "SELECT $all $from WHERE t.id = 500;"
compare "customer show by e-mail" "$one" "customer show $email" \
    "SELECT $all $from WHERE t.email = '$email' AND $live;"
compare "customer list email=…" "$one" "customer list email=$email" "SELECT $shown $from WHERE t.email = '$email' AND $live;"
compare "filtered list (level=A city=杭州)" "$one" "customer list level=A city=杭州 --limit 50" \
    "SELECT $shown $from WHERE t.level = 'A' AND t.city = '杭州' AND $live ORDER BY t.id DESC LIMIT 50;"
compare "filtered count (level=A city=杭州)" "" "customer list level=A city=杭州 --count" \
    "SELECT COUNT(*) FROM customers t WHERE t.level = 'A' AND t.city = '杭州' AND $live;"
compare "count of all" "" "customer list --count" "SELECT COUNT(*) FROM customers t WHERE $live;"

# The apt shell may be too old for the full-text table, so a bare program with the same SQLite stands beside searches.
search() {
    compare "search: $1 (\`$2\`)" "$4" "customer list --limit 20 $2" "SELECT $shown FROM customers_search s CROSS JOIN customers t ON t.id = s.rowid \
LEFT JOIN users u ON u.id = t.owner WHERE s.customers_search MATCH '$3' AND $live ORDER BY s.rowid DESC LIMIT 20;" bare
}
search "two Chinese characters" 子轩 '"子轩"' "p50 ≤ 5 ms"
search "four characters" 杭州恒鑫 '"杭州 州恒 恒鑫"' "p50 ≤ 5 ms"
search "four digits" 2345 '"2345" *' "p50 ≤ 5 ms"
search "pinyin initials" wzx '"wzx" *' "p50 ≤ 5 ms"
search "two English words" "silver robotics" '"silver" AND "robotics" *' "p50 ≤ 5 ms"
search "a common term" 有限 '"有限"' "≤ 20 ms"

runs=5 warmup=1
compare "region × lifecycle" "≤ 25 ms" "customer list --group-by region,lifecycle" \
    "SELECT region, lifecycle, COUNT(*) AS n FROM customers t WHERE $live GROUP BY region, lifecycle ORDER BY n DESC;"
runs=2 warmup=0
compare "export to CSV" "" "customer list -f csv" ".mode csv
SELECT $shown $from WHERE $live ORDER BY t.id DESC;"
