# Virtual machines on a bridge of the host with rules for frames, NVGRE to another host, ipvlan in mode l3, macvlan on a VLAN.
ip link add br0 type bridge
ip address add 10.7.0.1/24 dev br0
ip link set br0 up
for number in 1 2; do
  tap tap "tap$number" qemu-system-x86_64 "/machine.slice/machine-qemu\\x2d$number\\x2dvm$number.scope"
  ip link set "tap$number" address "fe:54:00:00:00:0$number" master br0 up
done
for call in iptables ip6tables arptables; do sysctl "net.bridge.bridge-nf-call-$call" 1; done
ebtables-nft -A FORWARD -p ARP -i tap1 --arp-ip-src ! 10.7.0.11 -j DROP
ebtables-nft -A FORWARD -i tap1 -s ! 52:54:00:00:00:01 -j DROP
# Virtual subnet 5001, flow id 1 (RFC 7637).
ip link add nvgre5001 type gretap local 10.0.0.11 remote 10.0.0.12 key $((5001 * 256 + 1))
ip link set nvgre5001 master br0 up
ip netns add routed1
ip netns add routed2
for number in 1 2; do
  ip link add link eth0 name ipv0 netns "routed$number" type ipvlan mode l3
  n "routed$number" address add "10.8.$number.2/32" dev ipv0
  n "routed$number" link set ipv0 up
  n "routed$number" route add default dev ipv0
done
ip link add link eth0 name eth0.50 type vlan id 50
ip link set eth0.50 up
ip netns add onvlan
ip link add link eth0.50 name mac0 netns onvlan type macvlan mode bridge
n onvlan address add 10.50.0.2/24 dev mac0
n onvlan link set mac0 up
n onvlan route add default via 10.50.0.1
