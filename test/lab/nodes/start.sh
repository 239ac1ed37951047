#!/bin/bash
# A node of a cluster, as a whole host of its own: start.sh NAME OUTPUT. As root.
#
# Builds the node that NAME.sh of this folder describes, with netscope's snapshot and what other tools say of it in OUTPUT.
# All of it ends with this script. Runs on a machine whose kernel has what the node needs, and in qemu/ on Debian's.
set -eu
here=$(dirname "$(readlink -f "$0")")
export here
case ${3:-} in
  '')
    mkdir -p "$2"
    export LAB_CGROUP=netscope-lab-node-$$
    status=0
    unshare -m -n --kill-child=KILL --fork bash "$0" "$1" "$(readlink -f "$2")" world || status=$?
    # The guest has no need of it.
    [ ! -e "$here/../host/sweep.sh" ] || bash "$here/../host/sweep.sh" "$LAB_CGROUP"
    exit "$status"
    ;;
  world)
    # The node's control groups are below one of its own, which is removed with it.
    mount -t tmpfs -o mode=755 tmpfs /run
    mkdir /run/cgroup
    mount -t cgroup2 cgroup2 /run/cgroup
    mkdir -p "/run/cgroup/$LAB_CGROUP"
    echo 0 >"/run/cgroup/$LAB_CGROUP/cgroup.procs"
    # The other end of the uplink, which the node does not see.
    unshare -m -p -n -u -i -C --fork --kill-child=KILL --mount-proc bash "$0" "$1" "$2" host &
    host=$!
    own=$(readlink /proc/self/ns/net)
    until [ -e "/proc/$host/ns/net" ] && [ "$(readlink "/proc/$host/ns/net")" != "$own" ]; do sleep 0.05; done
    ip link add up0 type veth peer name eth0 netns "$host"
    ip link set up0 up
    wait "$host"
    ;;
  host)
    hostname "$1"
    mount --make-rprivate /
    mount -t tmpfs -o mode=755 tmpfs /run
    mount -t sysfs sysfs /sys
    mount -t cgroup2 cgroup2 /sys/fs/cgroup
    mount -t tmpfs tmpfs /var/log
    mkdir -p /run/netns /var/log/containers
    export LC_ALL=C
    . "$here/node.sh"
    until ip link show eth0 >/dev/null 2>&1; do sleep 0.05; done
    ip link set lo up
    ip address add 10.0.0.11/24 dev eth0
    ip link set eth0 address 02:00:0a:00:00:0b up
    ip route add default via 10.0.0.1
    sysctl net.ipv4.ip_forward 1
    # Where tunnel modules are loaded, they make their devices in the first namespace only.
    [ ! -e /proc/sys/net/core/fb_tunnels_only_for_init_net ] || sysctl net.core.fb_tunnels_only_for_init_net 2 2>/dev/null || true
    . "$here/$1.sh"
    . "$here/observe.sh" "$2/$1"
    ;;
esac
