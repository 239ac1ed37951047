# Weave Net without a datapath: its process reads and writes packets at one end of a veth pair.
. "$here/weave.sh"
ip link add vethwe-bridge type veth peer name vethwe-pcap
ip link set vethwe-bridge master weave up
ip link set vethwe-pcap up
