#!/bin/bash
# Real servers from Debian packages that refuse, in a network namespace of their own: real-servers.sh FOLDER
# Leaves FOLDER/all.pcap, taken by tcpdump on lo. To be run under `unshare -n --pid --fork --mount-proc --kill-child`.
set -u
cd "$1" || exit 1
ip link set lo up
bin=$(ls -d /usr/lib/postgresql/*/bin | tail -1)
mkdir pg my
chown -R nobody .
as_nobody() { setpriv --reuid nobody --regid nogroup --clear-groups "$@"; }
ready() { for _ in $(seq 300); do ss -Hltn "sport = :$1" | grep -q . && return; sleep 0.1; done; echo "nothing listens on $1" >&2; exit 1; }

as_nobody "$bin/initdb" -D pg -A reject -U app >/dev/null || exit 1
as_nobody "$bin/postgres" -D pg -k '' -c listen_addresses=127.0.0.1 >pg.log 2>&1 &
sql=/usr/share/mysql
printf '%s\n' "DELETE FROM mysql.global_priv WHERE User IN ('', 'root');" 'FLUSH PRIVILEGES;' >init.sql
(printf '%s\n' 'CREATE DATABASE mysql;' 'USE mysql;' && cat $sql/mysql_system_tables.sql $sql/mysql_system_tables_data.sql) |
  as_nobody mariadbd --no-defaults --bootstrap --datadir="$1/my" >bootstrap.log 2>&1 || { cat bootstrap.log >&2; exit 1; }
as_nobody mariadbd --no-defaults --datadir="$1/my" --init-file="$1/init.sql" --bind-address=127.0.0.1 --skip-name-resolve --socket="$1/my.sock" --pid-file="$1/my.pid" >my.log 2>&1 &
redis-server --port 6379 --requirepass secret --save '' >/dev/null &
redis-server --port 6380 --protected-mode no --maxclients 1 --save '' >/dev/null &
openssl req -x509 -newkey rsa:2048 -nodes -keyout key.pem -out cert.pem -subj /CN=lab -days 1 2>/dev/null
openssl s_server -accept 8443 -key key.pem -cert cert.pem -tls1_3 -quiet >/dev/null 2>&1 &
for port in 5432 3306 6379 6380 8443; do ready $port; done

tcpdump -i lo -U -w "$1/all.pcap" -Z root 2>tcpdump.log &
dump=$!
for _ in $(seq 100); do grep -q listening tcpdump.log && break; sleep 0.1; done
talk() { { printf '%b' "$2"; sleep 1; } | timeout 3 socat - "TCP:127.0.0.1:$1" >/dev/null 2>&1; }
talk 5432 '\x00\x00\x00\x20\x00\x03\x00\x00user\x00app\x00database\x00shop\x00\x00'
talk 3306 ''
talk 6379 '*1\r\n$4\r\nPING\r\n'
sleep 3 | socat - TCP:127.0.0.1:6380 >/dev/null 2>&1 &
for _ in $(seq 100); do ss -Htn state established "dport = :6380" | grep -q . && break; sleep 0.1; done
talk 6380 ''
timeout 3 openssl s_client -connect 127.0.0.1:8443 -tls1_2 </dev/null >/dev/null 2>&1
# With the end of a line in it, up to which redis reads.
timeout 3 openssl s_client -connect 127.0.0.1:6379 -alpn $'redis\n' </dev/null >/dev/null 2>&1
talk 4444 ''
# What works: no problem may be found of it.
talk 6379 '*2\r\n$4\r\nAUTH\r\n$6\r\nsecret\r\n*1\r\n$4\r\nPING\r\n'
sleep 0.5
kill -INT $dump
wait $dump
exit 0
