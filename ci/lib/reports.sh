# Reading what ctest, Surefire and -Xcheck:jni left behind. Uses the variables of ci/test: work, java_target, *_feature.

# junit_counts FOLDER: "run failed skipped" over the TEST-*.xml files there.
junit_counts() {
    { cat "$1"/TEST-*.xml 2>/dev/null || true; } | awk '
        /<testsuite / {
            run += value("tests"); failed += value("failures") + value("errors"); skipped += value("skipped")
        }
        function value(name) { return match($0, " " name "=\"[0-9]+") ? substr($0, RSTART + length(name) + 3, RLENGTH) + 0 : 0 }
        END { print run - skipped, failed + 0, skipped + 0 }'
}

# junit_ran FOLDER WHAT: a green run of no tests at all is a failure.
junit_ran() {
    local run rest
    read -r run rest <<<"$(junit_counts "$1")"
    ((run > 0)) || { say "no $2 ran (looked for reports in ${1#"$SLUICE_ROOT"/})"; return 1; }
}

# jni_findings LOG: fails when the JNI checker blamed a frame of ours. The first frame under a warning is the native
# method at work (or, while JNI_OnLoad runs, the JDK's loader); other first frames are the JDK's own business, and a library
# that JNA loads for a test is JNA's.
jni_findings() {
    awk '
        function settle() { if (blamed != "" && !foreign) { print blamed; findings++ } blamed = ""; foreign = 0 }
        /(WARNING|FATAL ERROR) in native method|^WARNING: JNI local refs|^Warning: JNI/ { settle(); heading = $0; next }
        heading != "" {
            if ($0 ~ /^[ \t]+at (io\.sluice\.|.*NativeLibraries\.load)/) blamed = heading "\n" $0
            heading = ""
            next
        }
        blamed != "" && /^[ \t]+(at|-) / { foreign = foreign || /at com\.sun\.jna\.Native\.loadNativeDispatchLibrary/; next }
        { settle() }
        END { settle(); printf "-Xcheck:jni: %d findings in Sluice\n", findings; exit findings > 0 }' "$1"
}

# tsan_works WORK_DIR: older TSan runtimes refuse the address layouts of newer kernels, or are not installed.
tsan_works() {
    printf 'int main(void) { return 0; }\n' >"$1/tsan-check.c"
    gcc -fsanitize=thread -o "$1/tsan-check" "$1/tsan-check.c" >"$1/tsan-check.log" 2>&1 &&
        "$1/tsan-check" >>"$1/tsan-check.log" 2>&1
}

# failed_tests: the tests that failed, each with the first lines of what it said. Nothing when none did.
failed_tests() {
    local reports
    reports=$(find "$java_target" -name 'TEST-*.xml' 2>/dev/null; find "$work" -name 'ctest-*.log' 2>/dev/null)
    [[ -n $reports ]] || return 0
    sort <<<"$reports" | while read -r report; do
        awk -f "$SLUICE_ROOT/ci/lib/failures.awk" "$report" | awk -v report="${report#"$SLUICE_ROOT"/}" '
            NR == 1 { print "Failed in " report ":" } { print }'
    done
}

# One clause for each kind of test that left a report.
reports_summary() {
    local facts='' log name folder title run failed skipped passed_line total
    for name in release asan-ubsan tsan; do
        log=$work/ctest-$name.log
        [[ -f $log ]] || continue
        passed_line=$(grep -E 'tests passed, [0-9]+ tests? failed out of' "$log" | tail -n 1) || continue
        failed=$(sed 's/.*passed, \([0-9]*\) .*/\1/' <<<"$passed_line")
        total=${passed_line##* }
        skipped=$(grep -c '\*\*\*Skipped' "$log" || true)
        facts+="ctest $name $((total - failed - skipped)) passed $failed failed $skipped skipped; "
    done
    while read -r folder title; do
        [[ -d $java_target/$folder ]] || continue
        read -r run failed skipped <<<"$(junit_counts "$java_target/$folder")"
        facts+="$title $((run - failed)) passed $failed failed $skipped skipped; "
    done <<EOF
surefire-reports unit
failsafe-reports/jdk-base contract on JDK $base_feature
failsafe-reports/jdk-newer contract on JDK ${newer_feature:-none}
failsafe-xcheck/jdk-base -Xcheck:jni
failsafe-interop/jdk-base SCTP with other stacks
EOF
    facts+=$(tail -n 1 "$work/cells.log" 2>/dev/null || say "cells: none checked")
    say "$facts"
}
