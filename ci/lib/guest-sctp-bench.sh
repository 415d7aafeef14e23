# /run.sh of the guest of ci/bench sctp-vm, under busybox. All servers live at the same time and are loaded in turn, in rounds whose
# order rotates. In /bench:
#
#   plan.sh    ROUNDS, WARM_MESSAGES, WARM_SETUPS
#   servers    NAME|PORT|UDP_PORT|COMMAND, the C floor first
#   loads      NAME|WORKLOAD|ASSOCIATIONS|BYTES|WARMUP|MESSAGES
#
# What it prints is read by SctpVmReport:
#
#   WINDOW|LOAD|ROUND|SERVER|JSON       SYSCALLS|LOAD|0|SERVER|JSON       FACT|TEXT
cd /bench || exit 1
set -f # a class path with a star is meant for Java
. ./plan.sh
mount -t tracefs tracefs /sys/kernel/tracing
# The UDP port of this side's kernel, for the server that is reached in UDP.
echo 9899 >/proc/sys/net/sctp/udp_port || exit 1
# Nobody asks the servers anything, and at the end of input they would go.
mkfifo /tmp/questions && exec 3<>/tmp/questions

start() { # start NAME COMMAND...: its process id is in /tmp/NAME.pid when it listens
    local name=$1
    shift
    "$@" <&3 >"/tmp/$name.out" 2>&1 &
    echo $! >"/tmp/$name.pid"
    while ! grep -q '^listening' "/tmp/$name.out"; do
        kill -0 "$(cat "/tmp/$name.pid")" 2>/dev/null || { cat "/tmp/$name.out"; echo "$name did not start"; exit 1; }
        sleep 0.1
    done
    echo "FACT|$name: $(cat "/tmp/$name.out")"
}

window() { # window TAG LOAD ROUND SERVER WORKLOAD ASSOCIATIONS BYTES WARMUP MESSAGES [OPTION...]
    local tag=$1 load=$2 round=$3 name=$4 workload=$5 associations=$6 bytes=$7 warmup=$8 messages=$9 port udp line
    shift 9
    port=$(grep "^$name|" servers | cut -d'|' -f2) udp=$(grep "^$name|" servers | cut -d'|' -f3)
    line=$(timeout 600 ./sctp_kernel_load --port "$port" --udp-port "$udp" --workload "$workload" --associations "$associations" \
        --bytes "$bytes" --warmup "$warmup" --messages "$messages" --server-pid "$(cat "/tmp/$name.pid")" "$@" 2>&1)
    status=$?
    echo "$tag|$load|$round|$name|$line"
    [ $status = 0 ] || { tail -n 20 "/tmp/$name.out"; exit 1; }
}

rotated() { # rotated N: the names of the servers, beginning with number N
    awk -F'|' -v n="$1" '{ name[NR - 1] = $1 } END { for (i = 0; i < NR; i++) print name[(i + n) % NR] }' servers
}

while IFS='|' read -r name _ _ command; do
    # shellcheck disable=SC2086
    start "$name" $command
done <servers

# Many messages, not much time, make a JVM compile what it runs. The pause is for compilers: theirs is the only work in it, and the
# guest's clock jumps over the rest.
for part in 1 2; do
    for name in $(rotated 0); do
        window WARM many "$part" "$name" echo 64 64 1 "$WARM_MESSAGES"
        window WARM one "$part" "$name" echo 1 1024 1 "$((WARM_MESSAGES / 4))"
        window WARM setup "$part" "$name" setup 8 64 1 "$WARM_SETUPS"
        sleep 10
        echo "FACT|$name warmed up after $(cut -d' ' -f1 /proc/uptime) s of the guest's clock"
    done
done

while IFS='|' read -r load workload associations bytes warmup messages; do
    for round in $(seq 1 "$ROUNDS"); do
        for name in $(rotated "$round"); do
            window WINDOW "$load" "$round" "$name" "$workload" "$associations" "$bytes" "$warmup" "$messages"
        done
    done
    for name in $(rotated 0); do
        window SYSCALLS "$load" 0 "$name" "$workload" "$associations" "$bytes" "$warmup" "$messages" --count-syscalls 1
    done
done <loads
