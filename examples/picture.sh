#!/bin/sh
# Draws a page of the dashboard as text, from the real program on the demo's data: picture.sh [KEYS] [COLUMNS] [ROWS],
# such as picture.sh "2 / 招商银行 Enter" 100 26.
# Needs tmux; KEHU names the program (target/release/kehu).
set -eu
kehu=$(command -v "${KEHU:-target/release/kehu}")
folder=$(mktemp -d)
trap 'tmux -L kehu-picture kill-server 2>/dev/null || true; sleep 1; rm -rf "$folder"' EXIT
examples=$(cd "$(dirname "$0")" && pwd)
cp -R "$examples" "$folder/examples"
cd "$folder"
export KEHU_NOW=2026-03-31T09:00 KEHU_LANG="${KEHU_LANG:-en}" HOME="$folder"
"$kehu" -q demo >/dev/null 2>&1
export KEHU_DB="$folder/kehu-demo.db"
tmux -L kehu-picture new-session -d -x "${2:-100}" -y "${3:-26}" "$kehu tui --as 韩志远"
sleep 2
for key in ${1:-1}; do
    tmux -L kehu-picture send-keys "$key"
    sleep 1
done
tmux -L kehu-picture capture-pane -p | sed 's/[[:space:]]*$//'
