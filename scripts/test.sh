#!/usr/bin/env bash
# Runs every test: installs what they need, builds the tree, fetches peers, checks the scripts, then mvn verify with its tests on the
# real kernel and with real runtimes, then on another kernel what this one had to skip (matrix.sh), and the demo. Run it as root.
#
#   scripts/test.sh
#
# Ends with the line "N passed, N failed, N skipped" and fails if one failed, or if none ran. Which tests a kernel can run is its own
# affair, so some are always skipped.
set -euo pipefail
# shellcheck source=common.sh
. "$(dirname "${BASH_SOURCE[0]}")/common.sh"

run_tests() {
  find "$project" -path '*/target/surefire-reports' -prune -exec rm -rf {} +
  MAVEN_OPTS="--sun-misc-unsafe-memory-access=allow" \
    mvn -B -Dstyle.color=never -f "$project/pom.xml" --fail-at-end --no-transfer-progress verify
}

run_demo() { "$project/scripts/demo.sh" --tree "$tree"; }

# attempt NAME COMMAND...: goes on after a failure, so that the count at the end is of everything.
attempt() {
  local name=$1
  shift
  say "$name"
  "$@" || failed_parts+=("$name")
}

summary() {
  local tests failed skipped
  tests=$(count tests "$project")
  failed=$(($(count failures "$project") + $(count errors "$project")))
  skipped=$(count skipped "$project")
  ((tests - skipped > 0)) || failed_parts+=("no test was executed")
  ((${#failed_parts[@]} == 0)) || printf 'failed: %s\n' "${failed_parts[@]}"
  echo "$((tests - failed - skipped)) passed, $failed failed, $skipped skipped"
  ((failed == 0 && ${#failed_parts[@]} == 0))
}

need_root
need_packages iproute2 iputils-ping iptables nftables procps systemd util-linux shellcheck \
  busybox-static dbus dnsmasq-base containernetworking-plugins containerd runc podman
"$project/scripts/build.sh"
use_jdk

failed_parts=()
attempt "Looking for peers to test with" "$project/scripts/peers.sh"
attempt "Checking the scripts" shellcheck "$project"/scripts/*.sh "$project/.ci/run"
attempt "Running the tests" run_tests
attempt "Running on another kernel" "$project/scripts/matrix.sh"
attempt "Running the demo" run_demo
summary
