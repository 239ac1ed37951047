#!/bin/bash
# Init of the lab host: a Linux host with its own processes, mounts, links, rules, sysctls, conntrack, cgroup and
# Docker engine. Writes "ready" or "failed" to /run/lab/state.
set -eu
hostname lab
mount --make-rprivate /
mount -t tmpfs -o mode=755 tmpfs /run
mkdir -p /run/lab/bin /run/lock
mount -t sysfs sysfs /sys
mount -t cgroup2 cgroup2 /sys/fs/cgroup
mount -t securityfs securityfs /sys/kernel/security 2>/dev/null || true

# Nothing that the host writes reaches the machine's own disk.
mkdir -p /var/lib/docker /etc/docker
mount -t tmpfs -o mode=711 tmpfs /var/lib/docker
mount -t tmpfs tmpfs /etc/docker
echo 'nameserver 203.0.113.1' >/run/lab/resolv.conf
printf '127.0.0.1 localhost\n::1 localhost\n203.0.113.10 lab\n' >/run/lab/hosts
for name in resolv.conf hosts; do
  target=$(readlink -f "/etc/$name" || true)
  [ -e "$target" ] && mount --bind "/run/lab/$name" "$target"
done

ip link set lo up
until ip link show eth0 >/dev/null 2>&1; do sleep 0.02; done

# With cgroup v2 controllers, processes may live in leaves only. With eth0, world.sh has moved the one that cannot be moved from here.
mkdir /sys/fs/cgroup/init
for pid in $(cat /sys/fs/cgroup/cgroup.procs); do
  echo "$pid" >/sys/fs/cgroup/init/cgroup.procs 2>/dev/null || true
done
for controller in $(cat /sys/fs/cgroup/cgroup.controllers); do
  echo "+$controller" >/sys/fs/cgroup/cgroup.subtree_control 2>/dev/null || true
done

ip address add 203.0.113.10/24 dev eth0
ip address add 2001:db8:113::10/64 dev eth0 nodad
ip link set eth0 up
ip route add default via 203.0.113.1
ip -6 route add default via 2001:db8:113::1

if [ "$LAB_BACKEND" = legacy ]; then
  for tool in iptables iptables-save iptables-restore ip6tables ip6tables-save ip6tables-restore; do
    ln -sf /usr/sbin/xtables-legacy-multi "/run/lab/bin/$tool"
  done
fi
export PATH="/run/lab/bin:$PATH"

if [ "$LAB_DOCKER" = yes ]; then
  # shellcheck disable=SC2086 -- arguments of dockerd, one per word
  dockerd --host unix:///run/docker.sock $LAB_DOCKERD >/run/lab/dockerd.log 2>&1 &
  engine=$!
  until grep -q 'API listen on' /run/lab/dockerd.log; do
    if ! kill -0 "$engine" 2>/dev/null; then
      cat /run/lab/dockerd.log
      echo failed >/run/lab/state.new
      mv /run/lab/state.new /run/lab/state
      sleep 5
      exit 1
    fi
    sleep 0.1
  done
fi
echo ready >/run/lab/state.new
mv /run/lab/state.new /run/lab/state

# Init's remaining work is to reap; the shell does that while it waits.
while :; do
  sleep 86400 &
  wait $!
done
