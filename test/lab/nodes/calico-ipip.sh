# Calico with IPIP, and kube-proxy with IPVS.
pod shop-7d4b9c6f5-x2k8p default shop:8080
workload 192.168.9.5 cali0ef24ba1f29
ip link show tunl0 >/dev/null 2>&1 || ip link add tunl0 type ipip
ip address add 192.168.9.1/32 dev tunl0
ip link set tunl0 mtu 1480 up
ip route add blackhole 192.168.9.0/26 proto 12
ip route add 192.168.20.64/26 via 10.0.0.12 dev tunl0 proto 12 onlink
ip route add 192.168.33.128/26 via 10.0.0.13 dev tunl0 proto 12 onlink
process bird /system.slice/calico-node.service -
. "$here/calico-rules.sh" cali0ef24ba1f29
ip link add kube-ipvs0 type dummy
for address in 10.96.0.1 10.96.7.7 10.96.5.5; do ip address add "$address/32" dev kube-ipvs0; done
sysctl net.ipv4.vs.conntrack 1
ipvsadm -A -t 10.96.0.1:443 -s rr
ipvsadm -a -t 10.96.0.1:443 -r 10.0.0.12:6443 -m
for service in 10.96.7.7:80 10.0.0.11:30080; do
  ipvsadm -A -t "$service" -s rr -p 10800
  ipvsadm -a -t "$service" -r 192.168.9.5:8080 -m
  ipvsadm -a -t "$service" -r 192.168.20.69:8080 -m
done
ipvsadm -A -t 10.96.5.5:80 -s rr
ipset create KUBE-CLUSTER-IP hash:ip,port
for service in 10.96.0.1,tcp:443 10.96.7.7,tcp:80 10.96.5.5,tcp:80; do ipset add KUBE-CLUSTER-IP "$service"; done
ipset create KUBE-LOOP-BACK hash:ip,port,ip
ipset add KUBE-LOOP-BACK 192.168.9.5,tcp:8080,192.168.9.5
ipset create KUBE-NODE-PORT-TCP bitmap:port range 0-65535
ipset add KUBE-NODE-PORT-TCP 30080
rules iptables <<'RULES'
*nat
:KUBE-MARK-MASQ - [0:0]
:KUBE-NODE-PORT - [0:0]
:KUBE-POSTROUTING - [0:0]
:KUBE-SERVICES - [0:0]
-A PREROUTING -m comment --comment "kubernetes service portals" -j KUBE-SERVICES
-A OUTPUT -m comment --comment "kubernetes service portals" -j KUBE-SERVICES
-A POSTROUTING -m comment --comment "kubernetes postrouting rules" -j KUBE-POSTROUTING
-A KUBE-MARK-MASQ -j MARK --set-xmark 0x4000/0x4000
-A KUBE-NODE-PORT -p tcp -m comment --comment "Kubernetes nodeport TCP port for masquerade purpose" -m set --match-set KUBE-NODE-PORT-TCP dst -j KUBE-MARK-MASQ
-A KUBE-POSTROUTING -m comment --comment "Kubernetes endpoints dst ip:port, source ip for solving hairpin purpose" -m set --match-set KUBE-LOOP-BACK dst,dst,src -j MASQUERADE
-A KUBE-POSTROUTING -m mark ! --mark 0x4000/0x4000 -j RETURN
-A KUBE-POSTROUTING -j MARK --set-xmark 0x4000/0x0
-A KUBE-POSTROUTING -m comment --comment "kubernetes service traffic requiring SNAT" -j MASQUERADE --random-fully
-A KUBE-SERVICES -s 127.0.0.0/8 -j RETURN
-A KUBE-SERVICES ! -s 192.168.0.0/16 -m comment --comment "Kubernetes service cluster ip + port for masquerade purpose" -m set --match-set KUBE-CLUSTER-IP dst,dst -j KUBE-MARK-MASQ
-A KUBE-SERVICES -m addrtype --dst-type LOCAL -j KUBE-NODE-PORT
-A KUBE-SERVICES -m set --match-set KUBE-CLUSTER-IP dst,dst -j ACCEPT
COMMIT
RULES
connect 10.96.7.7 80
