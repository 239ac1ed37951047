# What the scripts of this folder build nodes with. To be sourced by them: PID 1 of a host of their own (start.sh).
#
# eth0 is 10.0.0.11/24; the other nodes of the cluster are 10.0.0.12 and 10.0.0.13, of which only addresses are known here.
n() { local namespace=$1; shift; ip -n "$namespace" "$@"; }
inside() { ip netns exec "$@"; }
sysctl() { echo "$2" >"/proc/sys/${1//.//}"; }

# rules FAMILY: the rules of standard input, as iptables-save prints them, into the tables that they name.
rules() { "$1-nft-restore" --noflush; }

# A process in control group GROUP and network namespace NAMESPACE (- for the host's), by the name that it has in `ps`.
# process NAME GROUP NAMESPACE [COMMAND...]
process() {
  local name=$1 group=$2 namespace=$3
  shift 3
  [ $# -gt 0 ] || set -- sleep infinity
  mkdir -p /run/bin "/sys/fs/cgroup$group"
  # The kernel takes the name from the path that it is asked to start; what is started knows its work by argument 0.
  ln -sf "$(readlink -f "$(command -v "$1")")" "/run/bin/$name"
  local into=()
  [ "$namespace" = - ] || into=(nsenter "--net=/run/netns/$namespace")
  (
    echo "$BASHPID" >"/sys/fs/cgroup$group/cgroup.procs"
    exec "${into[@]}" bash -c 'name=$1; shift; exec -a "$1" "/run/bin/$name" "${@:2}"' bash "$name" "$@"
  ) &
  # A process that failed has no memory any more.
  until grep -qx "${name:0:15}" "/proc/$!/comm" 2>/dev/null; do grep -q . "/proc/$!/maps" 2>/dev/null || { echo "no $name" >&2; return 1; }; sleep 0.05; done
}

# tap tun|tap DEVICE NAME [GROUP]: a device held open by a process called NAME.
tap() { process "$3" "${4:-/system.slice/$3.service}" - node "$here/hold-tun.mjs" "$1" "$2"; until ip link show "$2" >/dev/null 2>&1; do sleep 0.05; done; }

# An id as engines and the kubelet make them, always the same for one word: hex WORD LENGTH, uid WORD.
hex() { printf %s "$1" | sha256sum | cut -c "1-$2"; }
uid() { hex "$1" 32 | sed -E 's/(.{8})(.{4})(.{4})(.{4})/\1-\2-\3-\4-/'; }

# bundle ID KIND POD NAMESPACE CONTAINER: the folder of containerd's task, with what its CRI plugin tells the runtime.
bundle() {
  local folder=/run/containerd/io.containerd.runtime.v2.task/k8s.io/$1 prefix=io.kubernetes.cri
  mkdir -p "$folder"
  echo "$!" >"$folder/init.pid"
  printf '{"annotations":{"%s.container-type":"%s","%s.sandbox-id":"%s","%s.sandbox-name":"%s","%s.sandbox-namespace":"%s","%s.sandbox-uid":"%s"%s},' \
    $prefix "$2" $prefix "$(hex "$4/$3/pause" 64)" $prefix "$3" $prefix "$4" $prefix "$(uid "$4/$3")" \
    "${5:+,\"$prefix.container-name\":\"$5\"}" >"$folder/config.json"
  printf '"linux":{"namespaces":[{"type":"network","path":"/run/netns/%s"}]}}' "$netns" >>"$folder/config.json"
}

# pod NAME NAMESPACE CONTAINER[:PORT]...: a pod as containerd makes it: a namespace bound at /run/netns/cni-UID, a `pause` and
# the containers in their control groups, and the links that the kubelet keeps. Its namespace is then `cni-UID`, in $netns.
pod() {
  local pod=$1 of=$2 uid slice id container command
  shift 2
  uid=$(uid "$of/$pod")
  netns=cni-$uid
  slice=/kubepods.slice/kubepods-besteffort.slice/kubepods-besteffort-pod${uid//-/_}.slice
  ip netns add "$netns"
  n "$netns" link set lo up
  id=$(hex "$of/$pod/pause" 64)
  process pause "$slice/cri-containerd-$id.scope" "$netns"
  bundle "$id" sandbox "$pod" "$of" ''
  for container in "$@"; do
    command=(sleep infinity)
    [ "$container" = "${container%:*}" ] || command=(busybox httpd -f -h /run/netns -p "${container#*:}")
    container=${container%:*}
    id=$(hex "$of/$pod/$container" 64)
    process "$container" "$slice/cri-containerd-$id.scope" "$netns" "${command[@]}"
    bundle "$id" container "$pod" "$of" "$container"
    ln -s /dev/null "/var/log/containers/${pod}_${of}_$container-$id.log"
  done
}

# cni_bridge ADDRESS/LENGTH: the bridge of the CNI plugin `bridge`, which Flannel uses; on_bridge ADDRESS/LENGTH puts $netns on it.
cni_bridge() {
  ip link add cni0 type bridge
  ip address add "$1" dev cni0
  ip link set cni0 mtu 1450 up
}
on_bridge() {
  local port gateway
  port=veth$(hex "$netns" 8)
  gateway=$(ip -4 -brief address show cni0 | awk '{ sub("/.*", "", $3); print $3 }')
  ip link add "$port" type veth peer name eth0 netns "$netns"
  ip link set "$port" master cni0 up
  bridge link set dev "$port" hairpin on
  n "$netns" address add "$1" dev eth0
  n "$netns" link set eth0 up
  n "$netns" route add default via "$gateway"
  n "$netns" route add 10.244.0.0/16 via "$gateway"
}

# workload ADDRESS INTERFACE: puts $netns where Calico puts a pod: routed, by a gateway that the host answers ARP for.
workload() {
  ip link add "$2" type veth peer name eth0 netns "$netns"
  ip link set "$2" address ee:ee:ee:ee:ee:ee up
  sysctl "net.ipv4.conf.$2.proxy_arp" 1
  n "$netns" address add "$1/32" dev eth0
  n "$netns" link set eth0 up
  n "$netns" route add 169.254.1.1 dev eth0 scope link
  n "$netns" route add default via 169.254.1.1 dev eth0
  n "$netns" neighbour replace 169.254.1.1 lladdr ee:ee:ee:ee:ee:ee dev eth0 nud permanent
  ip route add "$1" dev "$2" scope link
}

# Open vSwitch's daemons, and ovs-vsctl that finds them.
ovs_start() {
  export OVS_RUNDIR=/run/openvswitch OVS_LOGDIR=/run/openvswitch OVS_DBDIR=/run/openvswitch
  mkdir -p /run/openvswitch
  ovsdb-tool create /run/openvswitch/conf.db "${OVS_SCHEMA:-/usr/share/openvswitch/vswitch.ovsschema}"
  ovsdb-server /run/openvswitch/conf.db --remote=punix:/run/openvswitch/db.sock --pidfile --log-file --detach
  vsctl --no-wait init
  ovs-vswitchd unix:/run/openvswitch/db.sock --pidfile --log-file --detach
}
vsctl() { ovs-vsctl --db=unix:/run/openvswitch/db.sock --timeout=60 "$@"; }

# connect ADDRESS PORT: attempts from the host, of which conntrack keeps where the kernel led each.
connect() {
  local attempt attempts=()
  for attempt in 1 2 3 4 5 6 7 8 9 10 11 12; do
    timeout 1 bash -c "echo >/dev/tcp/$1/$2" 2>/dev/null &
    attempts+=($!)
  done
  wait "${attempts[@]}" || true
}
