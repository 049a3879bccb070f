#!/usr/bin/env bash
# Runs tests on another kernel, Debian's cloud kernel in a virtual machine: those that this machine's kernel had to skip because
# it lacks something (bridge VLAN filtering, 802.1Q, dummy, ipvlan, vrf, ...).
#
#   scripts/matrix.sh                                what the last scripts/test.sh (or mvn verify) skipped here
#   scripts/matrix.sh [--calls helper|cold] TEST...  these test classes, with or without their package: LinuxKernelTest for one
#   scripts/matrix.sh --shell [COMMAND]              a shell in the virtual machine, which ends with the shell
#
# Fails if a test fails there, or was skipped here and is not executed there either. The reports are left in
# target/surefire-reports. Run it as root, after a build; it needs no KVM. How a test says what it needs: KernelFeature; how it is
# known what was skipped: OutcomeLog.
#
# How it works: QEMU boots the kernel of the package linux-image-cloud-amd64, which is only unpacked. Its root directory is
# this machine's own (by virtiofs) under a tmpfs that takes all writes: the JDK, the tools and the build are where they always
# are, and whatever happens there changes nothing here. Only target/matrix/exchange is really written. The plan goes in (a line
# for each test: how its calls are made, and what selects it), the reports come out. Each processor has a virtual machine with one
# processor, and a part of the plan: without KVM several processors of one wait for one another more than they get done. A test
# whose calls a helper can make is run that way only: without KVM a JVM needs seconds to start.
set -euo pipefail
# shellcheck source=common.sh
. "$(dirname "${BASH_SOURCE[0]}")/common.sh"

work=$project/target/matrix
exchange=$work/exchange
reports=$project/target/surefire-reports
memory=3G
longest_seconds=1800
most_machines=4
compile_late=-XX:CompileThresholdScaling=10

usage() { sed -n '2,/^set /{/^#/s/^# \{0,1\}//p}' "${BASH_SOURCE[0]}"; }

# ---- On this machine: what the virtual machine is made of.

need_tools() {
  [[ $(uname -m) == x86_64 ]] || fail "makes virtual machines for x86-64 on x86-64 only, and this is $(uname -m)"
  need_packages qemu-system-x86 busybox-static cpio kmod iproute2 iputils-ping iptables nftables util-linux
  virtiofsd=$(find_virtiofsd) || { need_packages virtiofsd && virtiofsd=$(find_virtiofsd); } ||
    fail "no virtiofsd found: it comes with Debian's package virtiofsd, up to Debian 12 with qemu-system-common"
}

find_virtiofsd() {
  local file
  for file in /usr/libexec/virtiofsd /usr/lib/qemu/virtiofsd; do
    [[ ! -x $file ]] || { echo "$file" && return; }
  done
  return 1
}

need_build() {
  use_jdk
  [[ -x $tree/bin/hawser ]] || "$project/scripts/build.sh"
  [[ -e $project/test-netns/target/test.classpath ]] || compile_tests
}

compile_tests() {
  say "Compiling the tests (Maven)"
  MAVEN_OPTS="--sun-misc-unsafe-memory-access=allow" \
    mvn -B -q -Dstyle.color=never -f "$project/pom.xml" --no-transfer-progress -DskipTests verify
}

# Fetched once and kept as long as target/ is.
need_kernel() {
  [[ -e $work/kernel/complete ]] || fetch_kernel
  release=$(ls "$work/kernel/lib/modules")
}

fetch_kernel() {
  local package
  say "Fetching a kernel"
  rm -rf "$work/kernel" "$work/package"
  mkdir -p "$work/package"
  apt_update_once
  package=$(apt-cache depends linux-image-cloud-amd64 | sed -n 's/^ *Depends: \(linux-image-.*\)/\1/p')
  [[ -n $package ]] || no_kernel
  (cd "$work/package" && apt-get -qq -o APT::Sandbox::User=root download "$package") || no_kernel
  dpkg -x "$work"/package/*.deb "$work/kernel"
  depmod -b "$work/kernel" "$(ls "$work/kernel/lib/modules")"
  touch "$work/kernel/complete"
}

no_kernel() {
  fail "apt-get cannot get the package linux-image-cloud-amd64: add Debian's archive to its sources. (Or unpack another" \
    "package of a kernel into $work/kernel with dpkg -x, run depmod -b on it, and touch $work/kernel/complete.)"
}

# The modules that it takes to mount the root directory, in the order of loading.
first_modules() {
  modprobe -d "$work/kernel" -S "$release" -a --show-depends virtio_pci virtiofs overlay |
    awk '$1 == "insmod" && !seen[$2]++ { print $2 }'
}

# make_initramfs WHAT
make_initramfs() {
  local root=$scratch/initramfs module
  mkdir -p "$root"/{bin,dev,here,writes,root}
  cp /bin/busybox "$root/bin/"
  for module in $(first_modules); do
    cp "$module" "$root/"
    echo "/${module##*/}" >>"$root/modules"
  done
  first_program "$1" >"$root/init"
  chmod +x "$root/init"
  (cd "$root" && find . | cpio --quiet -o -H newc) >"$scratch/initrd"
}

# first_program WHAT: makes the root directory and goes on there, with this script.
first_program() {
  cat <<INIT
#!/bin/busybox sh
set -e
busybox=/bin/busybox
\$busybox mount -t devtmpfs dev /dev
while read -r module; do \$busybox insmod "\$module"; done </modules
\$busybox mount -t virtiofs here /here
\$busybox mount -t tmpfs writes /writes
\$busybox mkdir /writes/upper /writes/work
\$busybox mount -t overlay -o lowerdir=/here,upperdir=/writes/upper,workdir=/writes/work root /root
\$busybox mount --bind "/here$exchange" "/root$exchange"
\$busybox mount --move /dev /root/dev
export PATH=/usr/sbin:/usr/bin:/sbin:/bin HOME=/root JAVA_HOME="$JAVA_HOME" TERM="${TERM:-linux}"
# The kernel has the number of its machine from its command line.
exec \$busybox switch_root /root /bin/bash "$project/scripts/matrix.sh" --inside $1 "\$machine"
INIT
}

# ---- On this machine: running it.

# start_virtiofsd SOCKET: lends the root directory to whoever connects to it, once.
start_virtiofsd() {
  local i
  "$virtiofsd" --rlimit-nofile=0 --socket-path="$1" -o source=/ -o cache=always -o sandbox=chroot &>"$1.log" &
  for ((i = 0; i < 200; i++)); do
    [[ ! -S $1 ]] || return 0
    sleep 0.05
  done
  fail "virtiofsd does not listen: $(cat "$1.log")"
}

# prepare_machine N: its command, in machine. The serial console is stdin and stdout.
prepare_machine() {
  local here=$scratch/here.$1
  start_virtiofsd "$here"
  machine=(
    qemu-system-x86_64 -accel "tcg,thread=multi" -cpu max -smp 1 -m "$memory"
    -object "memory-backend-memfd,id=memory,size=$memory,share=on" -machine "q35,memory-backend=memory"
    -nodefaults -no-user-config -display none -no-reboot
    -chardev "stdio,id=console,signal=off" -serial chardev:console
    -chardev "socket,id=here,path=$here" -device "vhost-user-fs-pci,chardev=here,tag=here"
    -kernel "$work/kernel/boot/vmlinuz-$release" -initrd "$scratch/initrd"
    -append "console=ttyS0 quiet panic=-1 no_timer_check no5lvl mitigations=off machine=$1"
  )
}

# run_machines: all that have something in exchange, at once.
run_machines() {
  local n pids=()
  for n in $(machines); do
    prepare_machine "$n"
    timeout --kill-after=10 "$longest_seconds" "${machine[@]}" </dev/null > >(sed -u "s/^ */    $n: /") &
    pids+=($!)
  done
  for n in "${!pids[@]}"; do
    wait "${pids[n]}" || note "virtual machine $n ended with status $?"
  done
}

machines() { ls "$exchange"; }

# Also when this script is told to end.
clean_up() {
  local running
  mapfile -t running < <(jobs -pr)
  ((!${#running[@]})) || kill "${running[@]}" || true
  wait
  rm -rf "$scratch"
}

# ---- On this machine: what is to be tested, and what came of it.

# with_outcome skipped|executed LOG...: the ids of the tests that had it.
with_outcome() { sed -n "s/^$1 //p" "${@:2}" | sort -u; }

outcomes_here() { find "$project"/*/target/surefire-reports -name 'outcomes*.log'; }

outcomes_there() { find "$exchange" -name outcomes.log; }

# share_plan: reads it, and gives each machine its part.
share_plan() {
  local plan=() n count
  mapfile -t plan
  count=$(($(nproc) < most_machines ? $(nproc) : most_machines))
  for n in "${!plan[@]}"; do
    mkdir -p "$exchange/$((n % count))"
    echo "${plan[n]}" >>"$exchange/$((n % count))/plan"
  done
}

# skipped_in LOG...: what was executed in none of these runs.
skipped_in() { comm -23 <(with_outcome skipped "$@") <(with_outcome executed "$@"); }

# plan_skipped: a line "CALLS SELECTOR" for each test that was skipped here.
plan_skipped() {
  local logs id
  mapfile -t logs < <(outcomes_here)
  ((${#logs[@]})) ||
    fail "what this machine's kernel skips is written down by its tests, and that is missing: run" \
      "$project/scripts/test.sh first, or name test classes"
  skipped_in "${logs[@]}" | while IFS= read -r id; do echo "$(calls_of "$id") --select-unique-id=$id"; done
}

# calls_of ID: cold, if test-netns runs it that way only.
calls_of() {
  local here=$project/test-netns/target/surefire-reports
  if grep -qxF "skipped $1" "$here/outcomes.log" && ! grep -qF " $1" "$here/outcomes-through-helper.log"; then
    echo cold
  else
    echo helper
  fi
}

skipped_in_both() {
  local logs
  mapfile -t logs < <(outcomes_here && outcomes_there)
  skipped_in "${logs[@]}"
}

# plan_named CALLS TEST...
plan_named() {
  local name file
  for name in "${@:2}"; do
    file=$(cd "$project" && find ./*/target/test-classes -path "*/${name//.//}.class" | head -n 1)
    [[ -n $file ]] || fail "no test class $name in $project/*/target/test-classes"
    file=${file#./*/target/test-classes/}
    file=${file%.class}
    echo "$1 --select-class=${file//\//.}"
  done
}

# run_plan: runs what is planned there, and brings the reports here.
run_plan() {
  local report name
  say "Testing with Linux $release"
  rm -rf "$reports"
  mkdir -p "$reports"
  run_machines
  for report in "$exchange"/*/*/TEST-junit-jupiter.xml; do
    [[ -e $report ]] || continue
    name=${report#"$exchange/"}
    name=${name%/*}
    cp "$report" "$reports/TEST-linux-$release-${name//\//-}.xml"
  done
}

# conclude: says what came of it, and fails if a test did, or was executed nowhere.
conclude() {
  local nowhere=() incomplete=() n
  ((named)) || mapfile -t nowhere < <(skipped_in_both)
  ((!${#nowhere[@]})) || printf 'skipped by both kernels: %s\n' "${nowhere[@]}"
  for n in $(machines); do
    [[ -e $exchange/$n/complete ]] || incomplete+=("$exchange/$n")
  done
  ((!${#incomplete[@]})) || note "the tests did not come to their end: their output is in ${incomplete[*]}"
  say "Linux $release: $(count tests "$reports") tests, $(count failures "$reports") failures," \
    "$(count errors "$reports") errors, $(count skipped "$reports") skipped"
  ((${#incomplete[@]} == 0 && ${#nowhere[@]} == 0)) && [[ -z $(find "$exchange" -name failed) ]]
}

# ---- In the virtual machine.

# inside WHAT N: what the first process of machine N does.
inside() {
  exchange=$exchange/$2
  exec </dev/ttyS0 &>/dev/ttyS0
  mount -t proc proc /proc
  mount -t sysfs sys /sys
  mount -t tmpfs run /run
  [[ $project == /tmp/* ]] || mount -t tmpfs tmp /tmp
  ln -s /proc/self/fd /dev/fd
  mkdir -p /dev/pts /dev/shm /lib/modules
  mount -t devpts devpts /dev/pts
  mount -t tmpfs shm /dev/shm
  mount --bind "$work/kernel/lib/modules" /lib/modules
  # There is no udev, which would have made the device whose opening loads this one.
  modprobe tun
  ip link set lo up
  "inside_$1"
  busybox reboot -f
}

inside_shell() {
  note "Linux $(uname -r) after $(cut -d ' ' -f 1 /proc/uptime) s; what you change is forgotten when you leave this shell"
  cd "$project"
  if [[ -e $exchange/command ]]; then
    stty -onlcr
    bash "$exchange/command" || note "status $?"
  else
    setsid -c bash -i || true
  fi
}

# Without KVM each compilation is dear, and a helper compiles early.
inside_tests() {
  local calls
  stty -onlcr
  echo "$compile_late" >>"$tree/conf/helper.options"
  for calls in helper cold; do
    ! grep -q "^$calls " "$exchange/plan" || run_selected "$calls"
  done
  touch "$exchange/complete"
}

# run_selected CALLS: in one JVM.
run_selected() {
  local selectors
  mapfile -t selectors < <(sed -n "s/^$1 //p" "$exchange/plan")
  note "$(cut -d ' ' -f 1 /proc/uptime) s: starting ${#selectors[@]} tests or classes of tests, calls: $1"
  mkdir "$exchange/$1"
  (
    cd "$project/test-netns"
    "$JAVA_HOME/bin/java" -XX:+UseSerialGC -XX:TieredStopAtLevel=1 "$compile_late" --enable-native-access=ALL-UNNAMED \
      --sun-misc-unsafe-memory-access=allow -Dhawser.calls="$1" -Dhawser.slowness=5 \
      -Dhawser.outcomes="$exchange/$1/outcomes.log" -cp "$(class_path)" \
      org.junit.platform.console.ConsoleLauncher execute --disable-banner --disable-ansi-colors --details=testfeed \
      --include-engine=junit-jupiter --reports-dir="$exchange/$1" "${selectors[@]}" 2>&1
  ) | tee "$exchange/$1/output.txt" | progress || touch "$exchange/failed"
}

class_path() { printf '%s:' "$project"/*/target/test-classes && cat "$project/test-netns/target/test.classpath"; }

# A line for each class once it is through, and what went wrong at once.
progress() {
  awk '
    function flush() {
      if (class) printf "    %4.0f s: %s: %d passed, %d failed, %d skipped\n", uptime(), class, n["SUCCESSFUL"], n["FAILED"], n["ABORTED"] + n["SKIPPED"]
      fflush(); split("", n)
    }
    function uptime(  line) { getline line <"/proc/uptime"; close("/proc/uptime"); return line + 0 }
    /^JUnit Jupiter > / {
      status = $NF; split($0, part, " > ")
      if (part[2] != class) { flush(); class = part[2] }
      n[status]++
      if (status == "FAILED") print
      next
    }
    /^Test run finished/ { status = "" }
    status == "FAILED" || !class
    END { flush() }'
}

# ----

if [[ ${1:-} == --inside ]]; then
  inside "$2" "$3"
  exit
fi
calls=helper
what=tests
while [[ ${1:-} == -* ]]; do
  case $1 in
    --calls) calls=${2:?} && shift ;;
    --shell) what=shell ;;
    --help | -h) usage && exit ;;
    *) fail "no such option: $1: see --help" ;;
  esac
  shift
done
need_root
need_build
need_tools
need_kernel
named=$#
rm -rf "$exchange"
mkdir -p "$exchange"
scratch=$(mktemp -d)
trap clean_up EXIT
make_initramfs "$what"
if [[ $what == shell ]]; then
  mkdir "$exchange/0"
  ((!$#)) || echo "$*" >"$exchange/0/command"
  prepare_machine 0
  "${machine[@]}"
  exit
fi
if ((named)); then
  plan_named "$calls" "$@" | share_plan
else
  plan_skipped | share_plan
  [[ -n $(machines) ]] || { say "This machine's kernel has skipped nothing" && exit; }
fi
run_plan
conclude
