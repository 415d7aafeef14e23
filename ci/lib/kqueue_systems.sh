# Sourced after setup.sh and zig.sh. The C sources, tests included, for the systems that have a kqueue: every warning is an error. No such
# system is run.
#
# macOS: compiled and linked, tests and all. FreeBSD, NetBSD, OpenBSD: compiled where there are headers, not linked. Those come from
# zig, which has some of these systems' from version 0.15 on, or from a folder that is laid out like the system's /usr/include:
# SLUICE_BSD_HEADERS="x86_64-freebsd=/path aarch64-netbsd=/path".

readonly SLUICE_BSDS=(FreeBSD NetBSD OpenBSD)
readonly SLUICE_BSD_PROCESSORS=(x86_64 aarch64) # as zig names them

# compile_for_kqueue BUILD_DIR: one line for each system, compiled or left out; fails when one does not compile.
compile_for_kqueue() {
    local system processor target headers failed=0 platforms=$SLUICE_ROOT/cmake/platforms
    for target in ${SLUICE_BSD_HEADERS:-}; do
        [[ -f ${target#*=}/sys/event.h ]] || die 2 "SLUICE_BSD_HEADERS: $target has no sys/event.h"
    done
    mkdir -p "$1"
    for target in osx-x86_64 osx-aarch_64; do
        compile_sources "$target" "$1" -DCMAKE_TOOLCHAIN_FILE="$platforms/$target.cmake" || failed=1
    done
    for system in "${SLUICE_BSDS[@]}"; do
        for processor in "${SLUICE_BSD_PROCESSORS[@]}"; do
            target=$processor-${system,,}
            if headers=$(bsd_headers "$target"); then
                compile_sources "$target" "$1" -DCMAKE_TOOLCHAIN_FILE="$SLUICE_ROOT/cmake/Bsd.cmake" -DSLUICE_BSD="$system" \
                    -DSLUICE_BSD_PROCESSOR="$processor" -DSLUICE_BSD_HEADERS="$headers" || failed=1
            else
                say "$target: left out, no headers (zig $("$SLUICE_ZIG" version) has none, SLUICE_BSD_HEADERS names none)"
            fi
        done
    done
    return $failed
}

# bsd_headers TARGET: the folder that was named for it; empty when zig has the headers; fails when there are none.
bsd_headers() {
    local target=$1 entry
    for entry in ${SLUICE_BSD_HEADERS:-}; do
        if [[ ${entry%%=*} == "$target" ]]; then
            say "${entry#*=}"
            return 0
        fi
    done
    [[ -d $(dirname "$SLUICE_ZIG")/lib/libc/include/generic-${target#*-} ]]
}

compile_sources() { # compile_sources TARGET BUILD_DIR CMAKE_ARGUMENT...
    local target=$1 build=$2/$1
    shift 2
    if cmake -S "$SLUICE_ROOT/native" -B "$build" -G Ninja -DCMAKE_BUILD_TYPE=Debug -DSLUICE_ZIG="$SLUICE_ZIG" \
        -DSLUICE_JAVA_HOME="$SLUICE_JDK" "$@" >"$build.log" 2>&1 && cmake --build "$build" -- -k 0 >>"$build.log" 2>&1; then
        say "$target: $(find "$build" -name '*.o' | wc -l) sources compiled without a warning"
    else
        say "$target: does not compile"
        grep -E '(error|warning): ' "$build.log" || tail -n 20 "$build.log"
        return 1
    fi
}
