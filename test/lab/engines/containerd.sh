#!/bin/bash
# containerd without Docker, on a lab host: containers of ctr(8) on a bridge of the CNI plugins; and a pod with the
# annotations, control groups and links that the CRI plugin and the kubelet leave (containerd: pkg/cri/annotations,
# kubernetes: pkg/kubelet/cm, pkg/kubelet/kuberuntime/legacy.go), made without either.
#
#   web, db         namespace default, network lab: bridge cni0, 10.22.0.0/24
#   hostly, alone   namespace default, the host's network and none
#   shop/front-1    namespace k8s.io: its sandbox, and nginx and sidecar in the sandbox' /run/netns/cni-..., on cni0
set -eu
mkdir -p /run/lab/containerd /run/netns /var/lib/cni /etc/cni/net.d /var/log/containers
# Nothing that containerd and the plugins write reaches the machine.
for folder in /var/lib/cni /etc/cni/net.d /var/log/containers; do mount -t tmpfs tmpfs "$folder"; done
cat >/run/lab/containerd/config.toml <<'CONF'
version = 2
root = "/run/lab/containerd/root"
state = "/run/containerd"
disabled_plugins = ["io.containerd.grpc.v1.cri"]
CONF
cat >/etc/cni/net.d/10-lab.conflist <<'CONF'
{"cniVersion": "0.4.0", "name": "lab", "plugins": [
  {"type": "bridge", "bridge": "cni0", "isGateway": true, "ipMasq": true,
   "ipam": {"type": "host-local", "ranges": [[{"subnet": "10.22.0.0/24"}]], "routes": [{"dst": "0.0.0.0/0"}]}},
  {"type": "portmap", "capabilities": {"portMappings": true}}]}
CONF
# Where go-cni, which ctr uses, looks for plugins.
mount -t tmpfs tmpfs /opt
mkdir -p /opt/cni/bin
mount --bind /usr/lib/cni /opt/cni/bin
export CNI_PATH=/usr/lib/cni
containerd --config /run/lab/containerd/config.toml >/run/lab/containerd/log 2>&1 &
until ctr version >/dev/null 2>&1; do sleep 0.05; done
. "$(dirname "$(readlink -f "$0")")/../host/images.sh"
root=$(_skeleton)
# run NAMESPACE ID OPTION... : machines may lack the cpu controller of cgroup v2, which ctr asks for by default.
run() {
  local namespace=$1 id=$2
  shift 2
  ctr --namespace "$namespace" run --detach --cpu-shares 0 "$@" --rootfs "$root" "$id" /bin/sleep infinity
}
run default web --cni
run default db --cni
run default hostly --net-host
run default alone

# A pod, as the CRI plugin makes it: a namespace, the plugins in it, the sandbox, its containers.
uid=1b2c3d4e-0000-4000-8000-0123456789ab
netns=cni-5e6f7a8b-1111-4222-8333-444455556666
id() { printf %s "$1" | sha256sum | cut -c 1-64; }
sandbox=$(id sandbox)
ip netns add "$netns"
ip -n "$netns" link set lo up
export CNI_COMMAND=ADD CNI_CONTAINERID=$sandbox CNI_NETNS=/var/run/netns/$netns CNI_IFNAME=eth0
jq '.plugins[0] + {name, cniVersion}' /etc/cni/net.d/10-lab.conflist | /usr/lib/cni/bridge >/run/lab/containerd/pod.json
in_pod() { # in_pod ID TYPE OPTION...
  local id=$1 type=$2
  shift 2
  run k8s.io "$id" --with-ns "network:/var/run/netns/$netns" --cgroup "/kubepods/burstable/pod$uid/$id" \
    --annotation "io.kubernetes.cri.container-type=$type" --annotation "io.kubernetes.cri.sandbox-id=$sandbox" \
    --annotation io.kubernetes.cri.sandbox-name=front-1 --annotation io.kubernetes.cri.sandbox-namespace=shop \
    --annotation "io.kubernetes.cri.sandbox-uid=$uid" "$@"
}
in_pod "$sandbox" sandbox
for name in nginx sidecar; do
  in_pod "$(id $name)" container --annotation "io.kubernetes.cri.container-name=$name"
done
