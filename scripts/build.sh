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

# The client of the container runtime (gRPC) has no command yet: it and its libraries stay out of the tree.
run_maven() {
  MAVEN_OPTS="--sun-misc-unsafe-memory-access=allow" \
    mvn -B -q -Dstyle.color=never -f "$project/pom.xml" -pl runtime-shim -am -DskipTests \
      package dependency:copy-dependencies -DincludeScope=runtime \
      -DexcludeGroupIds=io.grpc,com.google.protobuf,com.google.guava,com.google.code.findbugs,com.google.code.gson,com.google.android,com.google.errorprone,com.google.j2objc,com.google.api.grpc,io.perfmark,org.codehaus.mojo
}

# Which build this is: launchers and helpers of different ones do not work together.
write_build_id() {
  local digest
  digest=$(cat "$project/runtime-shim/src/main/c/launcher.c" "$new"/lib/*.jar | sha256sum | cut -c 1-16)
  echo "$version-$digest" >"$new/BUILD"
}

# compile_c COMPILER NAME FILE FLAGS...: a static program of runtime-shim/src/main/c.
compile_c() {
  "$1" -std=c17 -Wall -Wextra -Werror -O2 -static -s "${@:4}" -o "$3" "$project/runtime-shim/src/main/c/$2.c"
}

# The launcher with musl: glibc's start of a static program takes four times as long as all that the launcher does.
build_programs() {
  mkdir -p "$new/bin"
  compile_c musl-gcc launcher "$new/bin/hawser" -DHAWSER_BUILD="\"$(cat "$new/BUILD")\""
  compile_c gcc stopwatch "$new/lib/native/stopwatch"
}

# Plugin calls get the few jars that they need, commands and the helper get all.
copy_jars() {
  mkdir -p "$new/lib/native"
  copy_jars_of cni-plugin classpath
  copy_jars_of runtime-shim helper.classpath
}

# copy_jars_of MODULE FILE: the module's jar and its dependencies; FILE names them. Native libraries go beside the jars, so that
# no process unpacks them into /tmp; the jars that hold them, for other machines too, stay out.
copy_jars_of() {
  local jar module=$project/$1
  for jar in "$module/target/$1-$version.jar" "$module"/target/dependency/*.jar; do
    case ${jar##*/} in
      jffi-*-native.jar) unpack_native_library "$jar" "jni/$(uname -m)-Linux/libjffi-1.2.so" ;;
      netty-*-linux-"$netty_arch".jar)
        unpack_native_library "$jar" "META-INF/native/libnetty_transport_native_epoll_$netty_arch.so"
        ;;
      netty-*-linux-*.jar) ;;
      *) add_jar "$jar" "$2" ;;
    esac
  done
}

# add_jar JAR FILE
add_jar() {
  cp -p "$1" "$new/lib/"
  echo "${1##*/}" >>"$new/lib/$2"
}

# unpack_native_library JAR FILE
unpack_native_library() {
  local scratch=$project/target/native
  mkdir -p "$scratch"
  (cd "$scratch" && "$JAVA_HOME/bin/jar" --extract --file "$1" "$2")
  cp "$scratch/$2" "$new/lib/native/"
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
need_packages maven gcc libc6-dev musl-tools iproute2 nftables util-linux
version=$(project_version)
netty_arch=$(uname -m | sed 's/aarch64/aarch_64/')
archive=$project/target/hawser-$version-linux-$(uname -m).tar.gz
new=$project/target/hawser.new
rm -rf "$new"
mkdir -p "$new"
say "Compiling (Maven)"
run_maven
say "Assembling the tree: launcher, jars, Java runtime"
copy_jars
write_build_id
build_programs
build_runtime
copy_texts
say "Rehearsing plugin calls for the AOT caches"
"$project/scripts/rehearse.sh" "$new"
publish
note "tree:    $tree"
note "archive: $archive ($(du -h "$archive" | cut -f 1))"
