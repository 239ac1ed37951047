# OpenStack: compute and network node with the agent of ML2/OVS. A machine on the hybrid chain, one directly on br-int, one with
# a trunk; a router with a floating address, a DHCP server; tunnels by VXLAN and GRE to two other nodes.
ovs_start
for bridge in br-int br-tun br-ex; do vsctl add-br "$bridge"; done
ip link add eth1 type dummy
ip link set eth1 up
vsctl add-port br-ex eth1
vsctl add-port br-int int-br-ex -- set interface int-br-ex type=patch options:peer=phy-br-ex
vsctl add-port br-ex phy-br-ex -- set interface phy-br-ex type=patch options:peer=int-br-ex
vsctl add-port br-int patch-tun -- set interface patch-tun type=patch options:peer=patch-int
vsctl add-port br-tun patch-int -- set interface patch-int type=patch options:peer=patch-tun
vsctl add-port br-tun vxlan-0a00000c -- set interface vxlan-0a00000c type=vxlan options:df_default=true options:in_key=flow \
  options:local_ip=10.0.0.11 options:out_key=flow options:remote_ip=10.0.0.12
vsctl add-port br-tun gre-0a00000d -- set interface gre-0a00000d type=gre options:df_default=true options:in_key=flow \
  options:local_ip=10.0.0.11 options:out_key=flow options:remote_ip=10.0.0.13

tap tap tap6f1d3c5a-7b qemu-system-x86_64 '/machine.slice/machine-qemu\x2d1\x2dinstance\x2d00000001.scope'
ip link set tap6f1d3c5a-7b address fe:16:3e:00:00:07 up
ip link add qbr6f1d3c5a-7b type bridge
ip link set qbr6f1d3c5a-7b up
ip link add qvb6f1d3c5a-7b type veth peer name qvo6f1d3c5a-7b
for port in tap qvb; do ip link set "${port}6f1d3c5a-7b" master qbr6f1d3c5a-7b; done
for port in qvb qvo; do ip link set "${port}6f1d3c5a-7b" promisc on up; done
vsctl add-port br-int qvo6f1d3c5a-7b tag=1 -- set interface qvo6f1d3c5a-7b external-ids:iface-id=6f1d3c5a-7b21-4c0e-9d55-0a1b2c3d4e5f \
  external-ids:attached-mac=fa:16:3e:00:00:07 external-ids:vm-uuid=0c9f2f6e-1f0b-4b7e-8f44-5f1c7f0e9a01

tap tap tapc0ffee11-22 qemu-system-x86_64 '/machine.slice/machine-qemu\x2d2\x2dinstance\x2d00000002.scope'
ip link set tapc0ffee11-22 address fe:16:3e:00:00:08 up
vsctl add-port br-int tapc0ffee11-22 tag=2 -- set interface tapc0ffee11-22 external-ids:iface-id=c0ffee11-2233-4455-8677-8899aabbccdd

tap tap tap7a11ed00-33 qemu-system-x86_64 '/machine.slice/machine-qemu\x2d3\x2dinstance\x2d00000003.scope'
ip link set tap7a11ed00-33 up
vsctl add-br tbr-5eed0000-4
vsctl add-port tbr-5eed0000-4 tap7a11ed00-33
vsctl add-port tbr-5eed0000-4 tpt-7a11ed00-33 -- set interface tpt-7a11ed00-33 type=patch options:peer=tpi-7a11ed00-33
vsctl add-port br-int tpi-7a11ed00-33 tag=1 -- set interface tpi-7a11ed00-33 type=patch options:peer=tpt-7a11ed00-33
vsctl add-port tbr-5eed0000-4 spt-5ab00000-55 tag=101 -- set interface spt-5ab00000-55 type=patch options:peer=spi-5ab00000-55
vsctl add-port br-int spi-5ab00000-55 tag=2 -- set interface spi-5ab00000-55 type=patch options:peer=spt-5ab00000-55

# internal NAMESPACE PORT TAG ADDRESS
internal() {
  vsctl add-port br-int "$2" tag="$3" -- set interface "$2" type=internal
  ip link set "$2" netns "$1"
  n "$1" address add "$4" dev "$2"
  n "$1" link set "$2" up
}
router=qrouter-0f6c1c3e-2a44-4d8b-8a6e-0b4a7d6f9e10
dhcp=qdhcp-77aa0b1c-5d2e-4f30-9a8b-7c6d5e4f3a2b
for namespace in $router $dhcp; do ip netns add "$namespace"; n "$namespace" link set lo up; done
internal $router qr-11111111-11 1 10.1.0.1/24
internal $router qg-22222222-22 3 203.0.113.5/24
n $router address add 203.0.113.20/32 dev qg-22222222-22
n $router route add default via 203.0.113.1
internal $dhcp tap33333333-33 1 10.1.0.2/24
n $dhcp address add 169.254.169.254/32 dev tap33333333-33
process dnsmasq /system.slice/neutron-dhcp-agent.service $dhcp dnsmasq --keep-in-foreground --conf-file=/dev/null --no-hosts --no-resolv \
  --port=0 --user=root --pid-file= --bind-dynamic --except-interface=lo --interface=tap33333333-33 --dhcp-range=10.1.0.0,static,255.255.255.0 \
  --dhcp-leasefile=/run/leases
ip netns exec $router iptables-nft-restore --noflush <<'RULES'
*nat
:neutron-l3-agent-OUTPUT - [0:0]
:neutron-l3-agent-POSTROUTING - [0:0]
:neutron-l3-agent-PREROUTING - [0:0]
:neutron-l3-agent-float-snat - [0:0]
:neutron-l3-agent-snat - [0:0]
:neutron-postrouting-bottom - [0:0]
-A PREROUTING -j neutron-l3-agent-PREROUTING
-A OUTPUT -j neutron-l3-agent-OUTPUT
-A POSTROUTING -j neutron-l3-agent-POSTROUTING
-A POSTROUTING -j neutron-postrouting-bottom
-A neutron-l3-agent-OUTPUT -d 203.0.113.20/32 -j DNAT --to-destination 10.1.0.7
-A neutron-l3-agent-POSTROUTING ! -o qg-22222222-22 -m conntrack ! --ctstate DNAT -j ACCEPT
-A neutron-l3-agent-PREROUTING -d 169.254.169.254/32 -i qr-+ -p tcp -m tcp --dport 80 -j REDIRECT --to-ports 9697
-A neutron-l3-agent-PREROUTING -d 203.0.113.20/32 -j DNAT --to-destination 10.1.0.7
-A neutron-l3-agent-float-snat -s 10.1.0.7/32 -j SNAT --to-source 203.0.113.20 --random-fully
-A neutron-l3-agent-snat -j neutron-l3-agent-float-snat
-A neutron-l3-agent-snat -o qg-22222222-22 -j SNAT --to-source 203.0.113.5 --random-fully
-A neutron-postrouting-bottom -m comment --comment "Perform source NAT on outgoing traffic." -j neutron-l3-agent-snat
COMMIT
RULES
rules iptables <<'RULES'
*raw
:neutron-openvswi-PREROUTING - [0:0]
-A PREROUTING -j neutron-openvswi-PREROUTING
-A neutron-openvswi-PREROUTING -m physdev --physdev-in qvb6f1d3c5a-7b -m comment --comment "Set zone for 6f1d3c5a-7b" -j CT --zone 1
-A neutron-openvswi-PREROUTING -m physdev --physdev-in tap6f1d3c5a-7b -m comment --comment "Set zone for 6f1d3c5a-7b" -j CT --zone 1
COMMIT
*filter
:neutron-filter-top - [0:0]
:neutron-openvswi-FORWARD - [0:0]
:neutron-openvswi-INPUT - [0:0]
:neutron-openvswi-i6f1d3c5a-7 - [0:0]
:neutron-openvswi-o6f1d3c5a-7 - [0:0]
:neutron-openvswi-s6f1d3c5a-7 - [0:0]
:neutron-openvswi-sg-chain - [0:0]
:neutron-openvswi-sg-fallback - [0:0]
-A INPUT -j neutron-openvswi-INPUT
-A FORWARD -j neutron-filter-top
-A FORWARD -j neutron-openvswi-FORWARD
-A neutron-openvswi-FORWARD -m physdev --physdev-out tap6f1d3c5a-7b --physdev-is-bridged -m comment --comment "Direct traffic from the VM interface to the security group chain." -j neutron-openvswi-sg-chain
-A neutron-openvswi-FORWARD -m physdev --physdev-in tap6f1d3c5a-7b --physdev-is-bridged -m comment --comment "Direct traffic from the VM interface to the security group chain." -j neutron-openvswi-sg-chain
-A neutron-openvswi-INPUT -m physdev --physdev-in tap6f1d3c5a-7b --physdev-is-bridged -m comment --comment "Direct incoming traffic from VM to the security group chain." -j neutron-openvswi-o6f1d3c5a-7
-A neutron-openvswi-i6f1d3c5a-7 -m state --state RELATED,ESTABLISHED -m comment --comment "Direct packets associated with a known session to the RETURN chain." -j RETURN
-A neutron-openvswi-i6f1d3c5a-7 -p tcp -m tcp --dport 22 -j RETURN
-A neutron-openvswi-i6f1d3c5a-7 -m comment --comment "Send unmatched traffic to the fallback chain." -j neutron-openvswi-sg-fallback
-A neutron-openvswi-o6f1d3c5a-7 -j neutron-openvswi-s6f1d3c5a-7
-A neutron-openvswi-o6f1d3c5a-7 -m state --state RELATED,ESTABLISHED -j RETURN
-A neutron-openvswi-o6f1d3c5a-7 -j RETURN
-A neutron-openvswi-s6f1d3c5a-7 -s 10.1.0.7/32 -m mac --mac-source fa:16:3e:00:00:07 -m comment --comment "Allow traffic from defined IP/MAC pairs." -j RETURN
-A neutron-openvswi-s6f1d3c5a-7 -m comment --comment "Drop traffic without an IP/MAC allow rule." -j DROP
-A neutron-openvswi-sg-chain -m physdev --physdev-out tap6f1d3c5a-7b --physdev-is-bridged -m comment --comment "Jump to the VM specific chain." -j neutron-openvswi-i6f1d3c5a-7
-A neutron-openvswi-sg-chain -m physdev --physdev-in tap6f1d3c5a-7b --physdev-is-bridged -m comment --comment "Jump to the VM specific chain." -j neutron-openvswi-o6f1d3c5a-7
-A neutron-openvswi-sg-chain -j ACCEPT
-A neutron-openvswi-sg-fallback -m comment --comment "Default drop rule for unmatched traffic." -j DROP
COMMIT
RULES
