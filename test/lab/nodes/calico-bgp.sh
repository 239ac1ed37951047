# Calico without a tunnel: routes that BIRD learned (protocol 12).
pod shop-7d4b9c6f5-x2k8p default shop
workload 192.168.9.5 cali0ef24ba1f29
ip route add blackhole 192.168.9.0/26 proto 12
ip route add 192.168.20.64/26 via 10.0.0.12 dev eth0 proto 12
ip route add 192.168.33.128/26 via 10.0.0.13 dev eth0 proto 12
process bird /system.slice/calico-node.service -
. "$here/calico-rules.sh" cali0ef24ba1f29
