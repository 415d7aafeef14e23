# Sourced after setup.sh and zig.sh. The C sources, tests included, for FreeBSD, NetBSD and OpenBSD: every warning is an error. Compiled
# where there are headers, not linked; no such system is run.
#
# Headers come from zig, which has some of these systems' from version 0.15 on, or from a folder that is laid out like the system's
# /usr/include: SLUICE_BSD_HEADERS="x86_64-freebsd=/path aarch64-netbsd=/path".

readonly SLUICE_BSDS=(FreeBSD NetBSD OpenBSD)
readonly SLUICE_BSD_PROCESSORS=(x86_64 aarch64) # as zig names them

# bsd_headers TARGET: the folder that was named for it; empty when zig has the headers; fails when there are none.
bsd_headers() {
    local target=$1 entry
    for entry in ${SLUICE_BSD_HEADERS:-}; do
        if [[ ${entry%%=*} == "$target" ]]; then
            [[ -f ${entry#*=}/sys/event.h ]] || die 2 "SLUICE_BSD_HEADERS: ${entry#*=} has no sys/event.h"
            say "${entry#*=}"
            return 0
        fi
    done
    [[ -d $(dirname "$SLUICE_ZIG")/lib/libc/include/generic-${target#*-} ]]
}

# compile_for_bsds BUILD_DIR: one line for each system, compiled or left out; fails when one does not compile.
compile_for_bsds() {
    local system processor target headers failed=0
    mkdir -p "$1"
    for system in "${SLUICE_BSDS[@]}"; do
        for processor in "${SLUICE_BSD_PROCESSORS[@]}"; do
            target=$processor-${system,,}
            if ! headers=$(bsd_headers "$target"); then
                say "$target: left out, no headers (zig $("$SLUICE_ZIG" version) has none, SLUICE_BSD_HEADERS names none)"
            elif compile_for_bsd "$system" "$processor" "$headers" "$1/$target" >"$1/$target.log" 2>&1; then
                say "$target: $(find "$1/$target" -name '*.o' | wc -l) sources compiled without a warning"
            else
                say "$target: does not compile"
                grep -E '(error|warning): ' "$1/$target.log" || tail -n 20 "$1/$target.log"
                failed=1
            fi
        done
    done
    return $failed
}

compile_for_bsd() { # compile_for_bsd SYSTEM PROCESSOR HEADERS BUILD_DIR
    cmake -S "$SLUICE_ROOT/native" -B "$4" -G Ninja -DCMAKE_TOOLCHAIN_FILE="$SLUICE_ROOT/cmake/Bsd.cmake" -DSLUICE_BSD="$1" \
        -DSLUICE_BSD_PROCESSOR="$2" -DSLUICE_BSD_HEADERS="$3" -DSLUICE_ZIG="$SLUICE_ZIG" -DSLUICE_JAVA_HOME="$SLUICE_JDK" &&
        cmake --build "$4" -- -k 0
}
