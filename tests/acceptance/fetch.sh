#!/bin/sh
# Put Debian's linux-source archives into a folder: sh fetch.sh FOLDER VERSION...
# 6.12 comes from the suites that this machine is set up for; another version is looked up in unstable, on the same mirror.
set -eu
folder=$1
shift
mkdir -p "$folder"
cd "$folder"
for version in "$@"; do
  archive=linux-source-$version.tar.xz
  [ -e "$archive" ] && continue
  options=
  if ! apt-cache show "linux-source-$version" >/dev/null 2>&1; then
    mirror=$(apt-get indextargets --format '$(REPO_URI)' 'Created-By: Packages' | grep -v security | head -n 1)
    mkdir -p apt/lists/partial apt/cache/archives/partial
    echo "deb $mirror sid main" >apt/sources.list
    options="-o Dir::Etc::sourcelist=$PWD/apt/sources.list -o Dir::Etc::sourceparts=- -o Dir::State::lists=$PWD/apt/lists -o Dir::Cache=$PWD/apt/cache"
    apt-get $options update -qq
  fi
  apt-get $options download "linux-source-$version" >/dev/null
  dpkg-deb --fsys-tarfile linux-source-"$version"_*.deb | tar -xO "./usr/src/$archive" >"$archive.part"
  mv "$archive.part" "$archive"
  rm -rf linux-source-"$version"_*.deb apt
  echo "$folder/$archive"
done
