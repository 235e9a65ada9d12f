#!/usr/bin/env bash
# Runs every test. On Debian and Ubuntu it installs a software Vulkan driver where there is none.
set -euo pipefail
cd "$(dirname "$0")"

if ! command -v cargo >/dev/null; then
    echo "Rust 1.95 or newer is needed: see https://rustup.rs" >&2
    exit 1
fi

has_vulkan() {
    { compgen -G '/usr/share/vulkan/icd.d/*.json' || compgen -G '/etc/vulkan/icd.d/*.json'; } >/dev/null &&
        PATH="$PATH:/usr/sbin:/sbin" ldconfig -p | grep -F libvulkan.so.1 >/dev/null
}

if [ "$(uname)" = Linux ] && ! has_vulkan; then
    packages="libvulkan1 mesa-vulkan-drivers"
    as_root=
    [ "$(id -u)" = 0 ] || as_root=sudo
    if ! command -v apt-get >/dev/null || ! command -v ${as_root:-true} >/dev/null; then
        echo "No Vulkan driver was found: install the Vulkan loader and Mesa's software driver (Debian: $packages)" >&2
        exit 1
    fi
    $as_root apt-get update
    $as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y $packages </dev/null
fi

exec cargo test --workspace "$@"
