#!/usr/bin/env bash
# Fuzzes a target for some seconds (60 where none are given). Starts from the inputs that are kept.
set -euo pipefail
cd "$(dirname "$0")"

target=${1:?"Name a target: idx, cifar, npz, table, picture or experiment"}
seconds=${2:-60}
mkdir -p "corpus/$target"
exec cargo +nightly fuzz run --fuzz-dir . "$target" "corpus/$target" "regressions/$target" -- \
    -max_total_time="$seconds" -timeout=10 -rss_limit_mb=2048
