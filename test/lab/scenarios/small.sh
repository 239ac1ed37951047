#!/bin/bash
# A healthy host to break, one fault at a time. Port 3306 greets with "hello", web serves a page.
#
#   web    172.30.0.3, network app, httpd on 80, published as 8080
#   db     172.30.0.2, network app, greets on 3306
#   far    172.31.0.2, network other, greets on 3306
#   old    172.17.0.2, default bridge, greets on 3306
set -eu
. "$(dirname "$(readlink -f "$0")")/../host/images.sh"
base_image

run() { docker run --detach --hostname "$1" --name "$@" >/dev/null; }
greet='exec nc -ll -p 3306 -e echo hello'
docker network create --subnet 172.30.0.0/24 --opt com.docker.network.bridge.name=br-app app >/dev/null
docker network create --subnet 172.31.0.0/24 --opt com.docker.network.bridge.name=br-other other >/dev/null
run db --network app lab/base sh -c "$greet"
run web --network app --publish 8080:80 lab/base sh -c '
  echo page >/www/index.html && dd if=/dev/zero of=/www/large bs=100k count=10 2>/dev/null && exec httpd -f -h /www -p 80'
run far --network other lab/base sh -c "$greet"
run old lab/base sh -c "$greet"

for check in 'web nc -w 1 db 3306' 'db wget -q -O - http://web/' 'far nc -w 1 127.0.0.1 3306' 'old nc -w 1 127.0.0.1 3306'; do
  for try in $(seq 100); do
    # shellcheck disable=SC2086 -- a command line
    docker exec $check </dev/null >/dev/null 2>&1 && break
    [ "$try" = 100 ] && { echo "no answer to: $check" >&2; exit 1; }
    sleep 0.05
  done
done
conntrack -F 2>/dev/null
