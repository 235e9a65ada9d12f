#!/usr/bin/env bash
# Runs every test. Installs a software Vulkan driver where the machine has none.
set -euo pipefail
cd "$(dirname "$0")"

if ! command -v cargo >/dev/null; then
    echo "Rust 1.95 or newer is needed: see https://rustup.rs" >&2
    exit 1
fi

has_vulkan() {
    compgen -G '/usr/share/vulkan/icd.d/*.json' >/dev/null || compgen -G '/etc/vulkan/icd.d/*.json' >/dev/null
}

if [ "$(uname)" = Linux ] && ! { has_vulkan && ldconfig -p | grep -q libvulkan.so.1; }; then
    if ! command -v apt-get >/dev/null; then
        echo "No Vulkan driver was found: install one, such as Mesa's software driver, and the Vulkan loader" >&2
        exit 1
    fi
    as_root=()
    [ "$(id -u)" = 0 ] || as_root=(sudo)
    "${as_root[@]}" apt-get update
    "${as_root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get install -y libvulkan1 mesa-vulkan-drivers
fi

exec cargo test --release "$@"
