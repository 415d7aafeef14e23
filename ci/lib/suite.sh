# Sourced after guest.sh. The suite that is run on other kernels and processors: all C tests, and a selection of the Java contract
# tests. suite_* put it into a root folder and read what ci/lib/guest-suite.sh printed there.

# What each row shows of the contract from Java; the C tests cover it all, and ci/test the rest of the Java suite.
readonly SUITE_JAVA_TESTS=(io.sluice.contract.{CompletionsIT,EndOfStreamIT,SendOrderIT,StaleHandleIT,CloseIT} io.sluice.api.EchoIT)
readonly SUITE_JAVA_MODULES=java.base,java.logging,java.management,java.xml,jdk.jfr,jdk.management,jdk.net,jdk.unsupported

# suite_ctests BUILD FOLDER [NAME_PATTERN [EXCEPT_PATTERN]]: the programs of a CMake build, and their list: name, environment, command.
suite_ctests() {
    local build=$1 folder=$2 command
    mkdir -p "$folder/suite/test"
    # Left out: what looks at files of the build itself; SCTP over UDP, which runs in user space; and uring_features, which under
    # translation takes as long as all others together and on a real kernel differs from the runs with masks (without_*) in detail only.
    ctest --test-dir "$build" -N -V -LE library -R "${3:-.}" -E "${4:-^uring_features|^sctp_}" | awk -v build="$build/" '
        / Test command: / { command = $0; sub(/^[^:]*: Test command: /, "", command); gsub(/"/, "", command); sub(build, "", command); variables = "" }
        /^[0-9]+:  SLUICE_[A-Z_]*=/ { variables = variables $2 " " }
        /^ *Test +#/ { sub(/^ *Test +#[0-9]+: /, ""); print $0 "|" variables "|" command }' >"$folder/suite/ctests"
    [[ -s $folder/suite/ctests ]] || { warn "ctest lists no tests in $build"; return 1; }
    cut -d '|' -f 3 "$folder/suite/ctests" | cut -d ' ' -f 1 | sort -u | while read -r command; do
        cp "$build/$command" "$folder/suite/$command"
    done
}

# Kernels by their rows: which suite of Debian has them, and where they lie.
kernel_suite() {
    case $1 in
        5.10) say bullseye ;;
        6.1) say bookworm ;;
        6.12) say trixie ;;
        newest | disabled) say sid ;;
        *) die 2 "unknown row \"$1\"; rows: 5.10 6.1 6.12 newest, and disabled for ci/kernels" ;;
    esac
}

kernel_folder() { say "$SLUICE_CACHE/kernel-$(kernel_suite "$1")-$(guest_host_arch)"; }

kernel_fetch() { debian_kernel "$(kernel_suite "$1")" "$(guest_host_arch)" "cloud-$(guest_host_arch)" "$(kernel_folder "$1")"; }

# suite_java FOLDER [OPTION...]: jars, test classes and JUnit's launcher, which Maven fetches. Needs build_jars before.
suite_java() {
    local folder=$1/suite version
    shift
    mkdir -p "$folder"/{lib,junit}
    cp "$SLUICE_ROOT"/examples/target/lib/*.jar "$(module_jar examples)" "$folder/lib/"
    cp -r "$SLUICE_ROOT/java-api/target/test-classes" "$folder/test-classes"
    version=$(sed -n 's/.*<junit.version>5\(.*\)<\/junit.version>.*/1\1/p' "$SLUICE_ROOT/pom.xml")
    run_mvn -q org.apache.maven.plugins:maven-dependency-plugin:copy -N \
        -Dartifact="org.junit.platform:junit-platform-console-standalone:$version" -DoutputDirectory="$folder/junit" || return 1
    cp -r "$SLUICE_ROOT/native/include" "$folder/include"
    printf '%s\n' "${SUITE_JAVA_TESTS[@]}" >"$folder/java-tests"
    printf '%s\n' -Dsluice.test.bindings=jni -Dsluice.test.cells.dir=/tmp/cells "$@" >"$folder/java-options"
}

# suite_java_select FOLDER CLASS...: these test classes instead of the selection, and none that is tagged slow.
suite_java_select() {
    local folder=$1/suite
    shift
    printf '%s\n' "$@" >"$folder/java-tests"
    say '--exclude-tag slow' >"$folder/java-launcher"
}

# suite_jdk FOLDER [JDK [MODULE]]: a small Java of this machine's kind, made of SLUICE_JDK or of another one.
suite_jdk() {
    "${2:-$SLUICE_JDK}/bin/jlink" --add-modules "$SUITE_JAVA_MODULES${3:+,$3}" --strip-debug --no-header-files --no-man-pages --output "$1/jdk" ||
        return 1
    "$1/jdk/bin/java" -Xshare:dump >/dev/null || return 1
    guest_libraries "$1" "$1/jdk/bin/java" "$1"/jdk/lib/*.so "$1"/jdk/lib/server/*.so
}

# suite_engine LOG: "engine; features, or the reason against io_uring"
suite_engine() {
    awk '/^ENGINE engine=/ {
            match($0, /engine=[a-z_]*/); engine = substr($0, RSTART + 7, RLENGTH - 7)
            if (match($0, /features=[^ ]*/)) features = substr($0, RSTART + 9, RLENGTH - 9)
        }
        /^ENGINE +engine io_uring: unavailable/ { reason = $0; sub(/.*unavailable: /, "", reason) }
        END { gsub(/,/, " ", features); print engine "; " (reason != "" ? reason : features) }' "$1"
}

suite_ctest_counts() { # suite_ctest_counts LOG [NAME_PATTERN]: "passed failed skipped"
    awk -v want="${2:-.}" '$1 == "CTEST" && $3 ~ want { n[$2]++ } END { print n["passed"] + 0, n["failed"] + 0, n["skipped"] + 0 }' "$1"
}

suite_java_counts() { # suite_java_counts LOG: "passed failed aborted"
    awk '/^\[ *[0-9]+ tests (successful|failed|aborted)/ { sub(/^\[ */, ""); n[$3] = $1 } END { print n["successful"] + 0, n["failed"] + 0, n["aborted"] + 0 }' "$1"
}
