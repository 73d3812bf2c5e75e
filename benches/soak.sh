#!/bin/sh
# Presses keys at random on a dashboard for some minutes and says what it took: benches/soak.sh DATABASE [MINUTES] [USER]
# Needs tmux. Nothing is saved: the keys only look, and the database is a copy.
set -eu
kehu=${KEHU_BINARY:-target/release/kehu}
minutes=${2:-10}
folder=$(mktemp -d)
socket="kehu-soak-$$"
trap 'tmux -L "$socket" kill-server 2>/dev/null || true; rm -rf "$folder"' EXIT
cp "$1" "$folder/soak.db"
export KEHU_DB="$folder/soak.db" KEHU_USER="${3:-$(id -un)}" XDG_STATE_HOME="$folder" KEHU_GLYPHS=unicode
tmux -L "$socket" -f /dev/null new-session -d -x 120 -y 36 "$kehu tui"
sleep 2
process=$(tmux -L "$socket" display-message -p '#{pane_pid}')
memory() { awk '/VmRSS/ { print int($2 / 1024) }' "/proc/$process/status"; }
ticks() { awk '{ print $14 + $15 }' "/proc/$process/stat"; }
echo "memory at the start: $(memory) MiB"
end=$(($(date +%s) + minutes * 60))
told=$(date +%s)
seed=1
while [ "$(date +%s)" -lt "$end" ]; do
    for _ in 1 2 3 4 5 6 7 8 9 10; do
        seed=$(((seed * 1103515245 + 12345) % 2147483648))
        set -- j k j k NPage PPage Enter Escape Tab 1 2 3 5 6 7 G Home '?' Escape ']' '[' Space Escape h l
        shift $((seed / 65536 % $#))
        tmux -L "$socket" send-keys "$1"
    done
    [ -d "/proc/$process" ] || { echo "it ended"; exit 1; }
    # Whether it goes on growing shows from minute to minute.
    if [ $(($(date +%s) - told)) -ge 60 ]; then
        told=$(date +%s)
        echo "memory: $(memory) MiB"
    fi
done
echo "memory after $minutes minutes of keys: $(memory) MiB"
tmux -L "$socket" send-keys Escape Escape Escape
sleep 3
before=$(ticks)
sleep 20
echo "processor while idle: $(awk -v used=$(($(ticks) - before)) 'BEGIN { printf "%.2f", used / 20 }') %"
