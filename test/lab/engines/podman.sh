#!/bin/bash
# Podman as root, on a lab host: one container for each way that Podman connects them, and its API at
# /run/podman/podman.sock. Processes of the lab have no CAP_SYS_RESOURCE and no pids controller, so that it is runc
# without limits.
#
#   first, second     default network (podman0); first publishes 8080, second 8443 on 127.0.0.1 alone
#   web, db           network app (10.89.1.0/24, fd00:89:1::/64, with aardvark-dns); web serves and publishes 8081
#   both              networks app and other
#   hostly, lonely    --network host, --network none
#   sharer            the network of web
#   duo: one, two     a pod, its infra container, 8082 published by the pod, one serves
#   vlan              a macvlan network on eth0
#   gone              ended
set -eu
# Nothing that Podman writes reaches the machine.
mkdir -p /var/lib/containers /etc/containers/networks /run/podman /run/lab/podman
mount -t tmpfs tmpfs /var/lib/containers
mount -t tmpfs tmpfs /etc/containers/networks
mount -t tmpfs -o mode=755 tmpfs /run/lab/podman
cp "$(dirname "$(readlink -f "$0")")/podman.conf" /run/lab/podman/containers.conf
export CONTAINERS_CONF=/run/lab/podman/containers.conf
. "$(dirname "$(readlink -f "$0")")/../host/images.sh"
root=$(_skeleton)
tar -C "$root" -c . | podman import --quiet --change 'CMD ["sleep","infinity"]' - lab/base >/dev/null
rm -r "$root"

run() { podman run --detach --name "$@" >/dev/null; }
podman network create --subnet 10.89.1.0/24 --subnet fd00:89:1::/64 --ipv6 app >/dev/null
podman network create --subnet 10.89.2.0/24 other >/dev/null
podman network create --driver macvlan --opt parent=eth0 --subnet 203.0.113.0/24 --ip-range 203.0.113.64/27 lan >/dev/null
run first --publish 8080:80 lab/base
run second --publish 127.0.0.1:8443:443 lab/base
run web --network app --publish 8081:80 --label com.docker.compose.project=shop --label com.docker.compose.service=front \
  lab/base httpd -f -p 80
run db --network app lab/base
run both --network app,other lab/base
run hostly --network host lab/base
run lonely --network none lab/base
run sharer --network container:web lab/base
# The infra container is this image too: catatonit, which Podman takes for it, need not be installed.
podman pod create --share-parent=false --infra-image lab/base --infra-command "sleep infinity" --name duo --network app --publish 8082:80 >/dev/null
run one --pod duo lab/base httpd -f -p 80
run two --pod duo lab/base
run vlan --network lan lab/base
run gone lab/base true
podman wait gone >/dev/null
podman system service --time 0 unix:///run/podman/podman.sock >/run/lab/podman/service.log 2>&1 &
until [ -S /run/podman/podman.sock ]; do sleep 0.02; done
echo $! >/run/lab/podman/service.pid
