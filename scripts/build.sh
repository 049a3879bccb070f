#!/usr/bin/env bash
# Builds Hawser: leaves the installable tree in target/hawser and the same as target/hawser-<version>-linux-<arch>.tar.gz.
#
#   scripts/build.sh
#
# Needs a Debian (or compatible) machine with a JDK 25; as root it installs Maven, gcc and, where there is one, the JDK.
# The tree runs from where it is, and from wherever it is copied to: a node needs no Java.
set -euo pipefail
# shellcheck source=common.sh
. "$(dirname "${BASH_SOURCE[0]}")/common.sh"

run_maven() {
  MAVEN_OPTS="--sun-misc-unsafe-memory-access=allow" \
    mvn -B -q -Dstyle.color=never -f "$project/pom.xml" -pl cni-plugin -am -DskipTests \
      package dependency:copy-dependencies -DincludeScope=runtime
}

build_launcher() {
  mkdir -p "$new/bin"
  gcc -std=c17 -Wall -Wextra -Werror -O2 -static -s -o "$new/bin/hawser" "$project/runtime-shim/src/main/c/launcher.c"
}

# jffi's native library goes beside the jars, so that no call unpacks it into /tmp; its jar, with all its systems, stays out.
copy_jars() {
  local jar dependencies=$project/cni-plugin/target/dependency
  mkdir -p "$new/lib/native"
  cp -p "$project/cni-plugin/target/cni-plugin-$version.jar" "$new/lib/"
  for jar in "$dependencies"/*.jar; do
    case ${jar##*/} in
      jffi-*-native.jar) unpack_native_library "$jar" ;;
      *) cp -p "$jar" "$new/lib/" ;;
    esac
  done
  (cd "$new/lib" && printf '%s\n' *.jar) >"$new/lib/classpath"
}

unpack_native_library() {
  local file scratch=$project/target/jffi
  file=jni/$(uname -m)-Linux/libjffi-1.2.so
  mkdir -p "$scratch"
  (cd "$scratch" && "$JAVA_HOME/bin/jar" --extract --file "$1" "$file")
  cp "$scratch/$file" "$new/lib/native/"
}

# What the jars need of the JDK, by jdeps.
needed_modules() {
  "$JAVA_HOME/bin/jdeps" --multi-release "$java_release" --ignore-missing-deps --print-module-deps \
    "$new"/lib/*.jar
}

build_runtime() {
  "$JAVA_HOME/bin/jlink" --add-modules "$(needed_modules)" --strip-debug --no-header-files --no-man-pages \
    --output "$new/runtime"
}

copy_texts() {
  mkdir -p "$new/conf"
  cp "$project"/conf/* "$new/conf/"
  cp "$project/LICENSE" "$new/"
  echo "$version" >"$new/VERSION"
}

# Puts the finished tree in its place.
publish() {
  rm -rf "$tree"
  mv "$new" "$tree"
  tar -C "$project/target" --owner=0 --group=0 --numeric-owner -czf "$archive.new" hawser
  mv "$archive.new" "$archive"
}

say "Building Hawser"
use_jdk
need_packages maven gcc libc6-dev
version=$(project_version)
archive=$project/target/hawser-$version-linux-$(uname -m).tar.gz
new=$project/target/hawser.new
rm -rf "$new"
mkdir -p "$new"
say "Compiling (Maven)"
run_maven
say "Assembling the tree: launcher, jars, Java runtime"
build_launcher
copy_jars
build_runtime
copy_texts
say "Rehearsing plugin calls for the AOT cache"
"$project/scripts/rehearse.sh" "$new"
publish
note "tree:    $tree"
note "archive: $archive ($(du -h "$archive" | cut -f 1))"
