# Sourced by the scripts in ci/: where the repository is, what has to be installed, which JDKs there are, how Maven and
# the built programs are started. Defines functions and SLUICE_* variables; installs and prints nothing by itself.

# macOS comes with bash 3.2, which takes an empty array for an unset one.
if ((BASH_VERSINFO[0] < 4 || (BASH_VERSINFO[0] == 4 && BASH_VERSINFO[1] < 4))); then
    echo "${0##*/}: bash 4.4 or later is needed, this is $BASH_VERSION. On macOS: brew install bash" >&2
    exit 3
fi

SLUICE_ROOT=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
readonly SLUICE_ROOT
readonly SLUICE_SCRIPT=ci/${0##*/} # for messages
readonly SLUICE_BASE_FEATURE=17 # the JDK the base classes are compiled for
readonly SLUICE_FFM_FEATURE=22  # the first JDK with the final foreign function API
readonly SLUICE_DENY_FEATURE=24 # the first JDK with --illegal-native-access
readonly SLUICE_EXIT_MISSING=3  # something has to be installed by hand
SLUICE_OS=$(uname -s)           # Linux, Darwin
readonly SLUICE_OS

say() { printf '%s\n' "$*"; }
warn() { printf 'warning: %s\n' "$*" >&2; }
die() { # die EXIT_CODE MESSAGE...
    local code=$1
    shift
    printf '%s: %s\n' "$SLUICE_SCRIPT" "$*" >&2
    exit "$code"
}
box() { # box LINE...: what must not be overlooked
    local line width=0
    for line in "$@"; do ((${#line} > width)) && width=${#line}; done
    local rule
    rule=$(printf '%*s' $((width + 6)) '')
    say "${rule// /*}"
    for line in "$@"; do printf '** %-*s **\n' "$width" "$line"; done
    say "${rule// /*}"
}

# ---- packages ----

# need_packages PACKAGE[=COMMAND]...: installs what is missing with apt-get when run by root, and otherwise says what to
# install and ends the script. With =COMMAND the package counts as present when the command is, however it came there.
need_packages() {
    local spec package missing=()
    for spec in "$@"; do
        package=${spec%%=*}
        if [[ $spec == *=* ]] && command -v "${spec#*=}" >/dev/null; then continue; fi
        if package_installed "$package"; then continue; fi
        missing+=("$package")
    done
    ((${#missing[@]} == 0)) && return 0

    if [[ $(id -u) != 0 ]] || ! command -v apt-get >/dev/null; then
        die $SLUICE_EXIT_MISSING "missing: ${missing[*]}. On Debian: sudo apt-get install ${missing[*]}"
    fi
    say "Installing ${missing[*]}"
    export DEBIAN_FRONTEND=noninteractive
    if [[ -z ${SLUICE_APT_UPDATED:-} ]]; then
        apt-get update -qq || warn "apt-get update failed; going on with the package lists there are"
        SLUICE_APT_UPDATED=1
    fi
    apt-get install -y -qq --no-install-recommends "${missing[@]}" >/dev/null ||
        die $SLUICE_EXIT_MISSING "apt-get could not install: ${missing[*]}"
}

package_installed() {
    command -v dpkg-query >/dev/null &&
        [[ $(dpkg-query -W -f='${Status}' "$1" 2>/dev/null) == "install ok installed" ]]
}

# need_brew FORMULA=COMMAND...: on macOS nothing is installed; what is missing is named.
need_brew() {
    local spec missing=()
    for spec in "$@"; do
        command -v "${spec#*=}" >/dev/null || missing+=("${spec%%=*}")
    done
    ((${#missing[@]} == 0)) || die $SLUICE_EXIT_MISSING "missing: ${missing[*]}. On macOS: brew install ${missing[*]}"
}

processors() { if [[ $SLUICE_OS == Linux ]]; then nproc; else sysctl -n hw.ncpu; fi; }

# need_build_tools: all that the C and the Java build take. Sets SLUICE_JDK, the home of the JDK that Maven runs on.
need_build_tools() {
    if [[ $SLUICE_OS == Darwin ]]; then
        command -v cc >/dev/null || die $SLUICE_EXIT_MISSING "no C compiler. On macOS: xcode-select --install"
        need_brew cmake=cmake ninja=ninja maven=mvn
        SLUICE_JDK=$(find_jdk $SLUICE_BASE_FEATURE $SLUICE_BASE_FEATURE || find_jdk $SLUICE_BASE_FEATURE) ||
            die $SLUICE_EXIT_MISSING "no JDK $SLUICE_BASE_FEATURE or newer found. On macOS: brew install --cask temurin@17"
        return 0
    fi
    need_packages gcc=gcc libc6-dev cmake=cmake ninja-build=ninja binutils=readelf maven=mvn
    need_packages libusrsctp2 libusrsctp-dev # SCTP: the library goes into the jar, the header is what a C test compares with
    # The JRE that Debian's maven pulls in has no compiler.
    find_jdk $SLUICE_BASE_FEATURE >/dev/null || need_packages openjdk-17-jdk-headless
    SLUICE_JDK=$(find_jdk $SLUICE_BASE_FEATURE $SLUICE_BASE_FEATURE || find_jdk $SLUICE_BASE_FEATURE) ||
        die $SLUICE_EXIT_MISSING "no JDK $SLUICE_BASE_FEATURE or newer found. On Debian: sudo apt-get install openjdk-17-jdk-headless"
}

# ---- JDKs ----

# jdk_feature HOME: 17, 25, ... from the JDK's release file.
jdk_feature() {
    local version
    version=$(sed -n 's/^JAVA_VERSION="\([0-9]*\).*/\1/p' "$1/release" 2>/dev/null)
    [[ -n $version ]] && say "$version"
}

# find_jdk MIN [MAX]: the home of the newest JDK (with javac) in that range; fails when there is none. Looks where
# java-api/src/build/CompileFfm.java looks: JAVA_HOME*, JDK_HOME*, the java on the PATH, the folders of packages.
find_jdk() {
    local min=$1 max=${2:-9999} home feature best='' best_feature=0 variable
    local homes=()
    for variable in "${!JAVA_HOME@}" "${!JDK_HOME@}"; do homes+=("${!variable}"); done
    if command -v java >/dev/null; then
        homes+=("$(dirname "$(dirname "$(readlink -f "$(command -v java)")")")")
    fi
    homes+=(/usr/lib/jvm/* /opt/java/* /Library/Java/JavaVirtualMachines/*/Contents/Home)
    for home in "${homes[@]}"; do
        [[ -x $home/bin/javac ]] && feature=$(jdk_feature "$home") || continue
        if ((feature >= min && feature <= max && feature > best_feature)); then
            best=$home best_feature=$feature
        fi
    done
    [[ -n $best ]] && say "$best"
}

# ---- Maven and the built programs ----

# run_mvn ARGUMENT...: Maven on SLUICE_JDK (see need_build_tools), from the root of the repository. jansi.noreset: Debian's
# Maven writes an escape sequence at its end even where colours are off.
run_mvn() {
    (cd "$SLUICE_ROOT" && JAVA_HOME=$SLUICE_JDK MAVEN_OPTS="-Djansi.noreset=true ${MAVEN_OPTS:-}" \
        mvn -B -ntp -Dstyle.color=never "$@")
}

# The modules with programs to run; each has its class path in target/lib.
readonly SLUICE_PROGRAM_MODULES=(examples benchmarks)

# build_jars [MODULE]: everything, or one module and what it needs, without tests. Fails when Maven does.
build_jars() {
    local started
    started=$(mktemp)
    run_mvn -q -DskipTests ${1:+-pl "$1" -am} package || { rm -f "$started"; return 1; }
    mark_built "$started" "${@:-${SLUICE_PROGRAM_MODULES[@]}}"
}

# mark_built STARTED MODULE...: these modules are as new as the sources were when the file STARTED was made, which is
# taken away. The jars cannot tell: Maven does not write a jar again whose contents did not change.
mark_built() {
    local started=$1 module
    shift
    for module in "$@"; do cp -p "$started" "$SLUICE_ROOT/$module/target/built"; done
    rm -f "$started"
}

# module_current MODULE: it was built, and no source of it or of what it needs is younger. Tests do not count.
module_current() {
    local mark=$SLUICE_ROOT/$1/target/built
    [[ -f $mark ]] && [[ -z $(find "$SLUICE_ROOT"/{pom.xml,cmake,native,java-api} "$SLUICE_ROOT/$1" \
        \( -name target -o -name test \) -prune -o -type f -newer "$mark" -print) ]]
}

module_jar() {
    local jar
    for jar in "$SLUICE_ROOT/$1/target/sluice-$1"-*.jar; do
        [[ -f $jar ]] && say "$jar" && return 0
    done
    return 1
}

# run_java MODULE [JVM_ARGUMENT...] MAIN_CLASS [ARGUMENT...]: replaces the shell by a program of a built module (examples,
# benchmarks), on the newest JDK, or on the one that SLUICE_JAVA_HOME names.
run_java() {
    local module=$1 home flags=()
    shift
    home=${SLUICE_JAVA_HOME:-$(find_jdk $SLUICE_BASE_FEATURE)} || die $SLUICE_EXIT_MISSING "no JDK found"
    [[ -x $home/bin/java ]] || die $SLUICE_EXIT_MISSING "SLUICE_JAVA_HOME=$home has no bin/java"
    # From 24 on the JVM warns about native access that was not allowed on the command line.
    if (($(jdk_feature "$home") >= SLUICE_FFM_FEATURE)); then flags+=(--enable-native-access=ALL-UNNAMED); fi
    exec "$home/bin/java" "${flags[@]}" -cp "$(module_jar "$module"):$SLUICE_ROOT/$module/target/lib/*" "$@"
}
