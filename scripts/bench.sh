#!/usr/bin/env bash
# Measures cold calls (no helper): their start against an empty main on the same JDK, and ADD and DEL against the number of leases.
#
#   scripts/bench.sh [--runs N] [--tree DIR] [--peer DIR]
#
# --runs N    runs per figure, at least 10 (default 15); each figure is their median, in milliseconds
# --tree DIR  the tree to measure (default: the one that scripts/build.sh built, built if it is not there)
# --peer DIR  a directory with the reference's bridge and host-local, measured beside ours
#
# Everything happens in network and mount namespaces of its own and in a temporary directory: nothing is left. Needs root.
set -euo pipefail
# shellcheck source=common.sh
. "$(dirname "${BASH_SOURCE[0]}")/common.sh"

lease_counts=(0 1000 5000 50000)
warm_ups=3

usage() { fail "usage: scripts/bench.sh [--runs N] [--tree DIR] [--peer DIR]"; }

# --- Measuring. Samples are microseconds, one per line in a file. ---

# timed FILE COMMAND...: runs a command that must succeed, and appends how long it took.
timed() {
  local file=$1 start end
  shift
  start=${EPOCHREALTIME/[.,]/}
  "$@" >"$scratch/out" 2>"$scratch/err" || {
    cat "$scratch/out" "$scratch/err" >&2
    fail "failed: $*"
  }
  end=${EPOCHREALTIME/[.,]/}
  echo $((end - start)) >>"$file"
}

# median FILE: of all but the warm-ups, in milliseconds.
median() {
  tail -n +$((warm_ups + 1)) "$1" | sort -n | awk '
    { sample[NR] = $1 }
    END { printf "%.1f", (sample[int((NR + 1) / 2)] + sample[int((NR + 2) / 2)]) / 2000 }'
}

# --- Plugin calls. The variables of CNI are exported, so that a call is one fork and one exec, as a runtime does it. ---

plugin() { "$bin/bridge" <"$scratch/network.json"; }

call() {
  export CNI_COMMAND=$1
  timed "$2" plugin
}

# use_pool DIR LEASES: a network whose pool has so many leases of other containers already.
use_pool() {
  local i
  mkdir -p "$1/bench"
  for ((i = 0; i < $2; i++)); do
    printf 'other%d\r\neth0' "$i" >"$1/bench/10.$((i / 65536 + 1)).$((i / 256 % 256)).$((i % 256))"
  done
  cat >"$scratch/network.json" <<JSON
{
  "cniVersion": "1.0.0", "name": "bench", "type": "bridge", "bridge": "bench0", "isGateway": true,
  "ipam": { "type": "host-local", "dataDir": "$1", "subnet": "10.0.0.0/8", "rangeStart": "10.128.0.2" }
}
JSON
}

# add_and_del NAME: appends to NAME.ADD and NAME.DEL.
add_and_del() {
  local i
  for ((i = 0; i < warm_ups + runs; i++)); do
    export CNI_CONTAINERID=bench$i
    call ADD "$1.ADD"
    call DEL "$1.DEL"
  done
}

# for_each_contender FUNCTION...: ours first; sets name and bin.
for_each_contender() {
  local contender
  for contender in "${contenders[@]}"; do
    name=$contender
    bin=$scratch/$contender
    export CNI_PATH=$bin
    "$@"
  done
}

# --- Cold start. ---

measure_version() {
  local i
  use_pool "$scratch/pool-$name-start" 0
  for ((i = 0; i < warm_ups + runs; i++)); do call VERSION "$scratch/$name-start.VERSION"; done
  add_and_del "$scratch/$name-start"
}

measure_empty_main() {
  local i
  for ((i = 0; i < warm_ups + runs; i++)); do
    timed "$scratch/empty" "$JAVA_HOME/bin/java" -cp "$scratch/empty-main" Empty
  done
}

print_start() {
  local command
  for command in VERSION ADD DEL; do
    print_start_row "$name $command" "$scratch/$name-start.$command"
  done
}

print_start_row() {
  local value
  value=$(median "$2")
  printf '  %-34s %8s %8s\n' "$1" "$value" "$(awk -v a="$value" -v b="$(median "$scratch/empty")" 'BEGIN { printf "%.1f", a / b }')"
}

cold_start() {
  measure_empty_main
  for_each_contender measure_version
  printf '\n  %-34s %8s %8s\n' "Cold start" "ms" "x empty"
  print_start_row "empty main (JDK $jdk_version)" "$scratch/empty"
  for_each_contender print_start
}

# --- Leases. ---

measure_leases() {
  use_pool "$scratch/pool-$name-$leases" "$leases"
  add_and_del "$scratch/$name-$leases"
}

print_columns() { printf ' %14s %14s' "$name ADD" "$name DEL"; }

print_leases() { printf ' %14s %14s' "$(median "$scratch/$name-$leases.ADD")" "$(median "$scratch/$name-$leases.DEL")"; }

against_leases() {
  printf '\n  %-10s' "Leases"
  for_each_contender print_columns
  echo
  for leases in "${lease_counts[@]}"; do
    for_each_contender measure_leases
    printf '  %-10s' "$leases"
    for_each_contender print_leases
    echo
  done
}

# --- The namespaces. ---

inside() {
  mount -t tmpfs tmpfs /run
  ip link set lo up
  ip netns add pod
  export CNI_NETNS=/run/netns/pod CNI_IFNAME=eth0
  cold_start
  against_leases
}

prepare() {
  local type
  mkdir -p "$scratch/hawser" "$scratch/empty-main"
  for type in bridge host-local; do ln -s "$dir/bin/hawser" "$scratch/hawser/$type"; done
  [[ -z $peer ]] || ln -s "$peer" "$scratch/reference"
  echo 'public class Empty { public static void main(String[] arguments) {} }' >"$scratch/empty-main/Empty.java"
  "$JAVA_HOME/bin/javac" -d "$scratch/empty-main" "$scratch/empty-main/Empty.java"
}

runs=15 dir=$tree peer='' scratch=''
while (($#)); do
  (($# >= 2)) || usage
  case $1 in
    --runs) runs=$2 ;;
    --tree) dir=$(cd "$2" && pwd) ;;
    --peer) peer=$(cd "$2" && pwd) ;;
    --inside) scratch=$2 ;;
    *) usage ;;
  esac
  shift 2
done
if [[ ! $runs =~ ^[0-9]+$ ]] || ((runs < 10)); then usage; fi
contenders=(hawser)
[[ -z $peer ]] || contenders+=(reference)

if [[ -n $scratch ]]; then
  jdk_version=$(sed -n 's/^JAVA_VERSION="\(.*\)"/\1/p' "$JAVA_HOME/release")
  inside
  exit
fi

need_root
need_packages iproute2 util-linux
use_jdk
if [[ $dir == "$tree" && ! -x $tree/bin/hawser ]]; then "$project/scripts/build.sh"; fi
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
prepare
say "Medians of $runs runs in milliseconds, $(nproc) processors, Linux $(uname -r)"
unshare --net --mount --propagation private "$0" --runs "$runs" --tree "$dir" ${peer:+--peer "$peer"} --inside "$scratch"
