#!/bin/bash
# What Podman says of what rootless.sh made, to the user whose it is, as one JSON document.
set -eu
setpriv --reuid=1500 --regid=1500 --init-groups env -C /home/lab HOME=/home/lab USER=lab XDG_RUNTIME_DIR=/run/user/1500 \
  podman inspect web app1 app2 | jq -c '.[] | {name: .Name, id: .Id, pid: .State.Pid, mode: .HostConfig.NetworkMode}' |
  while read -r container; do
    netns=$(readlink "/proc/$(jq .pid <<<"$container")/ns/net")
    jq --arg netns "$netns" '. + {$netns}' <<<"$container"
  done | jq --slurp .
