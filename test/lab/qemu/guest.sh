#!/bin/sh
# The init of the guest: makes networks that need kernel modules which test machines often lack, reads them with
# netscope and with ip(8), and leaves what they say on the disk as a tar archive.
export PATH=/bin:/sbin HOME=/root LC_ALL=C
mount -t proc proc /proc; mount -t sysfs sys /sys; mount -t devtmpfs dev /dev; mount -t tmpfs tmp /tmp; mount -t tmpfs run /run
ln -sf /proc/self/fd /dev/fd
mkdir -p /run/netns /run/openvswitch /etc/openvswitch /out
exec >/dev/console 2>&1
# busybox has applets of these names, which its shell prefers.
ip() { /bin/ip "$@"; }
modprobe() { /sbin/modprobe "$@"; }
for module in virtio_pci virtio_blk dummy veth bridge 8021q bonding team team_mode_activebackup ipip ip_gre ip6_gre sit \
  ip6_tunnel ip_vti ip6_vti xfrm_interface vrf ifb macvlan macvtap ipvlan vxlan geneve tun wireguard openvswitch vport-vxlan \
  vport-gre ip_vs ip_vs_rr nf_tables nft_compat xt_mark xt_nat xt_addrtype nf_conntrack nft_chain_nat macsec; do
  modprobe "$module" || echo "no $module"
done
hostname guest
n() { namespace=$1; shift; ip -n "$namespace" "$@"; }
inside() { ip netns exec "$@"; }

# As most hosts are set up: tunnel modules make no devices in each namespace.
echo 2 > /proc/sys/net/core/fb_tunnels_only_for_init_net
ip link set lo up
ip link add eth0 type dummy
ip address add 192.0.2.10/24 dev eth0
ip -6 address add 2001:db8::10/64 dev eth0 nodad
ip link set eth0 up
ip route add default via 192.0.2.1 dev eth0
echo 1 > /proc/sys/net/ipv4/ip_forward

# One of every kind.
ip netns add kinds
n kinds link set lo up
n kinds link add base type dummy
n kinds address add 198.51.100.1/24 dev base
n kinds -6 address add 2001:db8:1::1/64 dev base nodad
n kinds link set base up
n kinds link add link base name base.100 type vlan id 100
n kinds link add link base.100 name qinq type vlan protocol 802.1ad id 7
n kinds link add slave0 type dummy
n kinds link add slave1 type dummy
n kinds link add bond0 type bond mode active-backup miimon 100
n kinds link set slave0 master bond0
n kinds link set slave1 master bond0
n kinds link add bond1 type bond mode 802.3ad miimon 50 lacp_rate fast xmit_hash_policy layer3+4
n kinds link add port0 type dummy
n kinds link add team0 type team
n kinds link set port0 master team0
n kinds link add red type vrf table 10
n kinds link add inred type dummy
n kinds link set inred master red
n kinds link add gre1 type gre local 198.51.100.1 remote 198.51.100.2 key 5 ttl 64
n kinds link add gretap1 type gretap local 198.51.100.1 remote 198.51.100.2 key 0x64000
n kinds link add ip6gre1 type ip6gre local 2001:db8:1::1 remote 2001:db8:1::2
n kinds link add ipip1 type ipip local 198.51.100.1 remote 198.51.100.2 dev base
n kinds link add sit1 type sit local 198.51.100.1 remote 198.51.100.2
n kinds link add tnl6 type ip6tnl local 2001:db8:1::1 remote 2001:db8:1::2 mode ipip6
n kinds link add vti1 type vti local 198.51.100.1 remote 198.51.100.2 key 42
n kinds link add vti6a type vti6 local 2001:db8:1::1 remote 2001:db8:1::2 key 43
n kinds link add xfrm1 type xfrm dev base if_id 7
n kinds link add ifb5 type ifb
n kinds link add vx1 type vxlan id 4097 local 198.51.100.1 dev base dstport 4789
n kinds link add gnv1 type geneve id 99 remote 198.51.100.3
n kinds link add macsec1 link base type macsec port 11 encrypt on
n kinds link add mv1 link base type macvlan mode bridge
n kinds link add mvt1 link base type macvtap mode vepa
n kinds link add br0 type bridge vlan_filtering 1 stp_state 1
n kinds tuntap add dev tap0 mode tap
n kinds tuntap add dev tun0 mode tun

# WireGuard between two namespaces.
ip netns add wga; ip netns add wgb
n wga link add name under0 type veth peer name under0 netns wgb
n wga address add 203.0.113.1/24 dev under0; n wgb address add 203.0.113.2/24 dev under0
n wga link set under0 up; n wgb link set under0 up
umask 077
for end in wga wgb; do wg genkey > /tmp/$end.key; wg pubkey < /tmp/$end.key > /tmp/$end.pub; done
wg genpsk > /tmp/psk
umask 022
n wga link add wg0 type wireguard; n wgb link add wg0 type wireguard
inside wga wg set wg0 listen-port 51820 fwmark 0x33 private-key /tmp/wga.key \
  peer "$(cat /tmp/wgb.pub)" preshared-key /tmp/psk endpoint 203.0.113.2:51821 allowed-ips 10.66.0.2/32,fd66::/64 persistent-keepalive 25
inside wgb wg set wg0 listen-port 51821 private-key /tmp/wgb.key \
  peer "$(cat /tmp/wga.pub)" preshared-key /tmp/psk endpoint 203.0.113.1:51820 allowed-ips 10.66.0.1/32
n wga address add 10.66.0.1/24 dev wg0; n wgb address add 10.66.0.2/24 dev wg0
n wga link set wg0 up; n wgb link set wg0 up

# ipvlan and macvlan on VLANs of the uplink.
ip link add link eth0 name eth0.30 type vlan id 30; ip link set eth0.30 up
ip link add link eth0 name eth0.40 type vlan id 40; ip link set eth0.40 up
ip netns add ipvlan1; ip netns add ipvlan2; ip netns add macvlan1
ip link add link eth0.30 name ipv0 netns ipvlan1 type ipvlan mode l2
ip link add link eth0.30 name ipv0 netns ipvlan2 type ipvlan mode l2
ip link add link eth0.40 name mac0 netns macvlan1 type macvlan mode bridge
n ipvlan1 address add 10.30.0.2/24 dev ipv0; n ipvlan1 link set ipv0 up
n ipvlan2 address add 10.30.0.3/24 dev ipv0; n ipvlan2 link set ipv0 up
n macvlan1 address add 10.40.0.2/24 dev mac0; n macvlan1 link set mac0 up

# IPIP and GRE to another host, with traffic that can be recorded.
ip netns add far
ip link add up0 type veth peer name up0 netns far
ip address add 198.18.0.1/24 dev up0; ip link set up0 up
n far address add 198.18.0.2/24 dev up0; n far link set up0 up; n far link set lo up
ip link add tun-ipip type ipip local 198.18.0.1 remote 198.18.0.2; ip address add 10.50.0.1/24 dev tun-ipip; ip link set tun-ipip up
n far link add tun-ipip type ipip local 198.18.0.2 remote 198.18.0.1; n far address add 10.50.0.2/24 dev tun-ipip; n far link set tun-ipip up
ip link add tun-gre type gre local 198.18.0.1 remote 198.18.0.2 key 77; ip address add 10.51.0.1/24 dev tun-gre; ip link set tun-gre up
n far link add tun-gre type gre local 198.18.0.2 remote 198.18.0.1 key 77; n far address add 10.51.0.2/24 dev tun-gre; n far link set tun-gre up
ip link add link up0 name up0.9 type vlan id 9; ip address add 10.52.0.1/24 dev up0.9; ip link set up0.9 up
n far link add link up0 name up0.9 type vlan id 9; n far address add 10.52.0.2/24 dev up0.9; n far link set up0.9 up

# Open vSwitch with patch, internal, VXLAN and GRE ports, and two namespaces on it.
ovsdb-tool create /etc/openvswitch/conf.db /etc/openvswitch/vswitch.ovsschema
ovsdb-server /etc/openvswitch/conf.db --remote=punix:/run/openvswitch/db.sock --pidfile=/run/openvswitch/ovsdb.pid --log-file=/tmp/ovsdb.log --unixctl=/run/openvswitch/ovsdb.ctl --detach
ovs-vsctl --db=unix:/run/openvswitch/db.sock --no-wait init
ovs-vswitchd unix:/run/openvswitch/db.sock --pidfile=/run/openvswitch/vswitchd.pid --log-file=/tmp/vswitchd.log --unixctl=/run/openvswitch/vswitchd.ctl --detach
vsctl() { ovs-vsctl --db=unix:/run/openvswitch/db.sock --timeout=20 "$@"; }
vsctl add-br br-int; vsctl add-br br-tun
for number in 1 2; do
  ip netns add ovs$number
  ip link add ovsport$number type veth peer name eth0 netns ovs$number
  n ovs$number address add 10.60.0.$number/24 dev eth0; n ovs$number link set eth0 up; ip link set ovsport$number up
  vsctl add-port br-int ovsport$number tag=$number
done
vsctl add-port br-int patch-tun -- set interface patch-tun type=patch options:peer=patch-int
vsctl add-port br-tun patch-int -- set interface patch-int type=patch options:peer=patch-tun
vsctl add-port br-tun vx-far -- set interface vx-far type=vxlan options:remote_ip=198.18.0.2 options:key=100
vsctl add-port br-tun gre-far -- set interface gre-far type=gre options:remote_ip=198.18.0.2
vsctl add-port br-int int0 -- set interface int0 type=internal
vsctl show

# Virtual services in a sandbox as swarm's, by address and by mark.
ip netns add lb
n lb link add eth0 type dummy; n lb address add 10.0.0.2/24 dev eth0; n lb link set eth0 up; n lb link set lo up
inside lb iptables-nft -t mangle -A PREROUTING -p tcp --dport 8080 -j MARK --set-xmark 0x100/0xffffffff
mkdir -p /run/docker/netns; : > /run/docker/netns/ingress_sbox
mount --bind /run/netns/lb /run/docker/netns/ingress_sbox
inside lb ipvsadm -A -f 256 -s rr
inside lb ipvsadm -a -f 256 -r 10.0.0.5:0 -m -w 1
inside lb ipvsadm -a -f 256 -r 10.0.0.6:0 -m -w 1
inside lb ipvsadm -A -t 10.0.0.100:80 -s rr
inside lb ipvsadm -a -t 10.0.0.100:80 -r 10.0.0.5:8080 -m

sleep 3
inside wga ping -c 2 -W 2 10.66.0.2
for namespace in $(ip netns list | sed 's/ .*//'); do
  n "$namespace" -d -s -j link > "/out/link.$namespace.json"
  n "$namespace" -j addr > "/out/addr.$namespace.json"
done
ip -d -s -j link > /out/link.host.json
inside wga wg show wg0 dump | sed 's/^[^\t]*\t\([^\t]*\t[0-9]*\t\)/(hidden)\t\1/' > /out/wg.txt
cat /tmp/wga.key /tmp/wgb.key /tmp/psk > /tmp/secrets
node /netscope/dist/main.js snapshot -w /out/snapshot.json || echo "snapshot failed: $?"
for key in $(cat /tmp/secrets); do grep -c -F "$key" /out/snapshot.json && echo "A SECRET KEY IS IN THE SNAPSHOT" > /out/leak; done
node /netscope/dist/main.js topology --json > /out/topology.json || echo "topology failed"
node /netscope/dist/main.js record -i up0 -i tun-ipip -i tun-gre -i far:up0.9 -w /out/record.pcapng --duration 45 2> /tmp/recorder &
recorder=$!
until grep -q recording /tmp/recorder; do sleep 1; done
sleep 2
ping -c 2 -W 2 10.50.0.2; ping -c 2 -W 2 10.51.0.2; ping -c 2 -W 2 10.52.0.2
wait $recorder
ls -la /out
(cd /out && tar cf /tmp/out.tar .) && dd if=/tmp/out.tar of=/dev/vda bs=64k
echo "the guest is done"
poweroff -f
