# kube-proxy in mode nftables: the same Services as in kube-proxy-iptables.sh, without session affinity. To be sourced.
nft -f - <<'RULES'
table ip kube-proxy {
  comment "rules for kube-proxy"
  set cluster-ips { type ipv4_addr; comment "Active ClusterIPs"; elements = { 10.96.0.10, 10.96.5.5, 10.96.7.7, 10.96.8.8 } }
  set nodeport-ips { type ipv4_addr; comment "IPs that accept NodePort traffic"; elements = { 10.0.0.11 } }
  map firewall-ips { type ipv4_addr . inet_proto . inet_service : verdict; comment "destinations that are subject to LoadBalancerSourceRanges"; }
  map no-endpoint-services {
    type ipv4_addr . inet_proto . inet_service : verdict
    comment "vmap to drop or reject packets to services with no endpoints"
    elements = { 10.96.5.5 . tcp . 80 comment "default/empty:http" : goto reject-chain }
  }
  map no-endpoint-nodeports {
    type inet_proto . inet_service : verdict
    comment "vmap to drop or reject packets to service nodeports with no endpoints"
    elements = { tcp . 30055 comment "default/empty:http" : goto reject-chain }
  }
  map service-ips {
    type ipv4_addr . inet_proto . inet_service : verdict
    comment "ClusterIP, ExternalIP and LoadBalancer IP traffic"
    elements = { 10.96.0.10 . udp . 53 : goto service-NWBZK7IH-kube-system/kube-dns/udp/dns,
                 10.96.7.7 . tcp . 80 : goto service-ULMVA6XW-default/shop/tcp/http,
                 203.0.113.200 . tcp . 80 : goto external-ULMVA6XW-default/shop/tcp/http,
                 10.96.8.8 . tcp . 443 : goto service-4AT6LBPK-default/near/tcp/ }
  }
  map service-nodeports {
    type inet_proto . inet_service : verdict
    comment "NodePort traffic"
    elements = { tcp . 30080 : goto external-ULMVA6XW-default/shop/tcp/http,
                 tcp . 30443 : goto external-4AT6LBPK-default/near/tcp/ }
  }
  chain reject-chain { comment "helper for @no-endpoint-services / @no-endpoint-nodeports"; reject; }
  chain mark-for-masquerade { meta mark set meta mark or 0x00004000; }
  chain masquerading {
    meta mark & 0x00004000 == 0x00000000 return
    meta mark set meta mark ^ 0x00004000
    masquerade fully-random
  }
  chain endpoint-5TPGNJF2-default/shop/tcp/http__10.244.0.5/8080 {
    ip saddr 10.244.0.5 jump mark-for-masquerade
    meta l4proto tcp dnat to 10.244.0.5:8080
  }
  chain endpoint-EGW675WS-default/shop/tcp/http__10.244.1.9/8080 {
    ip saddr 10.244.1.9 jump mark-for-masquerade
    meta l4proto tcp dnat to 10.244.1.9:8080
  }
  chain endpoint-7RVP4LUQ-default/near/tcp/__10.244.0.5/8443 {
    ip saddr 10.244.0.5 jump mark-for-masquerade
    meta l4proto tcp dnat to 10.244.0.5:8443
  }
  chain endpoint-UHW4QTWF-kube-system/kube-dns/udp/dns__10.244.0.2/53 {
    ip saddr 10.244.0.2 jump mark-for-masquerade
    meta l4proto udp dnat to 10.244.0.2:53
  }
  chain service-ULMVA6XW-default/shop/tcp/http {
    ip daddr 10.96.7.7 tcp dport 80 ip saddr != 10.244.0.0/16 jump mark-for-masquerade
    numgen random mod 2 vmap { 0 : goto endpoint-5TPGNJF2-default/shop/tcp/http__10.244.0.5/8080, 1 : goto endpoint-EGW675WS-default/shop/tcp/http__10.244.1.9/8080 }
  }
  chain external-ULMVA6XW-default/shop/tcp/http {
    jump mark-for-masquerade
    goto service-ULMVA6XW-default/shop/tcp/http
  }
  chain service-4AT6LBPK-default/near/tcp/ {
    ip daddr 10.96.8.8 tcp dport 443 ip saddr != 10.244.0.0/16 jump mark-for-masquerade
    numgen random mod 1 vmap { 0 : goto endpoint-7RVP4LUQ-default/near/tcp/__10.244.0.5/8443 }
  }
  chain external-4AT6LBPK-default/near/tcp/ {
    ip saddr 10.244.0.0/16 goto service-4AT6LBPK-default/near/tcp/ comment "short-circuit pod traffic"
    fib saddr type local jump mark-for-masquerade comment "masquerade local traffic"
    fib saddr type local goto service-4AT6LBPK-default/near/tcp/ comment "short-circuit local traffic"
    numgen random mod 1 vmap { 0 : goto endpoint-7RVP4LUQ-default/near/tcp/__10.244.0.5/8443 }
  }
  chain service-NWBZK7IH-kube-system/kube-dns/udp/dns {
    ip daddr 10.96.0.10 udp dport 53 ip saddr != 10.244.0.0/16 jump mark-for-masquerade
    numgen random mod 1 vmap { 0 : goto endpoint-UHW4QTWF-kube-system/kube-dns/udp/dns__10.244.0.2/53 }
  }
  chain cluster-ips-check {
    ip daddr @cluster-ips reject comment "Reject traffic to invalid ports of ClusterIPs"
  }
  chain service-endpoints-check {
    ip daddr . meta l4proto . th dport vmap @no-endpoint-services
  }
  chain nodeport-endpoints-check {
    ip daddr @nodeport-ips meta l4proto . th dport vmap @no-endpoint-nodeports
  }
  chain firewall-check { ip daddr . meta l4proto . th dport vmap @firewall-ips; }
  chain services {
    ip daddr . meta l4proto . th dport vmap @service-ips
    ip daddr @nodeport-ips meta l4proto . th dport vmap @service-nodeports
  }
  chain filter-prerouting { type filter hook prerouting priority -110; policy accept; ct state new jump firewall-check; }
  chain filter-input { type filter hook input priority -110; policy accept; ct state new jump nodeport-endpoints-check; ct state new jump service-endpoints-check; }
  chain filter-forward { type filter hook forward priority -110; policy accept; ct state new jump service-endpoints-check; ct state new jump cluster-ips-check; }
  chain filter-output { type filter hook output priority -110; policy accept; ct state new jump service-endpoints-check; ct state new jump firewall-check; }
  chain filter-output-post-dnat { type filter hook output priority -90; policy accept; ct state new jump cluster-ips-check; }
  chain nat-prerouting { type nat hook prerouting priority -100; policy accept; jump services; }
  chain nat-output { type nat hook output priority -100; policy accept; jump services; }
  chain nat-postrouting { type nat hook postrouting priority 100; policy accept; jump masquerading; }
}
RULES
connect 10.96.7.7 80
connect 10.0.0.11 30080
