#!/bin/bash
# The world outside the lab host, and the parent of that host: init of its own pid namespace, so that its end is
# the end of everything in it. Started by start.sh, which has unshared mount, pid, network, uts and ipc namespaces.
#
# Its network namespace is a neighbour of the host on the host's uplink (eth0 here, eth0 there). Nothing of it can
# be seen from inside the host: like a real neighbour, it is reached by packets only.
set -eu
here=$(dirname "$(readlink -f "$0")")

mount -t tmpfs -o mode=755 tmpfs /run
mount -t sysfs sysfs /sys
hostname outside

# The host gets a cgroup of its own (cgroup v2, also on machines that use v1), which start.sh removes afterwards.
mkdir /run/cgroup
mount -t cgroup2 cgroup2 /run/cgroup
mkdir -p "/run/cgroup/$LAB_CGROUP"
echo 0 >"/run/cgroup/$LAB_CGROUP/cgroup.procs"
unshare -m -p -n -u -i -C --fork --mount-proc --kill-child=KILL bash "$here/init.sh" <&- >/run/host.log 2>&1 &
host=$!
mkdir "/run/cgroup/$LAB_CGROUP/world"
echo 0 >"/run/cgroup/$LAB_CGROUP/world/cgroup.procs"

# RFC 5737 and RFC 3849 documentation addresses: .9 is the client that tests know, .1 the host's gateway and
# resolver, 198.51.100.7 a server further out.
ip link set lo up
ip address add 198.51.100.7/32 dev lo
own=$(readlink /proc/self/ns/net)
until [ -e "/proc/$host/ns/net" ] && [ "$(readlink "/proc/$host/ns/net")" != "$own" ]; do sleep 0.02; done
# It has its namespaces now. In the host's topmost cgroup, `unshare` would keep the host from giving controllers to those below.
echo "$host" >"/run/cgroup/$LAB_CGROUP/world/cgroup.procs"
ip link add eth0 type veth peer name eth0 netns "$host"
ip address add 203.0.113.9/24 dev eth0
ip address add 203.0.113.1/24 dev eth0
ip address add 2001:db8:113::1/64 dev eth0 nodad
ip link set eth0 up

mkdir /run/www
echo 'outside' >/run/www/index.html
busybox httpd -h /run/www -p 80
node "$here/resolver.mjs" 203.0.113.1 &

# "ready" or "failed" is what the starter waits for.
until [ -e "/proc/$host/root/run/lab/state" ]; do
  if ! kill -0 "$host" 2>/dev/null; then
    echo failed
    cat /run/host.log >&2
    exit 1
  fi
  sleep 0.05
done
state=$(cat "/proc/$host/root/run/lab/state")
echo "$state"
[ "$state" = ready ] || { cat /run/host.log >&2; exit 1; }

# The starter holds the other end of standard input: when it ends, for whatever reason, so does the lab.
cat >/dev/null
