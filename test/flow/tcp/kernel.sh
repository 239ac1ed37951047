#!/bin/bash
# Captures a TCP transfer of this kernel that loses packets in both directions. Runs in a network namespace of its
# own: `unshare -n bash kernel.sh FILE PERCENT`.
set -eu
ip link set lo up mtu 1500
ethtool -K lo tso off gso off gro off >/dev/null 2>&1
tc qdisc add dev lo root tbf rate 200mbit burst 30k latency 8ms
iptables -A INPUT -p tcp -m statistic --mode random --probability "$2" -j DROP
tcpdump -i lo -s 128 -w "$1" -U tcp port 5201 >/dev/null 2>&1 &
capture=$!
sleep 0.5
iperf3 -s -1 >/dev/null 2>&1 &
server=$!
sleep 0.3
timeout 20 iperf3 -c 127.0.0.1 -n 3M -M 1000 >/dev/null 2>&1 || true
sleep 0.3
kill "$capture" "$server" 2>/dev/null || true
wait
