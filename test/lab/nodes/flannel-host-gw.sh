# Flannel with backend host-gw and rules of its own in nftables, and kube-proxy with nftables.
for other in 2 3; do ip route replace "10.244.$((other - 1)).0/24" via "10.0.0.1$other" dev eth0; done
cni_bridge 10.244.0.1/24
ip link set cni0 mtu 1500
pod shop-7d4b9c6f5-x2k8p default shop:8080
on_bridge 10.244.0.5/24
pod coredns-5d78c9869d-9w7vb kube-system coredns
on_bridge 10.244.0.2/24
process flanneld /system.slice/flanneld.service -
process kube-proxy /system.slice/kube-proxy.service -
nft -f - <<'RULES'
table ip flannel-ipv4 {
  comment "rules for flannel-ipv4"
  chain postrtg {
    comment "chain to manage traffic masquerading by flannel"
    type nat hook postrouting priority srcnat; policy accept;
    meta mark 0x00004000 return
    ip saddr 10.244.0.0/24 ip daddr 10.244.0.0/16 return
    ip saddr 10.244.0.0/16 ip daddr 10.244.0.0/24 return
    ip saddr != 10.244.0.0/24 ip daddr 10.244.0.0/24 return
    ip saddr 10.244.0.0/24 ip daddr != 224.0.0.0/4 masquerade fully-random
    ip saddr != 10.244.0.0/24 ip daddr 10.244.0.0/16 masquerade fully-random
  }
  chain forward {
    comment "chain to accept flannel traffic"
    type filter hook forward priority filter; policy accept;
    ip saddr 10.244.0.0/16 accept
    ip daddr 10.244.0.0/16 accept
  }
}
RULES
. "$here/kube-proxy-nftables.sh"
