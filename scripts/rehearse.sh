#!/usr/bin/env bash
# Writes the AOT cache of a tree: runs real plugin calls once while the JVM takes down what they load and compile.
#
#   scripts/rehearse.sh TREE
#
# The calls run in network and mount namespaces of their own, which end with them. Where that is not allowed (no root), only
# calls that touch no kernel are rehearsed: the cache is valid, but an ADD starts slower.
set -euo pipefail
# shellcheck source=common.sh
. "$(dirname "${BASH_SOURCE[0]}")/common.sh"

# A node and a pod of our own: /run is private, so that `ip netns` leaves nothing behind.
make_namespaces() {
  mount -t tmpfs tmpfs /run
  ip link set lo up
  ip netns add pod
}

network_configuration() {
  cat <<JSON
{
  "cniVersion": "1.1.0", "name": "rehearsal", "type": "bridge", "bridge": "rehearsal0",
  "isGateway": true, "ipMasq": true, "ipMasqBackend": "nftables", "hairpinMode": true,
  "ipam": {
    "type": "host-local", "dataDir": "$scratch/leases",
    "ranges": [[{ "subnet": "10.88.0.0/16" }], [{ "subnet": "fd00:88::/64" }]],
    "routes": [{ "dst": "0.0.0.0/0" }, { "dst": "::/0" }]
  }
}
JSON
}

jvm_options() { sed -e '/^[[:space:]]*#/d' -e '/^[[:space:]]*$/d' "$dir/conf/jvm.options"; }

class_path() { sed "s:^:$dir/lib/:" "$dir/lib/classpath" | paste -sd :; }

# Makes calls as bin/hawser starts the JVM, but for the cache, which is written.
record() {
  local options
  mapfile -t options < <(jvm_options)
  "$dir/runtime/bin/java" "${options[@]}" "-XX:AOTCacheOutput=$dir/lib/hawser.aot" \
    "-Djffi.boot.library.path=$dir/lib/native" "-Dhawser.home=$dir" -cp "$(class_path)" dev.hawser.app.Rehearsal "$@"
}

inside() {
  make_namespaces
  network_configuration >"$scratch/network.json"
  CNI_CONTAINERID=rehearsal CNI_IFNAME=eth0 CNI_NETNS=/run/netns/pod CNI_PATH="$scratch" \
    record loopback:ADD bridge:STATUS bridge:ADD bridge:DEL loopback:DEL bridge:GC bridge:VERSION <"$scratch/network.json"
}

if [[ ${1:-} == --inside ]]; then
  dir=$2 scratch=$3
  inside
  exit
fi

dir=$(cd "$1" && pwd)
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
log=$scratch/log
if ((EUID == 0)) && unshare --net --mount true 2>/dev/null; then
  unshare --net --mount --propagation private "$0" --inside "$dir" "$scratch" >"$log" 2>&1 || { cat "$log" >&2; fail "the rehearsal failed"; }
else
  note "no root: rehearsing only the calls that need no kernel; an ADD will start slower"
  record bridge:VERSION </dev/null >"$log" 2>&1 || { cat "$log" >&2; fail "the rehearsal failed"; }
fi
[[ -s $dir/lib/hawser.aot ]] || { cat "$log" >&2; fail "the JVM wrote no AOT cache"; }
note "AOT cache: $(du -h "$dir/lib/hawser.aot" | cut -f 1)"
