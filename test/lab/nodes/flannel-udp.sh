# Flannel with backend udp: a tun device that flanneld reads and writes; the subnets of other nodes are known to it alone.
tap tun flannel0 flanneld
ip address add 10.244.0.0/32 dev flannel0
ip link set flannel0 mtu 1472 up
ip route add 10.244.0.0/16 dev flannel0
cni_bridge 10.244.0.1/24
ip link set cni0 mtu 1472
pod shop-7d4b9c6f5-x2k8p default shop
on_bridge 10.244.0.5/24
. "$here/flannel-iptables.sh"
