# shellcheck shell=bash
# What the scripts share: where things are, progress for people, packages, and a JDK 25. Sourced, never run.

project=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
# shellcheck disable=SC2034  # used by the scripts that source this file
tree=$project/target/hawser
java_release=25

say() { printf '==> %s\n' "$*"; }

note() { printf '    %s\n' "$*"; }

fail() {
  printf '%s: %s\n' "${0##*/}" "$*" >&2
  exit 1
}

need_root() {
  ((EUID == 0)) || fail "needs root, for network namespaces: sudo $0"
}

is_installed() { dpkg-query -W -f '${Status}' "$1" 2>/dev/null | grep -q ' installed$'; }

apt_update_once() {
  [[ -n ${apt_updated:-} ]] || apt-get -qq update || note "apt-get update failed: going on with the lists that are there"
  apt_updated=yes
}

apt_install() {
  DEBIAN_FRONTEND=noninteractive apt-get -qq -y --no-install-recommends install "$@" >/dev/null
}

# need_packages NAME...: installs those Debian packages that are missing.
need_packages() {
  local package missing=()
  for package in "$@"; do
    is_installed "$package" || missing+=("$package")
  done
  ((${#missing[@]})) || return 0
  command -v apt-get >/dev/null || fail "install these packages first: ${missing[*]}"
  ((EUID == 0)) || fail "install these packages first: apt-get install ${missing[*]}"
  say "Installing packages: ${missing[*]}"
  apt_update_once
  apt_install "${missing[@]}" || fail "apt-get could not install: ${missing[*]}"
}

# is_jdk DIR: a whole JDK (compiler and jlink), new enough.
is_jdk() {
  local version
  [[ -x $1/bin/javac && -x $1/bin/jlink && -r $1/release ]] || return 1
  version=$(sed -n 's/^JAVA_VERSION="\([0-9]*\).*/\1/p' "$1/release")
  ((${version:-0} >= java_release))
}

find_jdk() {
  local home
  for home in "${JAVA_HOME:-}" /usr/lib/jvm/*; do
    if [[ -n $home ]] && is_jdk "$home"; then
      (cd "$home" && pwd -P)
      return
    fi
  done
  return 1
}

install_jdk() {
  local package
  command -v apt-get >/dev/null && ((EUID == 0)) || return 1
  say "Looking for a JDK $java_release in the package lists"
  apt_update_once
  for package in "openjdk-$java_release-jdk-headless" "temurin-$java_release-jdk"; do
    apt-cache show "$package" >/dev/null 2>&1 || continue
    say "Installing $package"
    apt_install "$package" && return
  done
  return 1
}

no_jdk() {
  fail "no JDK $java_release found: install openjdk-$java_release-jdk-headless (Debian 13 has it) or" \
    "temurin-$java_release-jdk (from Adoptium), or set JAVA_HOME"
}

# use_jdk: exports the JAVA_HOME of a JDK 25 or newer: the one it names, one in /usr/lib/jvm, or one that apt-get has.
use_jdk() {
  local home
  if ! home=$(find_jdk); then
    install_jdk || no_jdk
    home=$(find_jdk) || no_jdk
  fi
  export JAVA_HOME=$home
  note "JDK: $JAVA_HOME"
}

project_version() { sed -n 's:^  <version>\(.*\)</version>$:\1:p' "$project/pom.xml" | head -n 1; }

# count NAME DIRECTORY: the sum of an attribute of <testsuite> over all reports of tests below it.
count() {
  find "$2" -path '*/surefire-reports/TEST-*.xml' -exec cat {} + \
    | awk -v name="$1" 'match($0, /<testsuite [^>]*/) || inside {
        inside = 1
        if (match($0, " " name "=\"[0-9]+\"")) sum += substr($0, RSTART + length(name) + 3, RLENGTH - length(name) - 4)
        if ($0 ~ />/) inside = 0
      }
      END { print sum + 0 }'
}
