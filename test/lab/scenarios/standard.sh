#!/bin/bash
# One of each: what a Docker host has on its network. Run inside the lab host.
#
#   web       default bridge, httpd on 80, published as 8080
#   sidecar   --network container:web
#   api       network app, httpd on 8000
#   db        network app, redis on 6379 (a real one) and a TCP greeting on 3306
#   hostmode  --network host, httpd on 9000
#   lonely    --network none
#   vlan      macvlan on eth0, 203.0.113.50, where the kernel has macvlan
#   wired1, wired2  --network none, then wired to br-lab by hand: 10.9.0.4 and .5; both eth0 have index 2, as in blue and red
#   blue, red namespaces made by hand on bridge br-lab, 10.9.0.0/24, MASQUERADE towards eth0
set -eu
. "$(dirname "$(readlink -f "$0")")/../host/images.sh"
base_image
debian_image redis /usr/bin/redis-server /usr/bin/redis-cli

run() { docker run --detach --name "$@" >/dev/null; }

serve='mkdir -p /www && hostname >/www/index.html && exec httpd -f -h /www -p'
run web --hostname web --publish 8080:80 lab/base sh -c "$serve 80"
run sidecar --network container:web lab/base
docker network create --subnet 172.30.0.0/24 app >/dev/null
run db --hostname db --network app lab/redis sh -c '
  nc -ll -p 3306 -e echo hello &
  exec redis-server --protected-mode no --save "" --appendonly no'
run api --hostname api --network app lab/base sh -c "$serve 8000"
run hostmode --network host lab/base sh -c "$serve 9000"
run lonely --network none lab/base

if ip link add probe0 link eth0 type macvlan mode bridge 2>/dev/null; then
  ip link delete probe0
  docker network create --driver macvlan --opt parent=eth0 --subnet 203.0.113.0/24 --gateway 203.0.113.1 \
    --ip-range 203.0.113.48/28 lan >/dev/null
  run vlan --network lan --ip 203.0.113.50 lab/base sh -c "$serve 80"
fi

# Made by hand, as a person would who knows ip-netns(8). The interfaces are named eth0 like the containers' own.
ip link add br-lab type bridge
ip address add 10.9.0.1/24 dev br-lab
ip link set br-lab up
# wire NAME PID ADDRESS: an eth0 for the network namespace of that process.
wire() {
  ip link add "v$1" type veth peer name eth0 netns "$2"
  ip link set "v$1" master br-lab up
  nsenter -t "$2" -n -- sh -c "
    ip link set lo up; ip address add $3/24 dev eth0; ip link set eth0 up; ip route add default via 10.9.0.1"
}
address=2
for name in blue red; do
  ip netns add "$name"
  ip netns exec "$name" sleep 60 &
  until [ "$(ip netns pids "$name")" != '' ]; do sleep 0.02; done
  wire "$name" $! "10.9.0.$address"
  kill $!
  address=$((address + 1))
done
for name in wired1 wired2; do
  run "$name" --hostname "$name" --network none lab/base sh -c "$serve 80"
  wire "$name" "$(docker inspect --format '{{.State.Pid}}' "$name")" "10.9.0.$address"
  address=$((address + 1))
done
iptables -t nat -A POSTROUTING -s 10.9.0.0/24 -o eth0 -j MASQUERADE
iptables -A FORWARD -i br-lab -j ACCEPT
iptables -A FORWARD -o br-lab -m conntrack --ctstate RELATED,ESTABLISHED -j ACCEPT

# Ready when the servers answer.
for address in 203.0.113.10:8080 127.0.0.1:9000; do
  for try in $(seq 100); do
    busybox wget -q -O /dev/null "http://$address/" && break
    [ "$try" = 100 ] && { echo "nothing answers on $address" >&2; exit 1; }
    sleep 0.05
  done
done
for port in 6379 3306 8000; do
  target=db
  [ "$port" = 8000 ] && target=api
  for try in $(seq 100); do
    docker exec api nc -w 1 "$target" "$port" </dev/null >/dev/null 2>&1 && break
    [ "$try" = 100 ] && { echo "nothing answers on $target:$port" >&2; exit 1; }
    sleep 0.05
  done
done
