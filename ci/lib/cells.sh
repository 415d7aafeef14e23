# Which cells of engine x binding x JDK the contract tests must have run on this machine, and whether they did.
#
# The tests leave lines in java-api/target/cells/*.txt:
#
#   CELL io_uring/jni 17 ran
#   CELL io_uring/ffm 17 skipped needs JDK 22
#   CELL nio 17 ran                      (nio has no binding)

readonly SLUICE_URING_KERNEL_MIN=5.19 # the feature set the engine needs

# uring_refused WORK_DIR: prints why this machine cannot run io_uring; fails when it can.
uring_refused() {
    local disabled=/proc/sys/kernel/io_uring_disabled kernel
    if [[ $SLUICE_OS != Linux ]]; then
        say "$SLUICE_OS has no io_uring"
        return 0
    fi
    if [[ -r $disabled && $(<"$disabled") != 0 ]]; then
        say "$disabled is $(<"$disabled")"
        return 0
    fi
    kernel=$(uname -r | sed 's/^\([0-9]*\.[0-9]*\).*/\1/')
    if [[ $(printf '%s\n' "$SLUICE_URING_KERNEL_MIN" "$kernel" | sort -V | head -n 1) != "$SLUICE_URING_KERNEL_MIN" ]]; then
        say "kernel $kernel is older than $SLUICE_URING_KERNEL_MIN"
        return 0
    fi
    gcc -O1 -o "$1/io_uring_check" "$SLUICE_ROOT/ci/lib/io_uring_check.c" || return 1
    ! "$1/io_uring_check"
}

# The engine that every kernel of this system has.
readiness_engine() { if [[ $SLUICE_OS == Linux ]]; then say epoll; else say kqueue; fi; }

# required_cells BASE_FEATURE NEWER_FEATURE|"" WITH_URING(0|1): one "CELL JDK" per line.
required_cells() {
    local base=$1 newer=$2 with_uring=$3 jdk engine engines
    engines=("$(readiness_engine)")
    ((!with_uring)) || engines=(io_uring "${engines[@]}")
    for jdk in $base $newer; do
        for engine in "${engines[@]}"; do
            say "$engine/jni $jdk"
            say "$engine/jna $jdk"
            if ((jdk >= SLUICE_FFM_FEATURE)); then say "$engine/ffm $jdk"; fi
        done
        say "nio $jdk"
    done
}

# check_cells CELLS_DIR < required cells: prints a table; fails when a required cell did not run, or was skipped.
check_cells() {
    local lines
    lines=$(cat "$1"/*.txt 2>/dev/null | grep '^CELL ' || true)
    awk '
        NR == FNR { # the reports
            sub(/^CELL +/, "")
            cell = $1; jdk = $2; state = $3
            sub(/^nio\/.*/, "nio", cell); sub(/[^0-9].*/, "", jdk)
            key = cell " " jdk
            if (state == "ran") ran[key]++
            if (state == "skipped") { skipped[key]++; $1 = $2 = $3 = ""; sub(/^ +/, ""); reason[key] = $0 }
            next
        }
        {
            key = $1 " " $2; required++
            if (skipped[key])   { verdict = "SKIPPED: " reason[key]; bad++ }
            else if (ran[key])  verdict = "ran"
            else                { verdict = "NO REPORT"; bad++ }
            printf "  %-14s JDK %-3s %s\n", $1, $2, verdict
            seen[key] = 1
        }
        END {
            for (key in skipped) if (!(key in seen)) printf "  %-14s not required here: %s\n", key, reason[key]
            printf "cells: %d of %d required ran\n", required - bad, required
            exit bad > 0 || required == 0
        }' <(say "$lines" | sort) -
}

# check_ctest_engine ENGINE CTEST_LOG: at least one C test passed on that engine. Single tests may skip, for a feature
# that this kernel lacks; all of them may not.
check_ctest_engine() {
    local passed
    passed=$({ grep -s "Test *#[0-9]*: [a-z0-9_]*\.$1 .* Passed " "$2" || true; } | wc -l)
    say "  C tests        $1: $passed passed"
    ((passed > 0))
}
