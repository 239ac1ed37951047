# Flannel with backend vxlan, and kube-proxy with iptables.
ip link add flannel.1 address 0a:00:00:00:00:0b mtu 1450 type vxlan id 1 local 10.0.0.11 dev eth0 dstport 8472 nolearning
ip address add 10.244.0.0/32 dev flannel.1
ip link set flannel.1 up
for other in 2 3; do
  subnet=10.244.$((other - 1))
  bridge fdb append "0a:00:00:00:00:0$other" dev flannel.1 dst "10.0.0.1$other"
  ip neighbour replace "$subnet.0" lladdr "0a:00:00:00:00:0$other" dev flannel.1 nud permanent
  ip route replace "$subnet.0/24" via "$subnet.0" dev flannel.1 onlink
done
cni_bridge 10.244.0.1/24
pod shop-7d4b9c6f5-x2k8p default shop:8080 sidecar
on_bridge 10.244.0.5/24
pod coredns-5d78c9869d-9w7vb kube-system coredns
on_bridge 10.244.0.2/24
process flanneld /system.slice/flanneld.service -
process kube-proxy /system.slice/kube-proxy.service -
. "$here/kube-proxy-iptables.sh"
. "$here/flannel-iptables.sh"
