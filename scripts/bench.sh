#!/usr/bin/env bash
# Measures the built tree beside the reference and the kernel alone: hawser bench, with everything that it needs installed.
#
#   scripts/bench.sh [OPTION]...     as hawser bench: --help shows them
#
# Builds first if there is no tree. Everything happens in namespaces of its own: nothing is left. Run it as root.
set -euo pipefail
# shellcheck source=common.sh
. "$(dirname "${BASH_SOURCE[0]}")/common.sh"

need_root
need_packages iproute2 nftables util-linux
# Cold calls are held against an empty main on a whole JDK.
use_jdk >&2
[[ -x $tree/bin/hawser ]] || "$project/scripts/build.sh" >&2
exec "$tree/bin/hawser" bench "$@"
