# Sourced after setup.sh. Building the C tests and running them; uses the variable work of the script, the folder of its logs.

# c_tests NAME BUILD_TYPE SANITIZERS [CMAKE_ARGUMENT... --] [CTEST_ARGUMENT...]
c_tests() {
    local name=$1 type=$2 sanitizers=$3 build=$SLUICE_ROOT/native/target/ctest-$1 cmake_arguments=() argument
    shift 3
    for argument in "$@"; do
        if [[ $argument == -- ]]; then
            while [[ $1 != -- ]]; do
                cmake_arguments+=("$1")
                shift
            done
            shift
            break
        fi
    done
    cmake -S "$SLUICE_ROOT/native" -B "$build" -G Ninja -DCMAKE_BUILD_TYPE="$type" \
        -DSLUICE_SANITIZE="$sanitizers" -DSLUICE_JAVA_HOME="$SLUICE_JDK" ${cmake_arguments[@]+"${cmake_arguments[@]}"} \
        >"$work/cmake-$name.log" || { cat "$work/cmake-$name.log"; return 1; }
    cmake --build "$build" >"$work/build-$name.log" || { cat "$work/build-$name.log"; return 1; }
    ctest --test-dir "$build" --output-on-failure --no-tests=error "$@" 2>&1 | tee "$work/ctest-$name.log"
    grep '^SKIPPED: ' "$build/Testing/Temporary/LastTest.log" | sort | uniq -c || true
}
