#!/bin/bash
# Podman without root, on a lab host: user `lab` (1500), slirp4netns carries the packets.
#
#   web         the default network of the rootless: slirp4netns, publishes 8080 by rootlessport
#   app1, app2  network app: a bridge in Podman's own namespace, from which slirp4netns leads out
set -eu
mkdir -p /run/lab/rootless /run/user/1500 /home
mount -t tmpfs -o mode=755 tmpfs /home
mkdir -p /home/lab/.config/containers
for file in passwd group subuid subgid; do
  touch "/etc/$file"
  cp "/etc/$file" "/run/lab/rootless/$file"
  mount --bind "/run/lab/rootless/$file" "/etc/$file"
done
echo 'lab:x:1500:1500::/home/lab:/bin/sh' >>/etc/passwd
echo 'lab:x:1500:' >>/etc/group
echo 'lab:200000:65536' | tee -a /etc/subuid >>/etc/subgid
cp "$(dirname "$(readlink -f "$0")")/podman.conf" /home/lab/.config/containers/containers.conf
. "$(dirname "$(readlink -f "$0")")/../host/images.sh"
root=$(_skeleton)
tar -C "$root" -cf /home/lab/base.tar .
rm -r "$root"
mkdir -p /sys/fs/cgroup/lab
chown -R 1500:1500 /home/lab /run/user/1500 /sys/fs/cgroup/lab
chmod 700 /run/user/1500
echo $$ >/sys/fs/cgroup/lab/cgroup.procs
as_lab() {
  setpriv --reuid=1500 --regid=1500 --init-groups env -C /home/lab HOME=/home/lab USER=lab XDG_RUNTIME_DIR=/run/user/1500 "$@"
}
as_lab podman import --quiet --change 'CMD ["sleep","infinity"]' base.tar lab/base >/dev/null
as_lab podman run --detach --name web --publish 8080:80 lab/base >/dev/null
as_lab podman network create app >/dev/null
as_lab podman run --detach --name app1 --network app lab/base >/dev/null
as_lab podman run --detach --name app2 --network app lab/base >/dev/null
