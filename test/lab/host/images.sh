# Images made from the machine's own files, so that a lab needs no registry. To be sourced inside the lab host.

# base_image: `lab/base`, busybox with all its applets.
base_image() {
  docker image inspect lab/base >/dev/null 2>&1 && return
  local root
  root=$(mktemp -d /run/lab/image.XXXXXX)
  _skeleton "$root"
  tar -C "$root" -c . | docker import --change 'CMD ["sleep","infinity"]' - lab/base >/dev/null
  rm -r "$root"
}

# debian_image NAME PATH...: `lab/NAME`, the base plus the programs and files or folders of the machine with the libraries that
# ldd names. A program that is missing is an error that names it.
debian_image() {
  local name=$1 root path library
  shift
  docker image inspect "lab/$name" >/dev/null 2>&1 && return
  root=$(mktemp -d /run/lab/image.XXXXXX)
  _skeleton "$root"
  for path in "$@"; do
    [ -e "$path" ] || { echo "debian_image $name: $path is not installed" >&2; rm -r "$root"; return 1; }
    _copy "$root" "$path"
    find "$path" -type f \( -perm -u+x -o -name '*.so*' \) -print0 | xargs -0 ldd 2>/dev/null |
      grep -o '/[^ ]*' | sort -u | while read -r library; do [ -e "$library" ] && _copy "$root" "$library"; done
  done
  tar -C "$root" -c . | docker import --change 'CMD ["sleep","infinity"]' - "lab/$name" >/dev/null
  rm -r "$root"
}

_skeleton() {
  mkdir -p "$1"/{bin,etc,proc,sys,dev,tmp,run,www,lib,lib64,usr/bin,usr/sbin,usr/lib,var/lib}
  chmod 1777 "$1/tmp"
  cp /bin/busybox "$1/bin/busybox"
  local applet
  for applet in $(busybox --list); do [ "$applet" = busybox ] || ln -s busybox "$1/bin/$applet"; done
  printf 'root:x:0:0::/:/bin/sh\nnobody:x:65534:65534::/:/bin/sh\nservice:x:999:999::/:/bin/sh\n' >"$1/etc/passwd"
  printf 'root:x:0:\nnogroup:x:65534:\nservice:x:999:\n' >"$1/etc/group"
}

# Copies with the path kept, following links: the loader asks for the library by the name that ldd printed.
_copy() {
  mkdir -p "$1$(dirname "$2")"
  cp -rL --no-clobber "$2" "$1$2"
}
