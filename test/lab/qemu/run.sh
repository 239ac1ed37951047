#!/bin/sh
# Boots the guest and unpacks what it left.
#
#     [ACCELERATOR=kvm] test/lab/qemu/run.sh ROOT INITRD OUTPUT
set -eu
root=$(realpath "$1")
mkdir -p "$3"
disk=$(mktemp)
trap 'rm -f "$disk"' EXIT
truncate -s 64M "$disk"
LD_LIBRARY_PATH="$root/usr/lib/x86_64-linux-gnu:$root/lib/x86_64-linux-gnu" timeout 1500 \
  "$root/usr/bin/qemu-system-x86_64" -accel "${ACCELERATOR:-tcg}" -cpu max -m 2048 -smp 2 -nographic -no-reboot -nic none \
  -L "$root/usr/share/qemu" -L "$root/usr/share/seabios" -L "$root/usr/lib/ipxe/qemu" \
  -kernel "$root"/boot/vmlinuz-* -initrd "$2" -append 'console=ttyS0 panic=-1' \
  -drive file="$disk",format=raw,if=virtio < /dev/null
tar xf "$disk" -C "$3"
