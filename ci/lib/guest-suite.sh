# /run.sh of a guest: the C tests in the background, meanwhile Java. Runs under busybox. What it prints is read by
# ci/lib/suite.sh:
#
#   ENGINE engine=... binding=... features=...      and the following lines of the engine report
#   CTEST passed|failed|skipped NAME [REASON]
#   JAVA passed N failed N aborted N

cd /suite || exit 1
[ ! -f setup.sh ] || . ./setup.sh

c_tests() {
    while IFS='|' read -r name variables command; do
        started=$(cut -d. -f1 /proc/uptime)
        # shellcheck disable=SC2086
        timeout 300 env $variables ./$command >"/tmp/ctest" 2>&1
        status=$?
        case $status in
            0) echo "CTEST passed $name $(($(cut -d. -f1 /proc/uptime) - started)) s" ;;
            77) echo "CTEST skipped $name $(grep -i '^skipped: ' /tmp/ctest | head -n 1)" ;;
            *) echo "CTEST failed $name exit $status" && sed "s/^/  $name: /" /tmp/ctest | tail -n 40 ;;
        esac
    done <ctests
}

# -Xshare: the class data archive was made on the host, where it takes a second instead of a minute.
java="/jdk/bin/java -Xshare:auto -XX:TieredStopAtLevel=1 -XX:+UseSerialGC -Xmx512m"
c_tests &
if [ -f java-tests ]; then
    $java -cp 'lib/*' io.sluice.examples.EngineReport 2>&1 | sed 's/^/ENGINE /'
    # shellcheck disable=SC2046
    timeout 900 $java $(cat java-options) -cp 'test-classes:lib/*:junit/*' org.junit.platform.console.ConsoleLauncher execute \
        --disable-banner --disable-ansi-colors --details=summary --fail-if-no-tests $(cat java-launcher 2>/dev/null) $(sed 's/^/-c /' java-tests) >/tmp/java 2>&1
    echo "JAVA-EXIT $?"
    cat /tmp/java
fi
wait
