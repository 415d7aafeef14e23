# Sourced after setup.sh and zig.sh (SLUICE_CACHE_DIR). The sources of usrsctp, the SCTP stack that the native jars for Linux bring.

readonly SLUICE_USRSCTP_VERSION=0.9.5.0
readonly SLUICE_USRSCTP_SHA256=260107caf318650a57a8caa593550e39bca6943e93f970c80d6c17e59d62cd92

# need_usrsctp: sets SLUICE_USRSCTP_SOURCE, the unpacked sources; empty, with a word about it, where they cannot be had. Debian's
# source package, by an apt configuration of its own: nothing on this machine changes, and root is not needed.
need_usrsctp() {
    SLUICE_USRSCTP_SOURCE=$SLUICE_CACHE_DIR/usrsctp-$SLUICE_USRSCTP_VERSION
    [[ ! -d $SLUICE_USRSCTP_SOURCE ]] || return 0
    if ! fetch_usrsctp "$SLUICE_USRSCTP_SOURCE"; then
        box "Without usrsctp: Debian's source package cannot be had here. Sluice will look for the system's library."
        SLUICE_USRSCTP_SOURCE=
    fi
}

fetch_usrsctp() { # fetch_usrsctp HOME
    local apt
    command -v apt-get >/dev/null && compgen -G '/etc/apt/sources.list.d/*.sources' >/dev/null || return 1
    mkdir -p "$SLUICE_CACHE_DIR"
    apt=$(mktemp -d "$SLUICE_CACHE_DIR/usrsctp-download.XXXXXX")
    mkdir -p "$apt"/{etc,state/lists/partial,cache/archives/partial,source}
    # The mirrors that this machine uses, asked for sources.
    local list
    for list in /etc/apt/sources.list.d/*.sources; do
        sed 's/^Types:.*/Types: deb-src/' "$list" >"$apt/etc/$(basename "$list")"
    done
    cat >"$apt/apt.conf" <<CONF
Dir::Etc::sourcelist "/dev/null";
Dir::Etc::sourceparts "$apt/etc";
Dir::State "$apt/state";
Dir::Cache "$apt/cache";
APT::Sandbox::User "$(id -un)";
CONF
    say "Fetching the sources of usrsctp $SLUICE_USRSCTP_VERSION"
    if (cd "$apt" && export APT_CONFIG=$apt/apt.conf && apt-get update -qq && apt-get source -qq --download-only libusrsctp >/dev/null) &&
        sha256sum --quiet -c <<<"$SLUICE_USRSCTP_SHA256  $apt/libusrsctp_$SLUICE_USRSCTP_VERSION.orig.tar.gz" &&
        tar -xzf "$apt/libusrsctp_$SLUICE_USRSCTP_VERSION.orig.tar.gz" -C "$apt/source" --strip-components=1; then
        mv "$apt/source" "$1"
        rm -rf "$apt"
        return 0
    fi
    rm -rf "$apt"
    return 1
}
