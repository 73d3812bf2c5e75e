#!/bin/sh
# Writes the customers of the last seven days to a folder: a CSV file for a
# spreadsheet and a text that is ready to be mailed.
#
#   weekly-report.sh [FOLDER]            FOLDER is ~/kehu/reports unless given
#
# Says nothing when all went well; otherwise it passes on what kehu said and
# its exit code (75: the database is busy, try again), and leaves no half-written
# file behind. To mail the text:
#
#   sendmail -t < ~/kehu/reports/new-customers.txt
#
# Settings, from the environment: KEHU the program, MAIL_TO the address in
# the text's To line.

set -u
umask 077

folder=${1:-$HOME/kehu/reports}
kehu=${KEHU:-kehu}
to=${MAIL_TO:-sales@haichuan.example}

day=$(date +%Y-%m-%d)
csv=$folder/new-customers-$day.csv
text=$folder/new-customers.txt
mkdir -p "$folder" || exit 1
trap 'rm -f "$csv.part" "$text.part" "$text.table"' EXIT
trap 'exit 130' INT
trap 'exit 143' TERM

"$kehu" customer list created_at=-7d.. -f csv >"$csv.part" || exit
count=$("$kehu" customer list created_at=-7d.. --count) || exit
"$kehu" customer list created_at=-7d.. -f table -c name,owner,created_at >"$text.table" || exit

{
    echo "To: $to"
    echo "Subject: New customers, week to $day: $count"
    echo "MIME-Version: 1.0"
    echo "Content-Type: text/plain; charset=utf-8"
    echo "Content-Transfer-Encoding: 8bit"
    echo
    echo "New customers in the seven days to $day: $count"
    echo
    cat "$text.table"
    echo
    echo "The whole list is in $csv"
} >"$text.part" || exit

mv "$csv.part" "$csv" && mv "$text.part" "$text"
