# shellcheck shell=sh
# Sourced by build-stick: the agent from the wheel, its libraries by their hashes, the overlay: one layer.

agent_layer() {
    layer=$work/layer
    site=$layer/usr/lib/rebond/site
    mkdir -p "$layer"
    cp -a "$IMAGE/overlay/." "$layer/"
    mkdir -p "$site"
    SOURCE_DATE_EPOCH=$stamp python -m pip wheel -q --disable-pip-version-check --no-deps -w "$work/wheel" .
    # Wheels for the stick's Python, whatever this computer's is; only those whose hashes are checked in.
    python -m pip install -q --disable-pip-version-check --no-compile --no-deps --require-hashes --only-binary=:all: \
        --python-version 3.13 --implementation cp \
        --platform manylinux_2_28_x86_64 --platform manylinux_2_17_x86_64 --platform manylinux2014_x86_64 \
        --target "$site" -r agent/image/agent.lock
    python -m zipfile -e "$work"/wheel/rebond-*.whl "$site"
    rm -rf "$site/rebond_server" "$site/bin"
    find "$site" -name RECORD -delete
    compile_site "$site"
    # What it is, and on which base it runs: a stick takes a newer one only for the same base.
    printf '{"version":"%s","built":%s,"base":"%s"}\n' "$version" "$stamp" \
        "$(sha256sum "$base/base.squashfs" | cut -c1-64)" >"$layer/usr/lib/rebond/agent.json"
    # The clock of a PC with an empty battery starts at the time of the build (systemd reads this file's).
    touch "$layer/usr/lib/clock-epoch"
    find "$layer" -exec touch -h -d "@$stamp" {} +
    rm -f "$1"
    SOURCE_DATE_EPOCH=$stamp mksquashfs "$layer" "$1" -quiet -no-progress -all-root -comp zstd -b 256K
}

compile_site() {
    # With the stick's own Python, run from the base without a chroot.
    unsquashfs -q -n -f -d "$work/python" "$base/base.squashfs" usr/bin/python3.13 usr/lib/python3.13 usr/lib/python3 \
        usr/lib/x86_64-linux-gnu usr/lib64 lib64 >/dev/null
    PYTHONHOME=$work/python/usr PYTHONHASHSEED=0 PYTHONDONTWRITEBYTECODE='' PYTHONPATH='' \
        "$work/python/usr/lib/x86_64-linux-gnu/ld-linux-x86-64.so.2" --library-path "$work/python/usr/lib/x86_64-linux-gnu" \
        "$work/python/usr/bin/python3.13" -m compileall -q --invalidation-mode unchecked-hash \
        -s "$1" -p /usr/lib/rebond/site "$1"
}
