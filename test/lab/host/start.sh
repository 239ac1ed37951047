#!/bin/bash
# Starts a lab: start.sh, as root, with standard input held open for as long as the lab shall live. Prints "ready",
# or "failed" and the reason on standard error. The only child of this process is the init of the outside world, whose only
# `unshare` child is the lab host. Ends when they have ended, and removes their cgroup.
#
# LAB_DOCKER=yes|no, LAB_DOCKERD="arguments of dockerd", LAB_BACKEND=nft|legacy
set -u
here=$(dirname "$(readlink -f "$0")")
export LAB_DOCKER=${LAB_DOCKER:-yes} LAB_DOCKERD=${LAB_DOCKERD:-} LAB_BACKEND=${LAB_BACKEND:-nft}
export LAB_CGROUP=netscope-lab-$$
export PATH=$PATH:/usr/sbin:/sbin
unset DOCKER_HOST DOCKER_CONTEXT

unshare -m -p -n -u -i --fork --mount-proc --kill-child=KILL bash "$here/world.sh"
status=$?
bash "$here/sweep.sh" "$LAB_CGROUP"
exit "$status"
