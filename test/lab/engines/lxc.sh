#!/bin/bash
# LXC without Docker, on a lab host: containers of the busybox template on lxcbr0, which lxc-net(8) makes so.
#
#   web, db     a veth on lxcbr0, 10.0.3.2 and 10.0.3.3
#   bare        lxc.net.0.type = empty
#   hostly      lxc.net.0.type = none: the host's network
set -eu
mkdir -p /var/lib/lxc
mount -t tmpfs tmpfs /var/lib/lxc
ip link add lxcbr0 type bridge
ip address add 10.0.3.1/24 dev lxcbr0
ip link set lxcbr0 up
iptables -t nat -A POSTROUTING -s 10.0.3.0/24 ! -d 10.0.3.0/24 -j MASQUERADE

run() { # run NAME, with the lines of its network on standard input
  lxc-create --name "$1" --template busybox >"/run/lab/lxc-$1.log" 2>&1
  sed -i '/^lxc\.net/d' "/var/lib/lxc/$1/config"
  # The template's DHCP client would take the addresses away, from the host too.
  sed -i '/udhcpc/d' "/var/lib/lxc/$1/rootfs/etc/init.d/rcS"
  cat - >>"/var/lib/lxc/$1/config"
  lxc-start --name "$1" --logfile "/run/lab/lxc-$1.start" --logpriority INFO
  lxc-wait --name "$1" --state RUNNING --timeout 20
}
bridged() {
  printf 'lxc.net.0.%s\n' 'type = veth' 'link = lxcbr0' 'flags = up' 'name = eth0' "ipv4.address = $1" 'ipv4.gateway = auto'
}
bridged 10.0.3.2/24 | run web
bridged 10.0.3.3/24 | run db
echo 'lxc.net.0.type = empty' | run bare
echo 'lxc.net.0.type = none' | run hostly
