#!/bin/sh
# An init of the guest that builds the nodes of ../nodes, each as a host of its own, and leaves on the disk what was seen of them.
export PATH=/bin:/sbin HOME=/root LC_ALL=C
mount -t proc proc /proc; mount -t sysfs sys /sys; mount -t devtmpfs dev /dev; mount -t tmpfs tmp /tmp; mount -t tmpfs run /run
ln -sf /proc/self/fd /dev/fd
exec >/dev/console 2>&1
for module in virtio_pci virtio_blk dummy veth bridge br_netfilter 8021q ipip ip_gre ipvlan macvlan vxlan tun openvswitch vport-vxlan \
  vport-gre ip_vs ip_vs_rr nf_tables nft_compat nft_chain_nat nf_conntrack ip_set xt_set; do
  /sbin/modprobe "$module" || echo "no $module"
done
/bin/ip link set lo up
export NETSCOPE=/netscope/dist/main.js OVS_SCHEMA=/etc/openvswitch/vswitch.ovsschema
mkdir /out
for node in calico-ipip weave-fastdp neutron machines; do
  echo "node $node"
  /bin/bash /nodes/start.sh "$node" /out || echo "NODE $node FAILED: $?"
done
ls -la /out
(cd /out && tar cf /tmp/out.tar .) && dd if=/tmp/out.tar of=/dev/vda bs=64k
echo "the guest is done"
poweroff -f
