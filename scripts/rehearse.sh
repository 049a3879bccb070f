#!/usr/bin/env bash
# Writes the AOT caches of a tree, of plugin calls and of the helper: runs real plugin calls while the JVM takes down what they
# load and compile.
#
#   scripts/rehearse.sh TREE
#
# The calls run in network and mount namespaces of their own, which end with them. Where that is not allowed (no root), only
# calls that touch no kernel are rehearsed: the cache is valid, but an ADD starts slower.
set -euo pipefail
# shellcheck source=common.sh
. "$(dirname "${BASH_SOURCE[0]}")/common.sh"

pods_at_once=8

# Where the helper tells about itself, besides its Unix socket: the network namespace is ours alone, so the port is free.
pages_port=9469

# A node and pods of our own: /run is private, so that `ip netns` leaves nothing behind.
make_namespaces() {
  local i
  mount -t tmpfs tmpfs /run
  ip link set lo up
  ip netns add pod
  for ((i = 0; i < pods_at_once; i++)); do
    ip netns add "pod$i"
  done
}

# For bridge, and for hawser, which takes the keys of the chained plugins too.
network_configuration() {
  cat <<JSON
{
  "cniVersion": "1.1.0", "name": "rehearsal", "type": "bridge", "bridge": "rehearsal0",
  "isGateway": true, "ipMasq": true, "ipMasqBackend": "nftables", "hairpinMode": true,
  "ipam": {
    "type": "host-local", "dataDir": "$scratch/leases",
    "ranges": [[{ "subnet": "10.88.0.0/16" }], [{ "subnet": "fd00:88::/64" }]],
    "routes": [{ "dst": "0.0.0.0/0" }, { "dst": "::/0" }]
  },
  "capabilities": { "portMappings": true, "bandwidth": true },
  "runtimeConfig": {
    "portMappings": [{ "hostPort": 8080, "containerPort": 80, "protocol": "tcp" }],
    "bandwidth": { "ingressRate": 8000000, "ingressBurst": 800000, "egressRate": 8000000, "egressBurst": 800000 }
  },
  "firewall": { "backend": "nftables" },
  "sysctl": { "net.core.somaxconn": "1024" }
}
JSON
}

lines_of() { sed -e '/^[[:space:]]*#/d' -e '/^[[:space:]]*$/d' "$1"; }

# record OPTIONS CLASSPATH CACHE MAIN ARGUMENT...: a JVM as bin/hawser starts it, but for the cache, which is written. Without machine
# code: JDK 25 would use it on a node whose processor lacks instructions that this one has, and end with SIGILL.
record() {
  local options
  mapfile -t options < <(lines_of "$dir/conf/$1")
  exec "$dir/runtime/bin/java" "${options[@]}" "-XX:AOTCacheOutput=$dir/lib/$3" \
    -XX:-AOTAdapterCaching -XX:-AOTStubCaching \
    "-Djffi.boot.library.path=$dir/lib/native" "-Djava.library.path=$dir/lib/native" "-Dhawser.home=$dir" \
    -cp "$(sed "s:^:$dir/lib/:" "$dir/lib/$2" | paste -sd :)" "${@:4}"
}

record_calls() { (record jvm.options classpath hawser.aot dev.hawser.app.Rehearsal "$@"); }

record_helper() { record helper.options helper.classpath helper.aot dev.hawser.shim.Main helper run --metrics-listen "127.0.0.1:$pages_port"; }

await_socket() {
  local i
  for ((i = 0; i < 300; i++)); do
    [[ ! -S $1 ]] || return 0
    sleep 0.1
  done
  fail "the helper did not listen within 30 seconds"
}

# call VERB [PLUGIN]: a call of the container that the environment names.
call() { CNI_COMMAND=$1 "$scratch/${2:-bridge}" <"$scratch/network.json" >/dev/null; }

# calls_at_once VERB: one for each pod.
calls_at_once() {
  local i call calls=()
  for ((i = 0; i < pods_at_once; i++)); do
    CNI_CONTAINERID=rehearsal$i CNI_NETNS=/run/netns/pod$i call "$1" &
    calls+=($!)
  done
  for call in "${calls[@]}"; do
    wait "$call"
  done
}

# page PATH: what monitoring asks for.
page() {
  local answer
  exec 3<>"/dev/tcp/127.0.0.1/$pages_port"
  printf 'GET %s HTTP/1.1\r\nHost: helper\r\nConnection: close\r\n\r\n' "$1" >&3
  answer=$(cat <&3)
  exec 3>&-
  [[ $answer == "HTTP/1.1 200 "* ]] || fail "GET $1: $answer"
}

# What people and their monitoring ask a helper.
rehearse_questions() {
  local path
  for path in /healthz /status /metrics; do
    page "$path"
  done
  "$dir/bin/hawser" helper status >/dev/null
  "$dir/bin/hawser" trace rehearsal >/dev/null
}

# A helper makes calls for launchers, and ends as it does on a node.
rehearse_helper() {
  local helper i verb
  export HAWSER_SOCKET=$scratch/hawser.sock
  record_helper &
  helper=$!
  await_socket "$HAWSER_SOCKET"
  ln -s "$dir/bin/hawser" "$scratch/bridge"
  ln -s "$dir/bin/hawser" "$scratch/hawser"
  for ((i = 0; i < 20; i++)); do
    for verb in STATUS ADD CHECK DEL GC; do
      call "$verb" || [[ $verb == CHECK ]]
    done
  done
  for ((i = 0; i < 20; i++)); do
    for verb in STATUS ADD DEL GC; do
      call "$verb" hawser
    done
  done
  for ((i = 0; i < 5; i++)); do
    calls_at_once ADD
    calls_at_once DEL
  done
  rehearse_questions
  kill -TERM "$helper"
  wait "$helper"
}

inside() {
  make_namespaces
  network_configuration >"$scratch/network.json"
  export CNI_CONTAINERID=rehearsal CNI_IFNAME=eth0 CNI_NETNS=/run/netns/pod CNI_PATH="$scratch"
  record_calls loopback:ADD bridge:STATUS bridge:ADD bridge:DEL loopback:DEL bridge:GC bridge:VERSION hawser:ADD hawser:DEL <"$scratch/network.json"
  rehearse_helper
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
  record_calls bridge:VERSION </dev/null >"$log" 2>&1 || { cat "$log" >&2; fail "the rehearsal failed"; }
fi
[[ -s $dir/lib/hawser.aot ]] || { cat "$log" >&2; fail "the JVM wrote no AOT cache"; }
note "AOT caches: $(du -hc "$dir"/lib/*.aot | tail -n 1 | cut -f 1)"
