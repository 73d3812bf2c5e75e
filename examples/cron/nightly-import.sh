#!/bin/sh
# Imports every file of an inbox folder as customers and moves it away.
#
#   nightly-import.sh [INBOX]            INBOX is ~/kehu/inbox unless given
#
# Imported files go to INBOX/done, rows that could not be imported to
# INBOX/rejects: mend them there and put the file back into the inbox.
# Whoever fills the inbox should write under a name that ends in .part and
# rename the file when it is whole; such names are passed over.
#
# Says nothing when all went well. Otherwise it tells what happened and ends with
#   6   some rows were rejected
#   75  the database stayed busy; the files left are tried the next time
#   or the code of the import that failed; its file stays in the inbox
#
# Settings, from the environment: KEHU the program, TRIES how often to try a
# busy database, PAUSE the seconds between two tries.

set -u
umask 077

inbox=${1:-$HOME/kehu/inbox}
kehu=${KEHU:-kehu}
tries=${TRIES:-5}
pause=${PAUSE:-60}

finished=$inbox/done
rejected=$inbox/rejects
mkdir -p "$finished" "$rejected" || exit 1

stamp=$(date +%Y-%m-%dT%H%M%S)
said=$inbox/.nightly-import.$$
trap 'rm -f "$said"' EXIT
trap 'exit 130' INT
trap 'exit 143' TERM

status=0
for file in "$inbox"/*; do
    [ -f "$file" ] || continue
    case $file in
        *.part | *.tmp) continue ;;
    esac
    name=$stamp-${file##*/}
    rejects=$rejected/$name

    try=1
    while :; do
        "$kehu" -q customer import "$file" --rejects "$rejects" >"$said" 2>&1
        code=$?
        [ "$code" -eq 75 ] && [ "$try" -lt "$tries" ] || break
        try=$((try + 1))
        sleep "$pause"
    done

    # A rejects file without content is of no use to anybody.
    [ -s "$rejects" ] || rm -f "$rejects"

    case $code in
        0)
            mv "$file" "$finished/$name" || status=1
            ;;
        6)
            mv "$file" "$finished/$name" || status=1
            echo "$file: some rows were rejected, see $rejects"
            cat "$said"
            [ "$status" -ne 0 ] || status=6
            ;;
        75)
            echo "$file: the database is busy, left for the next time"
            cat "$said"
            case $status in 0 | 6) status=75 ;; esac
            break
            ;;
        *)
            echo "$file: not imported (code $code)"
            cat "$said"
            status=$code
            ;;
    esac
done
exit "$status"
