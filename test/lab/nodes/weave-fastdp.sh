# Weave Net by the datapath of Open vSwitch, to other hosts by its VXLAN port.
. "$here/weave.sh"
ovs-dpctl add-dp datapath
ip link set datapath up
ip link add vethwe-bridge type veth peer name vethwe-datapath
ip link set vethwe-bridge master weave up
ovs-dpctl add-if datapath vethwe-datapath
ip link set vethwe-datapath up
# Weave has the kernel make this one, which does the same.
ip link add vxlan-6784 type vxlan external dstport 6784 udp6zerocsumrx
ip link set vxlan-6784 up
ovs-dpctl add-if datapath vxlan-6784
