#!/usr/bin/env bash
# Fetches what Hawser is tested and measured against and this Debian is too old for: the newest reference CNI plugins and
# containerd 2, from the machine's own Debian mirror, unstable. They are unpacked, not installed:
#
#   target/peers/cni   bridge, host-local, portmap, ...
#   target/peers/bin   containerd, ctr, containerd-shim-runc-v2: for the PATH of this containerd alone
#
#   scripts/peers.sh
#
# Does so once: later calls find them there. Delete target/peers to have newer ones.
set -euo pipefail
# shellcheck source=common.sh
. "$(dirname "${BASH_SOURCE[0]}")/common.sh"

# The mirror that this machine's own Debian comes from. apt knows it once it has fetched a list.
debian_mirror() {
  # shellcheck disable=SC2016  # apt's variable
  apt-get indextargets --format '$(REPO_URI)' 'Created-By: Packages' 'Origin: Debian' 'Label: Debian' | sed -n 1p
}

# An apt with lists and sources of its own, with the machine's proxies and keys.
private_apt() {
  apt-get -qq -o Dir::State::Lists="$new/apt/lists" -o Dir::Cache="$new/apt/cache" \
    -o Dir::Etc::SourceList="$new/apt/sources.list" -o Dir::Etc::SourceParts=/dev/null \
    -o APT::Sandbox::User=root "$@" >/dev/null
}

# download PACKAGE...: into $new/debs.
download() {
  local mirror keyring=/usr/share/keyrings/debian-archive-keyring.gpg options=
  mirror=$(debian_mirror)
  if [[ -z $mirror ]]; then
    apt_update_once
    mirror=$(debian_mirror)
  fi
  [[ -n $mirror ]] || fail "apt has no source of Debian's packages: see sources.list(5)"
  [[ ! -r $keyring ]] || options="[signed-by=$keyring] "
  mkdir -p "$new"/apt/{lists/partial,cache} "$new/debs"
  echo "deb $options$mirror unstable main" >"$new/apt/sources.list"
  private_apt update
  (cd "$new/debs" && private_apt download "$@")
}

# containerd's package has a CNI plugin too, with failures to order for its own tests: it stays out.
unpack() {
  local package
  for package in containernetworking-plugins containerd; do
    dpkg -x "$new/debs/$package"_*.deb "$new/$package"
  done
  mkdir -p "$new/bin"
  mv "$new"/containerd/usr/bin/{containerd,ctr,containerd-shim-runc-v2} "$new/bin/"
  mv "$new/containernetworking-plugins/usr/lib/cni" "$new/cni"
  rm -rf "$new"/{apt,debs,containernetworking-plugins,containerd}
}

peers=$project/target/peers
new=$project/target/peers.new
if [[ ! -d $peers ]]; then
  say "Fetching the newest reference plugins and containerd"
  rm -rf "$new"
  download containernetworking-plugins containerd
  unpack
  mv "$new" "$peers"
fi
note "reference plugins: $peers/cni"
note "containerd: $peers/bin"
