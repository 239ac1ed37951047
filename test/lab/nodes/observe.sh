# What netscope and the tools of each system say of the node: files that begin with $1.
ip -d -j link >"$1.link.json"
ip -j route >"$1.route.json"
ip -j neighbour >"$1.neighbour.json"
bridge -j fdb >"$1.fdb.json"
for namespace in $(ip netns list | cut -d ' ' -f 1); do n "$namespace" -j address >"$1.address.$namespace.json"; done
if [ -e /run/openvswitch/db.sock ]; then ovs-vsctl show >"$1.ovs.txt"; fi
if [ -e /proc/net/ip_vs ]; then ipvsadm -Ln >"$1.ipvs.txt"; fi
node "${NETSCOPE:-$here/../../../dist/main.js}" snapshot -w "$1.snapshot.json"
