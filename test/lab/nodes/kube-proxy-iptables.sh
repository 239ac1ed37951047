# kube-proxy in mode iptables: a Service with two endpoints, a node port, a load balancer and session affinity; one with
# external traffic to this node's endpoints only; the DNS of the cluster; one that has no endpoints. To be sourced.
rules iptables <<'RULES'
*mangle
:KUBE-PROXY-CANARY - [0:0]
COMMIT
*nat
:KUBE-KUBELET-CANARY - [0:0]
:KUBE-MARK-MASQ - [0:0]
:KUBE-NODEPORTS - [0:0]
:KUBE-POSTROUTING - [0:0]
:KUBE-PROXY-CANARY - [0:0]
:KUBE-SERVICES - [0:0]
:KUBE-EXT-WEB5D2IXRAD4Y7TK - [0:0]
:KUBE-SVC-WEB5D2IXRAD4Y7TK - [0:0]
:KUBE-SEP-ONE2CWLW4SBHQD5Y - [0:0]
:KUBE-SEP-TWOJ6SF57VTQEV4A - [0:0]
:KUBE-EXT-LOCALK5BZPQ2XH3C - [0:0]
:KUBE-SVC-LOCALK5BZPQ2XH3C - [0:0]
:KUBE-SVL-LOCALK5BZPQ2XH3C - [0:0]
:KUBE-SEP-LOC3M7VXJ2AQF6RT - [0:0]
:KUBE-SVC-TCOU7JCQXEZGVUNU - [0:0]
:KUBE-SEP-DNS4V5RCYDDXQ2LO - [0:0]
-A PREROUTING -m comment --comment "kubernetes service portals" -j KUBE-SERVICES
-A OUTPUT -m comment --comment "kubernetes service portals" -j KUBE-SERVICES
-A POSTROUTING -m comment --comment "kubernetes postrouting rules" -j KUBE-POSTROUTING
-A KUBE-MARK-MASQ -j MARK --set-xmark 0x4000/0x4000
-A KUBE-POSTROUTING -m mark ! --mark 0x4000/0x4000 -j RETURN
-A KUBE-POSTROUTING -j MARK --set-xmark 0x4000/0x0
-A KUBE-POSTROUTING -m comment --comment "kubernetes service traffic requiring SNAT" -j MASQUERADE --random-fully
-A KUBE-SERVICES -d 10.96.7.7/32 -p tcp -m comment --comment "default/shop:http cluster IP" -m tcp --dport 80 -j KUBE-SVC-WEB5D2IXRAD4Y7TK
-A KUBE-SERVICES -d 203.0.113.200/32 -p tcp -m comment --comment "default/shop:http loadbalancer IP" -m tcp --dport 80 -j KUBE-EXT-WEB5D2IXRAD4Y7TK
-A KUBE-SERVICES -d 10.96.8.8/32 -p tcp -m comment --comment "default/near cluster IP" -m tcp --dport 443 -j KUBE-SVC-LOCALK5BZPQ2XH3C
-A KUBE-SERVICES -d 10.96.0.10/32 -p udp -m comment --comment "kube-system/kube-dns:dns cluster IP" -m udp --dport 53 -j KUBE-SVC-TCOU7JCQXEZGVUNU
-A KUBE-SERVICES -m comment --comment "kubernetes service nodeports; NOTE: this must be the last rule in this chain" -m addrtype --dst-type LOCAL -j KUBE-NODEPORTS
-A KUBE-NODEPORTS -p tcp -m comment --comment "default/shop:http" -m tcp --dport 30080 -j KUBE-EXT-WEB5D2IXRAD4Y7TK
-A KUBE-NODEPORTS -p tcp -m comment --comment "default/near" -m tcp --dport 30443 -j KUBE-EXT-LOCALK5BZPQ2XH3C
-A KUBE-EXT-WEB5D2IXRAD4Y7TK -m comment --comment "masquerade traffic for default/shop:http external destinations" -j KUBE-MARK-MASQ
-A KUBE-EXT-WEB5D2IXRAD4Y7TK -j KUBE-SVC-WEB5D2IXRAD4Y7TK
-A KUBE-SVC-WEB5D2IXRAD4Y7TK ! -s 10.244.0.0/16 -d 10.96.7.7/32 -p tcp -m comment --comment "default/shop:http cluster IP" -m tcp --dport 80 -j KUBE-MARK-MASQ
-A KUBE-SVC-WEB5D2IXRAD4Y7TK -m comment --comment "default/shop:http -> 10.244.0.5:8080" -m recent --rcheck --seconds 10800 --reap --name KUBE-SEP-ONE2CWLW4SBHQD5Y --mask 255.255.255.255 --rsource -j KUBE-SEP-ONE2CWLW4SBHQD5Y
-A KUBE-SVC-WEB5D2IXRAD4Y7TK -m comment --comment "default/shop:http -> 10.244.1.9:8080" -m recent --rcheck --seconds 10800 --reap --name KUBE-SEP-TWOJ6SF57VTQEV4A --mask 255.255.255.255 --rsource -j KUBE-SEP-TWOJ6SF57VTQEV4A
-A KUBE-SVC-WEB5D2IXRAD4Y7TK -m comment --comment "default/shop:http -> 10.244.0.5:8080" -m statistic --mode random --probability 0.50000000000 -j KUBE-SEP-ONE2CWLW4SBHQD5Y
-A KUBE-SVC-WEB5D2IXRAD4Y7TK -m comment --comment "default/shop:http -> 10.244.1.9:8080" -j KUBE-SEP-TWOJ6SF57VTQEV4A
-A KUBE-SEP-ONE2CWLW4SBHQD5Y -s 10.244.0.5/32 -m comment --comment "default/shop:http" -j KUBE-MARK-MASQ
-A KUBE-SEP-ONE2CWLW4SBHQD5Y -p tcp -m comment --comment "default/shop:http" -m recent --set --name KUBE-SEP-ONE2CWLW4SBHQD5Y --mask 255.255.255.255 --rsource -m tcp -j DNAT --to-destination 10.244.0.5:8080
-A KUBE-SEP-TWOJ6SF57VTQEV4A -s 10.244.1.9/32 -m comment --comment "default/shop:http" -j KUBE-MARK-MASQ
-A KUBE-SEP-TWOJ6SF57VTQEV4A -p tcp -m comment --comment "default/shop:http" -m recent --set --name KUBE-SEP-TWOJ6SF57VTQEV4A --mask 255.255.255.255 --rsource -m tcp -j DNAT --to-destination 10.244.1.9:8080
-A KUBE-EXT-LOCALK5BZPQ2XH3C -s 10.244.0.0/16 -m comment --comment "pod traffic for default/near external destinations" -j KUBE-SVC-LOCALK5BZPQ2XH3C
-A KUBE-EXT-LOCALK5BZPQ2XH3C -m comment --comment "masquerade LOCAL traffic for default/near external destinations" -m addrtype --src-type LOCAL -j KUBE-MARK-MASQ
-A KUBE-EXT-LOCALK5BZPQ2XH3C -m comment --comment "route LOCAL traffic for default/near external destinations" -m addrtype --src-type LOCAL -j KUBE-SVC-LOCALK5BZPQ2XH3C
-A KUBE-EXT-LOCALK5BZPQ2XH3C -j KUBE-SVL-LOCALK5BZPQ2XH3C
-A KUBE-SVC-LOCALK5BZPQ2XH3C -m comment --comment "default/near -> 10.244.0.5:8443" -j KUBE-SEP-LOC3M7VXJ2AQF6RT
-A KUBE-SVL-LOCALK5BZPQ2XH3C -m comment --comment "default/near -> 10.244.0.5:8443" -j KUBE-SEP-LOC3M7VXJ2AQF6RT
-A KUBE-SEP-LOC3M7VXJ2AQF6RT -s 10.244.0.5/32 -m comment --comment "default/near" -j KUBE-MARK-MASQ
-A KUBE-SEP-LOC3M7VXJ2AQF6RT -p tcp -m comment --comment "default/near" -m tcp -j DNAT --to-destination 10.244.0.5:8443
-A KUBE-SVC-TCOU7JCQXEZGVUNU ! -s 10.244.0.0/16 -d 10.96.0.10/32 -p udp -m comment --comment "kube-system/kube-dns:dns cluster IP" -m udp --dport 53 -j KUBE-MARK-MASQ
-A KUBE-SVC-TCOU7JCQXEZGVUNU -m comment --comment "kube-system/kube-dns:dns -> 10.244.0.2:53" -j KUBE-SEP-DNS4V5RCYDDXQ2LO
-A KUBE-SEP-DNS4V5RCYDDXQ2LO -s 10.244.0.2/32 -m comment --comment "kube-system/kube-dns:dns" -j KUBE-MARK-MASQ
-A KUBE-SEP-DNS4V5RCYDDXQ2LO -p udp -m comment --comment "kube-system/kube-dns:dns" -m udp -j DNAT --to-destination 10.244.0.2:53
COMMIT
*filter
:KUBE-EXTERNAL-SERVICES - [0:0]
:KUBE-FIREWALL - [0:0]
:KUBE-FORWARD - [0:0]
:KUBE-NODEPORTS - [0:0]
:KUBE-PROXY-FIREWALL - [0:0]
:KUBE-SERVICES - [0:0]
-A INPUT -m conntrack --ctstate NEW -m comment --comment "kubernetes load balancer firewall" -j KUBE-PROXY-FIREWALL
-A INPUT -m comment --comment "kubernetes health check service ports" -j KUBE-NODEPORTS
-A INPUT -m conntrack --ctstate NEW -m comment --comment "kubernetes externally-visible service portals" -j KUBE-EXTERNAL-SERVICES
-A INPUT -j KUBE-FIREWALL
-A FORWARD -m conntrack --ctstate NEW -m comment --comment "kubernetes load balancer firewall" -j KUBE-PROXY-FIREWALL
-A FORWARD -m comment --comment "kubernetes forwarding rules" -j KUBE-FORWARD
-A FORWARD -m conntrack --ctstate NEW -m comment --comment "kubernetes service portals" -j KUBE-SERVICES
-A FORWARD -m conntrack --ctstate NEW -m comment --comment "kubernetes externally-visible service portals" -j KUBE-EXTERNAL-SERVICES
-A OUTPUT -m conntrack --ctstate NEW -m comment --comment "kubernetes load balancer firewall" -j KUBE-PROXY-FIREWALL
-A OUTPUT -m conntrack --ctstate NEW -m comment --comment "kubernetes service portals" -j KUBE-SERVICES
-A OUTPUT -j KUBE-FIREWALL
-A KUBE-FIREWALL ! -s 127.0.0.0/8 -d 127.0.0.0/8 -m comment --comment "block incoming localnet connections" -m conntrack ! --ctstate RELATED,ESTABLISHED,DNAT -j DROP
-A KUBE-FORWARD -m conntrack --ctstate INVALID -j DROP
-A KUBE-FORWARD -m comment --comment "kubernetes forwarding rules" -m mark --mark 0x4000/0x4000 -j ACCEPT
-A KUBE-FORWARD -m comment --comment "kubernetes forwarding conntrack rule" -m conntrack --ctstate RELATED,ESTABLISHED -j ACCEPT
-A KUBE-NODEPORTS -p tcp -m comment --comment "default/near health check node port" -m tcp --dport 32100 -j ACCEPT
-A KUBE-SERVICES -d 10.96.5.5/32 -p tcp -m comment --comment "default/empty:http has no endpoints" -m tcp --dport 80 -j REJECT --reject-with icmp-port-unreachable
-A KUBE-EXTERNAL-SERVICES -p tcp -m comment --comment "default/empty:http has no endpoints" -m addrtype --dst-type LOCAL -m tcp --dport 30055 -j REJECT --reject-with icmp-port-unreachable
COMMIT
RULES
connect 10.96.7.7 80
connect 10.0.0.11 30080
