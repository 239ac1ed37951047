#!/bin/bash
# Makes an initial RAM disk in which node, the built netscope and the tools of this machine run on Debian's kernel.
#
#     test/lab/qemu/build.sh ROOT OUTPUT [INIT]   # ROOT: where the packages were unpacked (test/lab/README.md)
#                                                 # INIT: guest.sh (default) or nodes.sh
set -eu
root=$(realpath "$1")
output=$(realpath -m "$2")
here=$(dirname "$(realpath "$0")")
project=$(realpath "$here/../../..")
tree=$(mktemp -d)
trap 'rm -rf "$tree"' EXIT
release=$(ls "$root/lib/modules")

for folder in bin sbin dev proc sys run tmp etc root var/run var/log lib lib64 usr/lib usr/sbin usr/bin etc/openvswitch; do
  mkdir -p "$tree/$folder"
done
cp /usr/bin/busybox "$tree/bin/busybox"
for name in sh mount umount mkdir cat echo sleep ls grep sed tr ln poweroff tar dd insmod ping seq kill awk gzip cp readlink unshare nc test true \
  hostname sha256sum timeout cut basename dirname head env rm; do
  ln -s busybox "$tree/bin/$name"
done

# A program with the libraries that the linker loads for it, at the same paths.
program() {
  path=$1
  target=${2:-/bin/$(basename "$path")}
  cp -L "$path" "$tree$target"
  libraries "$path"
}
libraries() {
  LD_LIBRARY_PATH="$root/usr/lib/x86_64-linux-gnu:$root/lib/x86_64-linux-gnu" ldd "$1" 2>/dev/null |
    grep -o '/[^ ]*' | while read -r library; do
      name=$(basename "$library")
      [ -e "$tree/lib/$name" ] || cp -L "$library" "$tree/lib/$name"
    done
}
program "$(command -v node)"
for name in ip bridge nft xtables-nft-multi ipset bash dnsmasq; do program "$(command -v $name)"; done
# Those of util-linux do more than busybox'.
rm "$tree/bin/unshare"
for name in unshare nsenter; do program "$(command -v $name)"; done
for name in iptables-nft iptables-save-nft ip6tables-save-nft iptables-nft-save ip6tables-nft-save iptables-nft-restore ebtables-nft \
  ebtables-nft-save arptables-nft-save; do
  ln -s xtables-nft-multi "$tree/bin/$name"
done
cp -r /usr/lib/x86_64-linux-gnu/xtables "$tree/lib/xtables"
program "$root/sbin/ipvsadm"
program "$root/usr/bin/wg"
for name in usr/sbin/ovs-vswitchd usr/sbin/ovsdb-server usr/bin/ovs-vsctl usr/bin/ovsdb-tool usr/bin/ovs-appctl usr/bin/ovs-ofctl usr/bin/ovs-dpctl; do
  file="$root/$name"
  [ -e "$file" ] || file="$root/usr/lib/openvswitch-switch/$(basename "$name")"
  program "$file" "/bin/$(basename "$name")"
done
cp "$root/usr/share/openvswitch/vswitch.ovsschema" "$tree/etc/openvswitch/"
pcap=$(ldconfig -p | grep -o '/[^ ]*libpcap.so.0.8' | head -1)
cp -L "$pcap" "$tree/lib/"
libraries "$pcap"
ln -s ../lib/ld-linux-x86-64.so.2 "$tree/lib64/ld-linux-x86-64.so.2"
rm -rf "$tree/usr/lib/x86_64-linux-gnu"
ln -s ../../lib "$tree/usr/lib/x86_64-linux-gnu"

mkdir -p "$tree/netscope/node_modules/@koromix"
cp -r "$project/dist" "$project/package.json" "$tree/netscope/"
rm -f "$tree"/netscope/dist/chunks/*.map
cp -rL "$project/node_modules/koffi" "$tree/netscope/node_modules/koffi"
cp -rL "$project/node_modules/@koromix/koffi-linux-x64" "$tree/netscope/node_modules/@koromix/"

for folder in net drivers/net drivers/virtio drivers/block crypto arch/x86/crypto lib; do
  mkdir -p "$tree/lib/modules/$release/kernel/$(dirname "$folder")"
  cp -r "$root/lib/modules/$release/kernel/$folder" "$tree/lib/modules/$release/kernel/$folder"
done
for vendor in ethernet wireless usb can wan hamradio; do rm -rf "$tree/lib/modules/$release/kernel/drivers/net/$vendor"; done
cp "$root/lib/modules/$release"/modules.builtin* "$root/lib/modules/$release/modules.order" "$tree/lib/modules/$release/"
# kmod goes by the name that it is called by.
(exec -a depmod "$root/bin/kmod" -b "$tree" "$release")
program "$root/bin/kmod" /sbin/modprobe

printf 'root:x:0:0::/:/bin/sh\n' >"$tree/etc/passwd"
printf 'root:x:0:\n' >"$tree/etc/group"
cp /etc/protocols /etc/services /etc/ethertypes "$tree/etc/"
: >"$tree/etc/resolv.conf"
mkdir -p "$tree/nodes"
cp "$here"/../nodes/* "$tree/nodes/"
# Programs find koffi beside netscope.
ln -s ../netscope/node_modules "$tree/nodes/node_modules"
cp "$here/${3:-guest.sh}" "$tree/init"
chmod 755 "$tree/init"
(cd "$tree" && find . | busybox cpio -o -H newc 2>/dev/null) > "$output"
