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

plugin() { "$bin/bridge" <"$scratch/$name.json"; }

call() {
  export CNI_COMMAND=$1
  timed "$2" plugin
}

# use_pool: a pool of the contender's own with so many leases of other containers in it. (What another program writes into a
# pool makes us read it anew: a pool shared by both would measure that.)
use_pool() {
  local i pool=$scratch/pool-$name-$leases
  mkdir -p "$pool/bench"
  for ((i = 0; i < leases; i++)); do
    printf 'other%d\r\neth0' "$i" >"$pool/bench/10.$((i / 65536 + 1)).$((i / 256 % 256)).$((i % 256))"
  done
  # Else the calls that are measured share the disk with the writing out of these files.
  sync -f "$pool"
  cat >"$scratch/$name.json" <<JSON
{
  "cniVersion": "1.0.0", "name": "bench", "type": "bridge", "bridge": "bench0", "isGateway": true,
  "ipam": { "type": "host-local", "dataDir": "$pool", "subnet": "10.0.0.0/8", "rangeStart": "10.128.0.2" }
}
JSON
}

# contend NAME: makes it the one that is called; ours is "hawser".
contend() {
  name=$1
  bin=$scratch/$name
  export CNI_PATH=$bin
}

# for_each_contender FUNCTION
for_each_contender() {
  local contender
  for contender in "${contenders[@]}"; do
    contend "$contender"
    "$1"
  done
}

# --- Cold start. All are measured in turns, so that a busy machine is busy for each of them. ---

call_once_each() {
  call VERSION "$scratch/$name-start.VERSION"
  call ADD "$scratch/$name-start.ADD"
  call DEL "$scratch/$name-start.DEL"
}

measure_start() {
  local i leases=0
  for_each_contender use_pool
  for ((i = 0; i < warm_ups + runs; i++)); do
    export CNI_CONTAINERID=bench$i
    timed "$scratch/empty" "$JAVA_HOME/bin/java" -cp "$scratch/empty-main" Empty
    for_each_contender call_once_each
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
  measure_start
  printf '\n  %-34s %8s %8s\n' "Cold start" "ms" "x empty"
  print_start_row "empty main (JDK $jdk_version)" "$scratch/empty"
  for_each_contender print_start
}

# --- Leases. ---

add_and_del() {
  call ADD "$scratch/$name-$leases.ADD"
  call DEL "$scratch/$name-$leases.DEL"
}

measure_leases() {
  local i
  for_each_contender use_pool
  for ((i = 0; i < warm_ups + runs; i++)); do
    export CNI_CONTAINERID=bench$i
    for_each_contender add_and_del
  done
}

print_columns() { printf ' %14s %14s' "$name ADD" "$name DEL"; }

print_leases() { printf ' %14s %14s' "$(median "$scratch/$name-$leases.ADD")" "$(median "$scratch/$name-$leases.DEL")"; }

against_leases() {
  printf '\n  %-10s' "Leases"
  for_each_contender print_columns
  echo
  for leases in "${lease_counts[@]}"; do
    measure_leases
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
