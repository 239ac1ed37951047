#!/bin/bash
# What Podman itself says of all that podman.sh made, as one JSON document.
set -eu
export CONTAINERS_CONF=/run/lab/podman/containers.conf
# shellcheck disable=SC2046 -- a list of ids
{
  printf '{"containers":'
  podman inspect $(podman ps --all --quiet)
  printf ',"networks":'
  podman network inspect $(podman network ls --quiet)
  printf ',"pod":'
  podman pod inspect duo
  printf '}'
}
