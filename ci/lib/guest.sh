# Sourced after debian.sh. Virtual machines without hardware help: a Debian kernel under qemu's translator (TCG), with a root
# folder in memory that is put together here. Needs no root, no KVM and no network.
#
#   guest_tools                        fetches the emulator (once)
#   guest_base ARCH FOLDER             a root folder with busybox and the start script
#   guest_modules KERNEL ARCH FOLDER MODULE...    modules, loaded when the guest starts
#   guest_pack FOLDER FILE             the root folder as the image that a kernel takes
#   guest_run KERNEL ARCH IMAGE LOG TIMEOUT_S [KERNEL_ARGUMENT...]    runs /run.sh of the root folder
#
# ARCH: amd64, arm64 or riscv64, as Debian names them. A factor of 15 to 30 against the host is usual. GUEST_CPUS (2), GUEST_MEMORY_MB
# (2048); GUEST_COUNTS_INSTRUCTIONS=1 makes the guest's clock count instructions, a nanosecond each, and stand still otherwise.

readonly GUEST_TOOLS_SUITE=trixie # qemu 10; the translator of qemu 7.2 (bookworm) lets a JVM crash
readonly GUEST_EXIT_TIMEOUT=124
readonly GUEST_EXIT_LOST=125 # the guest did not start, or died

# guest_obstacle: prints why no guest can run on this machine; fails when one can.
guest_obstacle() {
    debian_obstacle && return 0
    case $(uname -s)-$(uname -m) in
        Linux-x86_64 | Linux-aarch64) return 1 ;;
        *) say "no emulator for $(uname -s) on $(uname -m) is fetched by this script" ;;
    esac
}

guest_host_arch() { dpkg --print-architecture; }

# guest_tools [PACKAGE...]: emulators and what makes images. They come with their own C library, so that the suite of this
# machine does not matter.
guest_tools() {
    debian_root $GUEST_TOOLS_SUITE "$(guest_host_arch)" "$SLUICE_CACHE/qemu" qemu-system-x86 kmod busybox-static xz-utils zstd
}

# guest_program ROOT PROGRAM: the words, one a line, that start a program of an unpacked root folder with that root's own C library.
guest_program() {
    local loaders=("$1"/usr/lib*/ld-linux-*.so.[12]) libraries=("$1"/usr/lib/*-linux-gnu)
    local program=$1/usr/bin/$2
    [[ -e $program ]] || program=$1/usr/sbin/$2
    printf '%s\n' "${loaders[0]}" --library-path "${libraries[0]}" "$program"
}

guest_tool() { # guest_tool PROGRAM ARGUMENT...
    local words
    mapfile -t words < <(guest_program "$SLUICE_CACHE/qemu" "$1")
    shift
    "${words[@]}" "$@"
}

# guest_base ARCH FOLDER: what every guest starts with.
guest_base() {
    local arch=$1 folder=$2 box=$SLUICE_CACHE/busybox-$1
    debian_root $GUEST_TOOLS_SUITE "$arch" "$box" busybox-static || return 1
    rm -rf "$folder" && mkdir -p "$folder"/{bin,proc,sys,dev,tmp,run,etc,root,modules}
    cp "$box/usr/bin/busybox" "$folder/bin/busybox"
    ln -s busybox "$folder/bin/sh"
    say 'root:x:0:0:root:/root:/bin/sh' >"$folder/etc/passwd"
    say '127.0.0.1 localhost' >"$folder/etc/hosts"
    cat >"$folder/init" <<'END'
#!/bin/sh
# Process 1 of the guest. The last line it prints carries the exit status of /run.sh out of the machine.
/bin/busybox --install -s /bin
export PATH=/bin HOME=/root TERM=dumb LANG=C.UTF-8
mount -t proc proc /proc
mount -t sysfs sys /sys
mount -t devtmpfs dev /dev
mkdir -p /dev/shm /dev/pts
mount -t tmpfs shm /dev/shm
mount -t devpts pts /dev/pts
ln -s /proc/self/fd /dev/fd 2>/dev/null
ip link set lo up
hostname guest
for module in $(cat /modules/list 2>/dev/null); do insmod "/modules/$module" || echo "GUEST-NO-MODULE $module"; done
echo "GUEST-BEGIN $(uname -r) $(cut -d' ' -f1 /proc/uptime)"
/bin/sh /run.sh </dev/null 2>&1
echo "GUEST-END $? $(cut -d' ' -f1 /proc/uptime)"
poweroff -f
END
    chmod +x "$folder/init"
}

# guest_modules KERNEL ARCH FOLDER MODULE...: these modules and what they need, in the order in which they have to be loaded.
guest_modules() {
    local kernel=$1 folder=$3 version module file name
    shift 3
    version=$(guest_version "$kernel")
    [[ -f $kernel/lib/modules/$version/modules.dep ]] ||
        guest_tool depmod -b "$kernel" "$version" || return 1
    for module in "$@"; do
        guest_tool modprobe -d "$kernel" -S "$version" --show-depends "$module" | sed -n 's/^insmod \([^ ]*\).*/\1/p' |
            grep . || warn "kernel $version has no module $module"
    done | awk '!seen[$0]++' | while read -r file; do
        name=${file##*/}
        case $name in
            *.xz) name=${name%.xz} && guest_tool xz -dc "$file" >"$folder/modules/$name" ;;
            *.zst) name=${name%.zst} && guest_tool zstd -qdc "$file" >"$folder/modules/$name" ;;
            *) cp "$file" "$folder/modules/$name" ;;
        esac
        say "$name" >>"$folder/modules/list"
    done
}

# guest_libraries FOLDER PROGRAM...: the C library and others that programs of this machine need, at their own paths.
guest_libraries() {
    local folder=$1 library
    shift
    ldd "$@" | grep -o '/[^ ]*' | grep -v ':$' | sort -u | while read -r library; do
        mkdir -p "$folder${library%/*}"
        cp -Ln "$library" "$folder$library"
    done
}

guest_version() { ls "$1/lib/modules" | head -n 1; }

guest_pack() { # guest_pack FOLDER FILE
    (cd "$1" && find . | "$SLUICE_CACHE/qemu/usr/bin/busybox" cpio -o -H newc -R 0:0 2>/dev/null) >"$2.new" && mv "$2.new" "$2"
}

# guest_clock: the argument that tells a kernel for x86 the frequency of its time stamp counter. Its own calibration waits for timers
# of the emulator and may be wrong by a factor when the host is busy; then all time in the guest is. The counter is the host's, whose
# kernel shows the frequency as half of bogomips; with GUEST_COUNTS_INSTRUCTIONS it counts nanoseconds.
guest_clock() {
    if [[ -n ${GUEST_COUNTS_INSTRUCTIONS:-} ]]; then say tsc_early_khz=1000000; return; fi
    [[ $(uname -m) != x86_64 ]] || awk '$1 == "bogomips" && $3 > 0 { printf "tsc_early_khz=%d\n", $3 * 500; exit }' /proc/cpuinfo
}

# guest_run KERNEL ARCH IMAGE LOG TIMEOUT_S [KERNEL_ARGUMENT...]: what the guest printed is in LOG. The exit status is that of
# /run.sh, or GUEST_EXIT_*.
guest_run() {
    local kernel=$1 arch=$2 image=$3 log=$4 timeout=$5 version vmlinuz qemu=() status=0
    shift 5
    local translator=(-accel "tcg,thread=multi")
    # Time is then the number of instructions carried out, which needs all processors of the guest on one thread of the host.
    [[ -z ${GUEST_COUNTS_INSTRUCTIONS:-} ]] || translator=(-accel "tcg,thread=single" -icount "shift=0,sleep=off")
    version=$(guest_version "$kernel")
    vmlinuz=$(find -L "$kernel/boot/vmlinuz-$version" "$kernel/lib/modules/$version/vmlinuz" 2>/dev/null | head -n 1)
    [[ -n $vmlinuz ]] || { warn "no kernel in $kernel"; return $GUEST_EXIT_LOST; }
    case $arch in
        amd64)
            mapfile -t qemu < <(guest_program "$SLUICE_CACHE/qemu" qemu-system-x86_64)
            qemu+=(-L "$SLUICE_CACHE/qemu/usr/share/qemu"
                -L "$SLUICE_CACHE/qemu/usr/share/seabios" -cpu max -M q35)
            set -- console=ttyS0 mitigations=off tsc=reliable $(guest_clock) "$@"
            ;;
        arm64)
            # pauth-impdef: the architected pointer authentication is slow to emulate.
            mapfile -t qemu < <(guest_program "$SLUICE_CACHE/qemu-arm" qemu-system-aarch64)
            qemu+=(-L "$SLUICE_CACHE/qemu-arm/usr/share/qemu" -M "virt,gic-version=3" -cpu "max,pauth-impdef=on")
            set -- console=ttyAMA0 "$@"
            ;;
        *) warn "no guest for $arch"; return $GUEST_EXIT_LOST ;;
    esac
    timeout --foreground "$timeout" "${qemu[@]}" \
        "${translator[@]}" -smp "${GUEST_CPUS:-2}" -m "${GUEST_MEMORY_MB:-2048}" -nodefaults -no-user-config -nographic \
        -no-reboot -serial "file:$log.console" -kernel "$vmlinuz" -initrd "$image" -append "quiet loglevel=2 panic=-1 $*" \
        </dev/null >"$log.qemu" 2>&1 || status=$?
    tr -d '\r' <"$log.console" >"$log"
    if grep -q '^GUEST-END ' "$log"; then return "$(sed -n 's/^GUEST-END \([0-9]*\).*/\1/p' "$log" | tail -n 1)"; fi
    ((status != 124)) || return $GUEST_EXIT_TIMEOUT
    tail -n 15 "$log" "$log.qemu" >&2
    return $GUEST_EXIT_LOST
}
