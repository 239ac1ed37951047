# The chains of Felix and the sets that they ask, for the workload $1. To be sourced.
ipset create cali40all-ipam-pools hash:net
ipset add cali40all-ipam-pools 192.168.0.0/16
ipset create cali40masq-ipam-pools hash:net
ipset add cali40masq-ipam-pools 192.168.0.0/16
ipset create cali40all-hosts-net hash:net
for address in 10.0.0.11 10.0.0.12 10.0.0.13; do ipset add cali40all-hosts-net "$address"; done
ipset create cali40this-host hash:ip
for address in 10.0.0.11 127.0.0.1; do ipset add cali40this-host "$address"; done
rules iptables <<RULES
*raw
:cali-PREROUTING - [0:0]
:cali-OUTPUT - [0:0]
-A PREROUTING -m comment --comment "cali:6gwbT8clXdHdC1b1" -j cali-PREROUTING
-A cali-PREROUTING -m comment --comment "cali:XFX5xbM8B9qR10JG" -j MARK --set-xmark 0x0/0xf0000
-A cali-PREROUTING -i cali+ -m comment --comment "cali:EWMPb0zVROM-woQp" -j MARK --set-xmark 0x40000/0x40000
COMMIT
*nat
:cali-PREROUTING - [0:0]
:cali-POSTROUTING - [0:0]
:cali-OUTPUT - [0:0]
:cali-fip-dnat - [0:0]
:cali-fip-snat - [0:0]
:cali-nat-outgoing - [0:0]
-A PREROUTING -m comment --comment "cali:6gwbT8clXdHdC1b1" -j cali-PREROUTING
-A OUTPUT -m comment --comment "cali:tVnHkvAo15HuiPy0" -j cali-OUTPUT
-A POSTROUTING -m comment --comment "cali:O3lYWMrLQYEMJtB5" -j cali-POSTROUTING
-A cali-OUTPUT -m comment --comment "cali:GBTAv2p5CwevEyJm" -j cali-fip-dnat
-A cali-POSTROUTING -m comment --comment "cali:Z-c7XtVd2Bq7s_hA" -j cali-fip-snat
-A cali-POSTROUTING -m comment --comment "cali:nYKhEzDlr11Jccal" -j cali-nat-outgoing
-A cali-PREROUTING -m comment --comment "cali:r6XmIziWUJsdOK6Z" -j cali-fip-dnat
-A cali-nat-outgoing -m comment --comment "cali:flqWnvo8yq4ULQLa" -m set --match-set cali40masq-ipam-pools src -m set ! --match-set cali40all-ipam-pools dst -j MASQUERADE --random-fully
COMMIT
*filter
:cali-INPUT - [0:0]
:cali-FORWARD - [0:0]
:cali-OUTPUT - [0:0]
:cali-from-wl-dispatch - [0:0]
:cali-to-wl-dispatch - [0:0]
:cali-fw-$1 - [0:0]
:cali-tw-$1 - [0:0]
:cali-pri-kns.default - [0:0]
:cali-pro-kns.default - [0:0]
:cali-wl-to-host - [0:0]
-A INPUT -m comment --comment "cali:Cz_u1IQiXIMmKD4c" -j cali-INPUT
-A FORWARD -m comment --comment "cali:wUHhoiAYhphO9Mso" -j cali-FORWARD
-A FORWARD -m comment --comment "cali:S93hcgKJrXEqnTfs" -m comment --comment "Policy explicitly accepted packet." -m mark --mark 0x10000/0x10000 -j ACCEPT
-A OUTPUT -m comment --comment "cali:tVnHkvAo15HuiPy0" -j cali-OUTPUT
-A cali-FORWARD -m comment --comment "cali:vjrMJCRpqwy5oRoX" -j MARK --set-xmark 0x0/0xe0000
-A cali-FORWARD -i cali+ -m comment --comment "cali:8ZoYfO5HKXWbB3pk" -j cali-from-wl-dispatch
-A cali-FORWARD -o cali+ -m comment --comment "cali:jdEuaPBe14V2hutn" -j cali-to-wl-dispatch
-A cali-INPUT -p ipencap -m comment --comment "cali:PajejrV4aFdkZojI" -m comment --comment "Allow IPIP packets from Calico hosts" -m set --match-set cali40all-hosts-net src -m addrtype --dst-type LOCAL -j ACCEPT
-A cali-INPUT -p ipencap -m comment --comment "cali:_wjq-Yrma8Ly1Svo" -m comment --comment "Drop IPIP packets from non-Calico hosts" -j DROP
-A cali-INPUT -i cali+ -m comment --comment "cali:FewJpBykm9iJ-YNH" -g cali-wl-to-host
-A cali-from-wl-dispatch -i $1 -m comment --comment "cali:zTj6P0TIgYvgz-md" -g cali-fw-$1
-A cali-from-wl-dispatch -m comment --comment "cali:Ws2XY8PZi4c7nTyM" -m comment --comment "Unknown interface" -j DROP
-A cali-to-wl-dispatch -o $1 -m comment --comment "cali:7KNphB1nNHw80nIO" -g cali-tw-$1
-A cali-to-wl-dispatch -m comment --comment "cali:8GOA1bRoDn0Uwg6Q" -m comment --comment "Unknown interface" -j DROP
-A cali-fw-$1 -m comment --comment "cali:Qm0FjkDBu9l7GJX1" -m conntrack --ctstate RELATED,ESTABLISHED -j ACCEPT
-A cali-fw-$1 -m comment --comment "cali:5Wn0ZkZs6SXlqkjA" -m conntrack --ctstate INVALID -j DROP
-A cali-fw-$1 -m comment --comment "cali:yEwYWq7fmYAxBWAN" -j MARK --set-xmark 0x0/0x10000
-A cali-fw-$1 -p udp -m comment --comment "cali:NMaoBOKTTpzGZvaV" -m comment --comment "Drop VXLAN encapped packets originating in workloads" -m multiport --dports 4789 -j DROP
-A cali-fw-$1 -m comment --comment "cali:4jzQZ7lLlCcVAsLv" -j cali-pro-kns.default
-A cali-fw-$1 -m comment --comment "cali:EvvEbTwU4tOVnBB2" -m comment --comment "Return if profile accepted" -m mark --mark 0x10000/0x10000 -j RETURN
-A cali-fw-$1 -m comment --comment "cali:FzjXQ5HKDsWnMZ8P" -m comment --comment "Drop if no profiles matched" -j DROP
-A cali-pri-kns.default -m comment --comment "cali:zDcn0-UDl42K9uA_" -j MARK --set-xmark 0x10000/0x10000
-A cali-pri-kns.default -m comment --comment "cali:1Ve0K6wPq2yOBcGq" -m mark --mark 0x10000/0x10000 -j RETURN
-A cali-pro-kns.default -m comment --comment "cali:oLzzje5WExbgfib5" -j MARK --set-xmark 0x10000/0x10000
-A cali-pro-kns.default -m comment --comment "cali:4goskqvxh5xcGw3s" -m mark --mark 0x10000/0x10000 -j RETURN
-A cali-tw-$1 -m comment --comment "cali:Kx1hGb0Eq2EVQGOV" -m conntrack --ctstate RELATED,ESTABLISHED -j ACCEPT
-A cali-tw-$1 -m comment --comment "cali:n3BLI7zFlRZ3CRyC" -j MARK --set-xmark 0x0/0x10000
-A cali-tw-$1 -m comment --comment "cali:kFLAx3M6d7_4gXIX" -j cali-pri-kns.default
-A cali-tw-$1 -m comment --comment "cali:oFdIeXEBFM7UUCUs" -m comment --comment "Return if profile accepted" -m mark --mark 0x10000/0x10000 -j RETURN
-A cali-tw-$1 -m comment --comment "cali:l2Jj8hvjqlrfeJYA" -m comment --comment "Drop if no profiles matched" -j DROP
-A cali-wl-to-host -m comment --comment "cali:Ee9Sbo10IpVujdIY" -j cali-from-wl-dispatch
-A cali-wl-to-host -m comment --comment "cali:nSZbcOoG1xPONxb8" -m comment --comment "Configured DefaultEndpointToHostAction" -j ACCEPT
COMMIT
RULES
