#!/usr/bin/env bash
# Installs the tree that scripts/build.sh built: `hawser install` with the same options (see --help).
set -euo pipefail
# shellcheck source=common.sh
. "$(dirname "${BASH_SOURCE[0]}")/common.sh"

[[ -x $tree/bin/hawser ]] || fail "nothing is built yet: run scripts/build.sh first"
exec "$tree/bin/hawser" install "$@"
