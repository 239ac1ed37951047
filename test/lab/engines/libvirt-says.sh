#!/bin/bash
# What virsh(1) says of the domain and the network that libvirt.sh made, as one JSON document.
set -eu
jq --null-input --arg domains "$(virsh --quiet list --all --name)" --arg interfaces "$(virsh --quiet domiflist shop-web)" \
  --arg network "$(virsh --quiet net-info default)" \
  '{domains: ($domains | split("\n") | map(select(. != ""))),
    interfaces: ($interfaces | split("\n") | map(split(" ") | map(select(. != "")) | {tap: .[0], network: .[2], mac: .[4]})),
    bridge: ($network | capture("Bridge: *(?<name>[^ \n]+)").name)}'
