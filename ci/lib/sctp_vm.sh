# Sourced by ci/bench, after debian.sh, guest.sh and suite.sh: the kernel's SCTP measured in a virtual machine with one of Debian's
# kernels, for machines whose own kernel has none, as the JDK's SCTP needs it. One processor, whose clock counts instructions.
#
#   sctp_vm_image JDK IMAGE    needs the module benchmarks and its C programs built
#   sctp_vm_run IMAGE LOG

readonly SCTP_VM_ROW=6.12
readonly SCTP_VM_TIMEOUT_S=${SLUICE_KERNELS_TIMEOUT_S:-900}
readonly SCTP_VM_ROUNDS=3 SCTP_VM_WARM_MESSAGES=3000 SCTP_VM_WARM_SETUPS=160
# The JVM compiles after a fifth of the usual number of calls, since calls are slow here.
readonly SCTP_VM_JVM_FLAGS=(-Xms64m -Xmx64m -XX:+UseSerialGC -XX:+AlwaysPreTouch -XX:CompileThresholdScaling=0.2)

# NAME|PORT|UDP_PORT|COMMAND; 0: not in UDP. The port of an association in UDP is fixed by the server.
sctp_vm_servers() { # sctp_vm_servers FLAG...
    local java="/jdk/bin/java -Xshare:auto ${SCTP_VM_JVM_FLAGS[*]} $* -cp lib/* io.sluice.benchmarks.peers"
    say "c-epoll|5001|0|./sctp_kernel_echo --port 5001"
    say "jdk|5002|0|$java.JdkSctpEcho --port 5002"
    say "sluice-epoll|5003|0|$java.SluiceSctpEcho --engine epoll --binding jni --backend kernel --port 5003"
    say "sluice-io_uring|5004|0|$java.SluiceSctpEcho --engine io_uring --binding jni --backend kernel --port 5004"
    say "sluice-udp-epoll|5000|9900|$java.SluiceSctpEcho --engine epoll --binding jni --backend udp --port 9900"
}

sctp_vm_loads() { # NAME|WORKLOAD|ASSOCIATIONS|BYTES|WARMUP|MESSAGES
    say '64 B, 1 association|echo|1|64|100|800'
    say '64 B, 64 associations|echo|64|64|256|2560'
    say '1 KiB, 1 association|echo|1|1024|100|800'
    say '1 KiB, 64 associations|echo|64|1024|256|2560'
    say 'Set up, echo 64 B, abort; 8 at a time|setup|8|64|16|160'
}

sctp_vm_image() {
    local jdk=$1 image=$2 root=${2%.cpio} arch flags=()
    arch=$(guest_host_arch)
    guest_base "$arch" "$root"
    guest_modules "$(kernel_folder $SCTP_VM_ROW)" "$arch" "$root" sctp || return 1
    mkdir -p "$root/bench/lib" "$root/lib"
    cp "$SLUICE_ROOT"/benchmarks/target/native/sctp/sctp_kernel_{echo,load} "$root/bench/" || return 1
    cp "$(module_jar benchmarks)" "$SLUICE_ROOT"/benchmarks/target/lib/sluice-*.jar "$root/bench/lib/"
    guest_libraries "$root" "$root"/bench/sctp_kernel_*
    suite_jdk "$root" "$jdk" jdk.sctp || return 1
    # What the JDK's SCTP and SCTP over UDP load at run time.
    debian_root $GUEST_TOOLS_SUITE "$arch" "$SLUICE_CACHE/libsctp" libsctp1 || return 1
    debian_root $GUEST_TOOLS_SUITE "$arch" "$SLUICE_CACHE/usrsctp" libusrsctp2 || return 1
    cp -L "$SLUICE_CACHE"/libsctp/usr/lib/*/libsctp.so.1 "$SLUICE_CACHE"/usrsctp/usr/lib/*/libusrsctp.so.2 "$root/lib/"
    if (($(jdk_feature "$jdk") >= SLUICE_FFM_FEATURE)); then flags=(--enable-native-access=ALL-UNNAMED); fi
    sctp_vm_servers "${flags[@]}" >"$root/bench/servers"
    sctp_vm_loads >"$root/bench/loads"
    say "ROUNDS=$SCTP_VM_ROUNDS WARM_MESSAGES=$SCTP_VM_WARM_MESSAGES WARM_SETUPS=$SCTP_VM_WARM_SETUPS" >"$root/bench/plan.sh"
    cp "$SLUICE_ROOT/ci/lib/guest-sctp-bench.sh" "$root/run.sh"
    guest_pack "$root" "$image"
}

sctp_vm_run() {
    GUEST_CPUS=1 GUEST_COUNTS_INSTRUCTIONS=1 guest_run "$(kernel_folder $SCTP_VM_ROW)" "$(guest_host_arch)" "$1" "$2" "$SCTP_VM_TIMEOUT_S"
}
