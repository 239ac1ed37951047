#!/bin/bash
# What happens while `standard` is recorded. $host and $outside run a command on the host and in the world outside.
set -u
for round in 1 2 3 4; do
  $outside busybox wget -q -O /dev/null http://203.0.113.10:8080/
  $host docker exec api wget -q -O /dev/null http://far.example/
  $host ip netns exec blue busybox wget -q -O /dev/null http://198.51.100.7/
  $host docker exec db redis-cli -h 127.0.0.1 set "visits:$round" "$round" >/dev/null
  $host docker exec api sh -c "printf 'GET visits:$round\r\nQUIT\r\n' | nc db 6379" >/dev/null
  $host docker exec api sh -c 'nc -w 1 db 3307' </dev/null 2>/dev/null
  $outside busybox ping -q -c 1 203.0.113.10 >/dev/null
  $outside busybox wget -q -O /dev/null http://203.0.113.50/
  sleep 0.7
done
