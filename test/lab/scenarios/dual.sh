#!/bin/bash
# The host of `small` with IPv6, as far as Docker does not do it: translation by hand, as people add it.
#
#   web    172.30.0.3, fd00:30::3, network app, httpd on 80
#   db     172.30.0.2, fd00:30::2, network app, greets on 3306
set -eu
. "$(dirname "$(readlink -f "$0")")/../host/images.sh"
base_image

run() { docker run --detach --hostname "$1" --name "$@" >/dev/null; }
docker network create --ipv6 --subnet 172.30.0.0/24 --subnet fd00:30::/64 --opt com.docker.network.bridge.name=br-app app >/dev/null
run db --network app lab/base sh -c 'exec nc -ll -p 3306 -e echo hello'
run web --network app --publish 8080:80 lab/base sh -c 'echo page >/www/index.html && exec httpd -f -h /www -p 80'
sysctl -qw net.ipv6.conf.all.forwarding=1
ip6tables -t nat -A POSTROUTING -s fd00:30::/64 ! -o br-app -j MASQUERADE

for try in $(seq 100); do
  docker exec web nc -w 1 fd00:30::2 3306 </dev/null >/dev/null 2>&1 && docker exec db wget -q -O - 'http://[fd00:30::3]/' >/dev/null && break
  [ "$try" = 100 ] && { echo "no answer over IPv6" >&2; exit 1; }
  sleep 0.05
done
