# Sourced after setup.sh. Phases of a long script: each one announced, timed, run to its end whatever the others did, and reported in one line.

phases_failed=()
phases_times=()

# phase TITLE FUNCTION: FUNCTION runs in a shell of its own with `set -e` in force, which it would not be inside a condition.
phase() {
    local title=$1 function=$2 started=$SECONDS status
    printf '\n==== %s ====\n' "$title"
    set +e
    (
        set -euo pipefail
        "$function"
    )
    status=$?
    set -e
    local took=$((SECONDS - started))
    phases_times+=("$(printf '%5d s  %s' "$took" "$title")")
    if ((status != 0)); then
        phases_failed+=("$title")
        say "==== $title: FAILED (exit $status) after $took s ===="
    else
        say "==== $title: passed in $took s ===="
    fi
}

# phases_summary FACTS: the durations, then exactly one final line; ends the script.
phases_summary() {
    local failed
    printf '\nPhases:\n'
    printf '%s\n' "${phases_times[@]}"
    if ((${#phases_failed[@]} == 0)); then
        say "$SLUICE_SCRIPT: PASSED in $SECONDS s: $1"
        exit 0
    fi
    failed=$(printf ', %s' "${phases_failed[@]}")
    say "$SLUICE_SCRIPT: FAILED after $SECONDS s: ${failed:2}; $1"
    exit 1
}
