# Sourced after setup.sh. Packages of any Debian suite and architecture, unpacked into a folder and never installed: kernels,
# emulators and foreign root folders. Needs apt-get and dpkg-deb, no root. All goes below SLUICE_CACHE, which may be deleted at any
# time, or shared by several checkouts.
#
#   SLUICE_CACHE           default target/cache
#   SLUICE_DEBIAN_MIRROR   default http://deb.debian.org/debian

SLUICE_CACHE=${SLUICE_CACHE:-$SLUICE_ROOT/target/cache}
SLUICE_DEBIAN_MIRROR=${SLUICE_DEBIAN_MIRROR:-http://deb.debian.org/debian}
readonly DEBIAN_KEYS=/usr/share/keyrings/debian-archive-keyring.gpg
readonly DEBIAN_LISTS_MAX_AGE_MIN=720 # package lists are fetched anew after half a day

# debian_obstacle: prints why packages cannot be fetched on this machine; fails when they can.
debian_obstacle() {
    local tool
    for tool in apt-get apt-cache dpkg-deb; do
        command -v $tool >/dev/null || { say "$tool is not here (packages of Debian are unpacked with it)"; return 0; }
    done
    [[ -r $DEBIAN_KEYS ]] || { say "$DEBIAN_KEYS is not here (Debian package debian-archive-keyring)"; return 0; }
    return 1
}

# debian_apt SUITE ARCHITECTURE: a private configuration of apt; prints the file to put into APT_CONFIG. The lists are fetched when
# there are none, or old ones. Nothing of this machine's own configuration changes.
debian_apt() {
    local suite=$1 arch=$2 folder=$SLUICE_CACHE/apt/$1-$2
    mkdir -p "$folder"/{state/lists/partial,cache/archives/partial,etc/preferences.d}
    : >>"$folder/state/status"
    {
        say "deb [signed-by=$DEBIAN_KEYS] $SLUICE_DEBIAN_MIRROR $suite main"
        case $suite in
            sid) ;;
            *) say "deb [signed-by=$DEBIAN_KEYS] $SLUICE_DEBIAN_MIRROR-security $suite-security main" ;;
        esac
    } >"$folder/etc/sources.list"
    cat >"$folder/apt.conf" <<END
APT::Architecture "$arch";
APT::Architectures { "$arch"; };
APT::Install-Recommends "false";
APT::Sandbox::User "root";
APT::Get::Assume-Yes "true";
Acquire::Languages "none";
Acquire::Retries "3";
Debug::NoLocking "true";
Dir::Etc "$folder/etc";
Dir::Etc::parts "/etc/apt/apt.conf.d";
Dir::Etc::sourceparts "-";
Dir::State "$folder/state";
Dir::State::status "$folder/state/status";
Dir::Cache "$folder/cache";
END
    if [[ -z $(find "$folder/fetched" -mmin -$DEBIAN_LISTS_MAX_AGE_MIN 2>/dev/null) ]]; then
        if ! APT_CONFIG=$folder/apt.conf apt-get update -qq >"$folder/update.log" 2>&1; then
            # The security archive of a port is at times out of step; what is unpacked here serves tests only.
            warn "apt-get update for $suite on $arch failed; once more without the security archive"
            sed -i '/-security /d' "$folder/etc/sources.list"
            APT_CONFIG=$folder/apt.conf apt-get update -qq >"$folder/update.log" 2>&1 || { cat "$folder/update.log" >&2; return 1; }
        fi
        : >"$folder/fetched"
    fi
    say "$folder/apt.conf"
}

# debian_root SUITE ARCHITECTURE FOLDER PACKAGE...: the packages and all they depend on, unpacked. No maintainer script runs: for
# programs that are started by their path. Does nothing when the folder has these packages already.
debian_root() {
    local suite=$1 arch=$2 folder=$3 config wanted
    shift 3
    wanted="$suite $arch $*"
    [[ $(cat "$folder/.packages" 2>/dev/null) != "$wanted" ]] || return 0
    config=$(debian_apt "$suite" "$arch") || return 1
    rm -rf "$folder" && mkdir -p "$folder"
    # Exactly the archives of these packages: the cache keeps those of other folders, too, and apt would not print what is there.
    mkdir -p "$SLUICE_CACHE/apt/none/partial"
    APT_CONFIG=$config apt-get install --print-uris -o "Dir::Cache::archives=$SLUICE_CACHE/apt/none" "$@" 2>/dev/null |
        awk -F"'" '/^.http/ { split($3, fields, " "); print fields[1] }' >"$folder.archives"
    [[ -s $folder.archives ]] || { warn "apt knows no way to install $* for $arch from $suite"; return 1; }
    APT_CONFIG=$config apt-get install -qq --download-only "$@" >"$folder.log" 2>&1 || { tail -n 5 "$folder.log" >&2; return 1; }
    local archive
    while read -r archive; do
        dpkg-deb -x "$(dirname "$config")/cache/archives/$archive" "$folder" || return 1
    done <"$folder.archives"
    # As on an installed system: programs name their loader as /lib/ld-..., and the packages have it in /usr/lib.
    local link
    for link in bin sbin lib lib64; do
        [[ -e $folder/$link || ! -d $folder/usr/$link ]] || ln -s "usr/$link" "$folder/$link"
    done
    relative_links "$folder"
    say "$wanted" >"$folder/.packages"
}

# Links to absolute paths would lead out of the folder, to files of this machine.
relative_links() {
    local link target
    find "$1" -type l -lname '/*' -printf '%p\t%l\n' | while IFS=$'\t' read -r link target; do
        ln -sfn "$(realpath -sm --relative-to="${link%/*}" "$1$target")" "$link"
    done
}

# debian_kernel SUITE ARCHITECTURE FLAVOUR FOLDER: the newest kernel of that suite with its modules. Unpacked once; a
# folder is kept until it is deleted, for the mirror keeps the newest one only.
debian_kernel() {
    local suite=$1 arch=$2 flavour=$3 folder=$4 config image packages
    [[ ! -f $folder/.packages ]] || return 0
    config=$(debian_apt "$suite" "$arch") || return 1
    image=$(APT_CONFIG=$config apt-cache depends "linux-image-$flavour" | sed -n 's/.*Depends: \(linux-image-[0-9].*\)/\1/p' | head -n 1)
    [[ -n $image ]] || { warn "$suite has no linux-image-$flavour for $arch"; return 1; }
    # From 7.0 on the image is split: modules and the kernel itself are packages of their own.
    packages=$(APT_CONFIG=$config apt-cache depends "$image" | sed -n 's/.*Depends: \(linux-\(modules\|binary\)-[0-9].*\)/\1/p')
    rm -rf "$folder" && mkdir -p "$folder/archives"
    # Without what it depends on: a kernel that boots by its path needs no boot loader.
    # shellcheck disable=SC2086
    (cd "$folder/archives" && APT_CONFIG=$config apt-get download -qq $image $packages) >"$folder.log" 2>&1 ||
        { tail -n 5 "$folder.log" >&2; return 1; }
    local archive
    for archive in "$folder"/archives/*.deb; do dpkg-deb -x "$archive" "$folder" || return 1; done
    rm -r "$folder/archives"
    # Usually a link of the whole system: /lib is /usr/lib.
    if [[ -d $folder/usr/lib/modules && ! -e $folder/lib ]]; then ln -s usr/lib "$folder/lib"; fi
    say "$suite $arch $image" >"$folder/.packages"
}
