#!/bin/bash
# Virtual machines on a lab host, none of which ever boots (they are paused from the start): one of libvirt, and two of qemu alone.
#
#   shop-web    a domain of libvirt on its network default (virbr0, 192.168.122.0/24)
#   hand        qemu -name guest=hand, its tap on br-vm
#   unnamed     qemu without a name, its tap on br-vm
set -eu
for folder in /var/lib/libvirt /var/cache/libvirt /var/log/libvirt /etc/libvirt; do
  mkdir -p "$folder"
  mount -t tmpfs -o mode=755 tmpfs "$folder"
done
mkdir -p /run/libvirt /run/lab/libvirt /etc/libvirt/qemu/networks
printf '%s\n' 'user = "root"' 'group = "root"' 'cgroup_controllers = []' 'security_driver = "none"' 'namespaces = []' \
  'stdio_handler = "file"' >/etc/libvirt/qemu.conf
# The user that Debian's libvirt is built for, which only libvirt-daemon-system makes.
for file in passwd group; do
  cp "/etc/$file" "/run/lab/libvirt/$file"
  mount --bind "/run/lab/libvirt/$file" "/etc/$file"
done
echo 'libvirt-qemu:x:64055:64055::/var/lib/libvirt:/usr/sbin/nologin' >>/etc/passwd
echo 'libvirt-qemu:x:64055:' >>/etc/group
libvirtd --daemon
for try in $(seq 100); do
  virsh --quiet version >/dev/null 2>&1 && break
  [ "$try" = 100 ] && { cat /var/log/libvirt/libvirtd.log >&2; exit 1; }
  sleep 0.05
done
cat >/run/lab/libvirt/network.xml <<'XML'
<network><name>default</name><forward mode='nat'/><bridge name='virbr0' stp='on' delay='0'/>
  <ip address='192.168.122.1' netmask='255.255.255.0'><dhcp><range start='192.168.122.2' end='192.168.122.254'/></dhcp></ip></network>
XML
virsh --quiet net-create /run/lab/libvirt/network.xml
cat >/run/lab/libvirt/domain.xml <<'XML'
<domain type='qemu'><name>shop-web</name><memory unit='MiB'>64</memory><vcpu>1</vcpu><os><type arch='x86_64'>hvm</type></os>
  <devices><emulator>/usr/bin/qemu-system-x86_64</emulator>
    <interface type='network'><mac address='52:54:00:00:00:11'/><source network='default'/><model type='virtio'/></interface></devices></domain>
XML
virsh --quiet create --paused /run/lab/libvirt/domain.xml

ip link add br-vm type bridge
ip link set br-vm up
alone() { # alone TAP MAC OPTION...
  local tap=$1 mac=$2
  shift 2
  ip tuntap add dev "$tap" mode tap
  ip link set "$tap" master br-vm up
  qemu-system-x86_64 "$@" -S -machine pc -accel tcg -m 64 -display none -serial none -monitor none -daemonize \
    -netdev "tap,id=net0,ifname=$tap,script=no,downscript=no" -device "virtio-net-pci,netdev=net0,mac=$mac"
}
alone tap0 52:54:00:00:00:22 -name guest=hand,debug-threads=on
alone tap1 52:54:00:00:00:33
