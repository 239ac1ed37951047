#!/bin/bash
# What lxc-ls(1) and lxc-info(1) say of all that lxc.sh made, as one JSON document.
set -eu
for name in $(lxc-ls -1); do
  pid=$(lxc-info --name "$name" --no-humanize --pid)
  jq --null-input --arg name "$name" --argjson pid "$pid" --arg netns "$(readlink "/proc/$pid/ns/net")" \
    --arg state "$(lxc-info --name "$name" --no-humanize --state)" --arg ips "$(lxc-info --name "$name" --no-humanize --ips)" \
    --arg link "$(lxc-info --name "$name" | sed -n 's/^Link: *//p')" \
    '{$name, $pid, $netns, $state, $link, addresses: ($ips | split("\n") | map(select(. != "")))}'
done | jq --slurp .
