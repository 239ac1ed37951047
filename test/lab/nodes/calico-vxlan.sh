# Calico with VXLAN: Felix routes to other blocks with its devices' protocol (boot), its own block with protocol 80.
pod shop-7d4b9c6f5-x2k8p default shop
workload 192.168.9.5 cali0ef24ba1f29
ip link add vxlan.calico address 66:00:00:00:00:0b mtu 1450 type vxlan id 4096 local 10.0.0.11 dev eth0 dstport 4789 nolearning
ip address add 192.168.9.0/32 dev vxlan.calico
ip link set vxlan.calico up
ip route add blackhole 192.168.9.0/26 proto 80
for other in 12:192.168.20.64 13:192.168.33.128; do
  block=${other#*:}
  bridge fdb append "66:00:00:00:00:${other%:*}" dev vxlan.calico dst "10.0.0.${other%:*}"
  ip neighbour replace "$block" lladdr "66:00:00:00:00:${other%:*}" dev vxlan.calico nud permanent
  ip route add "$block/26" via "$block" dev vxlan.calico onlink
done
. "$here/calico-rules.sh" cali0ef24ba1f29
