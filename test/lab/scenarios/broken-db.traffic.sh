#!/bin/bash
# What happens while `broken-db` is recorded: visitors come, web asks its cache and a server far away, the database greets the
# host, and web calls the database in vain. $host and $outside run a command on the host and in the world outside.
set -u
visitors() {
  for visit in $(seq 16); do
    $outside busybox wget -q -O /dev/null http://203.0.113.10:8080/
    $host docker exec web sh -c "printf 'INCR visits\r\nQUIT\r\n' | nc cache 6379" >/dev/null
    [ $((visit % 4)) = 2 ] && $host docker exec web wget -q -O /dev/null http://far.example/
    [ $((visit % 8)) = 4 ] && $host busybox nc -w 1 172.28.0.2 3306 </dev/null >/dev/null
    sleep 0.6
  done
}
visitors &
for call in 1 2 3; do
  $host docker exec web timeout 4 nc -w 4 db 3306 </dev/null 2>/dev/null
  sleep 0.3
done
wait
