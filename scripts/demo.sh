#!/usr/bin/env bash
# Shows the main job: two containers get their network from Hawser, reach each other, and give everything back. Then measures
# calls without and with the resident helper.
#
#   scripts/demo.sh [--tree DIR]
#
# Installs the packages that it needs and builds; --tree uses a tree that is built already. Run it as root. The containers
# are network namespaces with a sleeping process in each; the node is this machine, and afterwards it is as it was before.
set -euo pipefail
# shellcheck source=common.sh
. "$(dirname "${BASH_SOURCE[0]}")/common.sh"

indent() { sed 's/^/      /'; }

# run COMMAND...: shows a command, and what it says.
run() {
  printf '    $ %s\n' "$*"
  "$@" 2>&1 | indent
}

# What must be the same before and after, without counters that run by themselves.
host_state() {
  ip -o link show
  ip -o address show | sed 's/ *valid_lft.*//'
  ip route show table all | sed 's/ expires [0-9]*sec//'
  ip -6 route show table all | sed 's/ expires [0-9]*sec//'
  if command -v nft >/dev/null; then nft list ruleset; fi
  sysctl -e net.ipv4.ip_forward net.ipv6.conf.all.forwarding
  ls -d /var/lib/cni /var/lib/cni/* /run/hawser 2>/dev/null || true
}

# Prints the first of 256 networks that nothing on this machine uses.
free_subnet() {
  local third
  for third in $(shuf -i 0-255); do
    if [[ -z $(ip -4 route show table all root "10.213.$third.0/24") ]] \
      && ! ip -4 route show table all match "10.213.$third.0/24" | grep -qv '^default'; then
      echo "10.213.$third.0/24"
      return
    fi
  done
  fail "every network in 10.213.0.0/16 is in use here"
}

has_ipv6() { [[ $(cat /proc/sys/net/ipv6/conf/all/disable_ipv6 2>/dev/null) == 0 ]]; }

write_network() {
  local ranges="[{ \"subnet\": \"$subnet\" }]"
  if has_ipv6; then ranges+=", [{ \"subnet\": \"$subnet6\" }]"; fi
  mkdir -p "$scratch/net.d" "$scratch/bin"
  cat >"$scratch/net.d/10-demo.conflist" <<JSON
{
  "cniVersion": "1.0.0",
  "cniVersions": ["0.4.0", "1.0.0", "1.1.0"],
  "name": "$network",
  "plugins": [
    {
      "type": "hawser-bridge",
      "bridge": "$bridge",
      "isGateway": true,
      "ipam": {
        "type": "hawser-host-local",
        "dataDir": "$scratch/leases",
        "ranges": [$ranges]
      }
    }
  ]
}
JSON
  ln -s "$dir/bin/hawser" "$scratch/bin/hawser-bridge"
  ln -s "$dir/bin/hawser" "$scratch/bin/hawser-host-local"
}

# start_container NAME: a network namespace that lives as long as the process in it. Sets the variable NAME to its pid.
start_container() {
  unshare --net sleep 600 &
  declare -g "$1=$!"
  containers+=("$!")
  until [[ $(readlink "/proc/$!/ns/net") != "$(readlink /proc/self/ns/net)" ]]; do sleep 0.01; done
}

netns() { echo "/proc/$1/ns/net"; }

# address_of PID FAMILY: without the prefix length.
address_of() { nsenter --net="$(netns "$1")" ip -o "$2" address show dev eth0 scope global | sed 's:.* inet6\? \([^/]*\)/.*:\1:'; }

ping_from() { run nsenter --net="$(netns "$1")" ping -n -c 2 -i 0.2 -W 5 "$2"; }

add_and_show() {
  say "$1 joins the network (ADD)"
  run "$hawser" net add "$network" "$(netns "$2")"
}

detach() {
  run "$hawser" net del "$network" "$(netns "$1")"
}

main_job() {
  start_container red
  start_container blue
  # shellcheck disable=SC2154  # red and blue are set by start_container
  add_and_show "Container red" "$red"
  # shellcheck disable=SC2154
  add_and_show "Container blue" "$blue"
  say "red reaches the gateway, and blue"
  ping_from "$red" "$gateway"
  ping_from "$red" "$(address_of "$blue" -4)"
  if has_ipv6; then ping_from "$red" "$(address_of "$blue" -6)"; fi
  say "The pool"
  run "$hawser" ipam show "$network"
  say "Both leave (DEL)"
  detach "$red"
  detach "$blue"
}

# Nothing is left: no interface in the containers or on the bridge, no lease.
check_nothing_left() {
  say "What is left of them"
  local ports leases
  ports=$(ip -o link show master "$bridge")
  leases=$(find "$scratch/leases" -name '[0-9a-f]*[.:]*' -type f)
  [[ -z $ports ]] || fail "ports left on $bridge: $ports"
  [[ -z $leases ]] || fail "leases left: $leases"
  note "no port on the bridge, no lease in the pool"
}

# --- Cold and warm. ---

# call KIND VERB: what a runtime does, one execution of a plugin file. Adds its microseconds to a file.
call() {
  local start=${EPOCHREALTIME/[.,]/}
  CNI_COMMAND=$2 "$scratch/bin/hawser-bridge" <"$scratch/call.json" >"$scratch/answer" || fail "$2: $(cat "$scratch/answer")"
  echo $((${EPOCHREALTIME/[.,]/} - start)) >>"$scratch/$1.$2"
}

# measure KIND CALLS: so many pods come and go, one after another.
measure() {
  local i
  for ((i = 0; i < $2; i++)); do
    export CNI_CONTAINERID=demo-$1-$i
    call "$1" ADD
    call "$1" DEL
  done
}

# median FILE: in milliseconds.
median() { sort -n "$1" | awk '{ sample[NR] = $1 } END { printf "%.1f", sample[int((NR + 1) / 2)] / 1000 }'; }

print_times() { printf '      %-32s %8s %8s\n' "$1" "$(median "$scratch/$2.ADD")" "$(median "$scratch/$2.DEL")"; }

start_helper() {
  export HAWSER_SOCKET=$scratch/hawser.sock
  "$hawser" helper run >"$scratch/helper.log" 2>&1 &
  helper=$!
  for ((i = 0; i < 200; i++)); do
    [[ ! -S $HAWSER_SOCKET ]] || return 0
    sleep 0.05
  done
  fail "the helper did not start: $(cat "$scratch/helper.log")"
}

stop_helper() {
  [[ -n $helper ]] || return 0
  kill "$helper" 2>/dev/null || true
  wait "$helper" 2>/dev/null || true
  helper=
}

cold_and_warm() {
  say "How long a call takes: without the helper a JVM starts for each"
  start_container green
  # shellcheck disable=SC2154  # set by start_container
  CNI_NETNS=$(netns "$green")
  export CNI_NETNS CNI_IFNAME=eth0
  plugin_configuration >"$scratch/call.json"
  export HAWSER_SOCKET=
  measure cold 10
  start_helper
  measure warming-up 100
  measure warm 100
  stop_helper
  printf '      %-32s %8s %8s\n' "median, milliseconds" ADD DEL
  print_times "cold (10 calls each)" cold
  print_times "with the helper (100 calls each)" warm
}

# What a runtime makes of the list for one plugin.
plugin_configuration() {
  cat <<JSON
{
  "cniVersion": "1.0.0", "name": "$network", "type": "hawser-bridge", "bridge": "$bridge", "isGateway": true,
  "ipam": { "type": "hawser-host-local", "dataDir": "$scratch/leases", "subnet": "$subnet" }
}
JSON
}

# The bridge and forwarding are the node's, shared by all containers: DEL leaves them, the demo does not.
clean_up() {
  local pid directory
  stop_helper
  for pid in "${containers[@]}"; do
    "$hawser" net del "$network" "$(netns "$pid")" >/dev/null 2>&1 || true
    kill "$pid" 2>/dev/null || true
    wait "$pid" 2>/dev/null || true
  done
  ip link delete "$bridge" 2>/dev/null || true
  sysctl -q -e -w "${forwarding[@]}" || true
  rm -rf "/run/hawser/leases/$network"-* "$scratch"
  for directory in "${new_directories[@]}"; do
    if [[ -d $directory ]]; then find "$directory" -depth -type d -empty -delete; fi
  done
}

dir=$tree
if [[ ${1:-} == --tree ]]; then
  dir=$(cd "$2" && pwd)
elif (($#)); then
  fail "usage: scripts/demo.sh [--tree DIR]"
fi
need_root
need_packages iproute2 iputils-ping procps util-linux
[[ ${1:-} == --tree ]] || "$project/scripts/build.sh"

hawser=$dir/bin/hawser
network=hawser-demo-$$
bridge=hwdemo$$
subnet=$(free_subnet)
gateway=${subnet%.0/24}.1
subnet6=$(printf 'fd%02x:%x:%x::/64' $((RANDOM % 256)) $((RANDOM)) $((RANDOM)))
scratch=$(mktemp -d)
containers=()
helper=
mapfile -t forwarding < <(sysctl -e net.ipv4.ip_forward net.ipv6.conf.all.forwarding | sed 's/ = /=/')
new_directories=()
for directory in /var/lib/cni/results /var/lib/cni /run/hawser; do
  [[ -d $directory ]] || new_directories+=("$directory")
done
before=$(host_state)
trap clean_up EXIT
export NETCONFPATH=$scratch/net.d CNI_PATH=$scratch/bin

say "A network of our own: $network ($subnet) on the bridge $bridge"
write_network
indent <"$scratch/net.d/10-demo.conflist"
main_job
check_nothing_left
cold_and_warm
check_nothing_left
trap - EXIT
clean_up
after=$(host_state)
if [[ $before != "$after" ]]; then
  diff <(echo "$before") <(echo "$after") | indent
  fail "the host is not as it was before"
fi
note "the host is as it was before"
say "Done"
