#!/bin/bash
# A container that cannot reach its database: somebody closed port 3306 to the outside in DOCKER-USER, and cut off the
# containers as well, because bridged frames pass there too (bridge-nf-call-iptables=1). Around it, what still works.
#
#   web    network shop, httpd on 80, published as 8080; asks cache, far.example and, in vain, db
#   db     network shop, MariaDB on 3306
#   cache  network shop, redis on 6379
set -eu
. "$(dirname "$(readlink -f "$0")")/../host/images.sh"
base_image
debian_image redis /usr/bin/redis-server /usr/bin/redis-cli
mariadb_image

docker network create --subnet 172.28.0.0/24 shop >/dev/null
run() { docker run --detach --hostname "$1" --network shop --name "$@" >/dev/null; }
run db lab/mariadb
run cache lab/redis redis-server --protected-mode no --save '' --appendonly no
run web --publish 8080:80 lab/base sh -c 'echo shop >/www/index.html && exec httpd -f -h /www -p 80'

# Ready when both servers answer web, which is while the database is still within reach.
for target in 'db 3306' 'cache 6379'; do
  for try in $(seq 200); do
    # shellcheck disable=SC2086 -- host and port
    docker exec web nc -w 1 $target </dev/null >/dev/null 2>&1 && break
    [ "$try" = 200 ] && { echo "nothing answers on $target" >&2; exit 1; }
    sleep 0.05
  done
done
conntrack -F 2>/dev/null
iptables -I DOCKER-USER -p tcp -m tcp --dport 3306 -m comment --comment 'close the database to the outside' -j DROP
