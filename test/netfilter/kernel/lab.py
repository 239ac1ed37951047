"""A router under test and the hosts around it, in namespaces of their own; driven by JSON lines on stdin.

Run it as `unshare -n python3 lab.py`. The namespace it starts in is the router (R). Peers A and B hang on links
`ra` and `rb`; C1 and C2 on ports `p1` and `p2` of bridge `br0`. Peers have no stack of their own: their interfaces
carry no address, so nothing answers but the router itself.

Packets carry the IP identification (IPv6: flow label) 0xbeef, by which the router traces them
(nf_tables_trace.c), and the peers tell them from everything else.
"""

import ctypes
import json
import os
import select
import socket
import struct
import subprocess
import sys

libc = ctypes.CDLL(None, use_errno=True)
CLONE_NEWNET = 0x40000000
IDENT = 0xBEEF
TABLE = "netscope_test_trace"

own = os.open("/proc/self/ns/net", os.O_RDONLY)


def run(*words, data=None, check=True):
    done = subprocess.run(words, input=data, capture_output=True, text=True)
    if check and done.returncode != 0:
        raise RuntimeError(f"{' '.join(words)}: {done.stderr.strip()}")
    return done


def setns(descriptor):
    if libc.setns(descriptor, CLONE_NEWNET) != 0:
        raise OSError(ctypes.get_errno(), "setns")


def new_namespace():
    if libc.unshare(CLONE_NEWNET) != 0:
        raise OSError(ctypes.get_errno(), "unshare")
    descriptor = os.open("/proc/self/ns/net", os.O_RDONLY)
    setns(own)
    return descriptor


def sysctl(name, value):
    try:
        with open("/proc/sys/" + name.replace(".", "/"), "w") as file:
            file.write(str(value))
    except OSError:
        pass


def packet_socket(descriptor, device):
    """A raw socket on `device` in the namespace of `descriptor`."""
    setns(descriptor)
    try:
        opened = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, socket.htons(3))
        opened.bind((device, 0))
        opened.setblocking(False)
        return opened
    finally:
        setns(own)


PEERS = {
    "A": ("ra", "02:00:00:00:01:01", "02:00:00:00:01:02"),
    "B": ("rb", "02:00:00:00:02:01", "02:00:00:00:02:02"),
    "C1": ("p1", None, "02:00:00:00:03:11"),
    "C2": ("p2", None, "02:00:00:00:03:12"),
}
BRIDGE_MAC = "02:00:00:00:03:01"
# Addresses of the hosts behind each link, and the peer whose MAC they have.
NEIGHBOURS = [
    ("rb", "10.2.0.254", "B"), ("rb", "fd00:2::254", "B"),
]
# Network translation makes any of these of a host.
for last in (2, 3, 5, 7, 11, 12):
    for device, net, peer in (("ra", 1, "A"), ("rb", 2, "B"), ("br0", 3, "C2" if last == 12 else "C1")):
        NEIGHBOURS += [(device, f"10.{net}.0.{last}", peer), (device, f"fd00:{net}::{last}", peer)]


def build():
    sockets = {}
    run("ip", "link", "set", "lo", "up")
    for name in ("all", "default"):
        sysctl(f"net.ipv6.conf.{name}.accept_dad", 0)
        sysctl(f"net.ipv6.conf.{name}.router_solicitations", 0)
        sysctl(f"net.ipv6.conf.{name}.forwarding", 1)
        sysctl(f"net.ipv4.conf.{name}.rp_filter", 0)
        sysctl(f"net.ipv4.conf.{name}.send_redirects", 0)
    sysctl("net.ipv4.ip_forward", 1)
    sysctl("net.netfilter.nf_conntrack_checksum", 0)
    sysctl("net.netfilter.nf_conntrack_tcp_be_liberal", 1)
    run("ip", "link", "add", "br0", "address", BRIDGE_MAC, "type", "bridge", "mcast_snooping", "0")
    for peer, (device, mac, peer_mac) in PEERS.items():
        descriptor = new_namespace()
        run("ip", "link", "add", device, "type", "veth", "peer", "name", "eth0", "address", peer_mac)
        run("ip", "link", "set", "eth0", "netns", f"/proc/{os.getpid()}/fd/{descriptor}")
        if mac is None:
            run("ip", "link", "set", device, "master", "br0")
        else:
            run("ip", "link", "set", device, "address", mac)
        run("ip", "link", "set", device, "up")
        setns(descriptor)
        sysctl("net.ipv6.conf.all.disable_ipv6", 1)
        sysctl("net.ipv6.conf.default.disable_ipv6", 1)
        run("ip", "link", "set", "eth0", "up")
        setns(own)
        sockets[peer] = packet_socket(descriptor, "eth0")
    run("ip", "link", "set", "br0", "up")
    for device, text in (
        ("ra", "10.1.0.1/24"), ("rb", "10.2.0.1/24"), ("rb", "10.2.0.99/24"), ("br0", "10.3.0.1/24"),
        ("ra", "fd00:1::1/64"), ("rb", "fd00:2::1/64"), ("br0", "fd00:3::1/64"),
    ):
        run("ip", "address", "add", text, "dev", device, *(["nodad"] if ":" in text else []))
    for device, address, peer in NEIGHBOURS:
        run("ip", "neigh", "add", address, "lladdr", PEERS[peer][2], "dev", device, "nud", "permanent")
    run("bridge", "fdb", "add", PEERS["C1"][2], "dev", "p1", "master", "static")
    run("bridge", "fdb", "add", PEERS["C2"][2], "dev", "p2", "master", "static")
    run("ip", "route", "add", "default", "via", "10.2.0.254")
    run("ip", "route", "add", "blackhole", "10.9.0.0/16")
    run("ip", "route", "add", "10.20.0.0/16", "via", "10.1.0.3")
    run("ip", "-6", "route", "add", "default", "via", "fd00:2::254")
    run("ip", "-6", "route", "add", "fd00:20::/64", "via", "fd00:1::3")
    run("ip", "rule", "add", "fwmark", "0x77", "table", "77")
    run("ip", "route", "add", "default", "via", "10.1.0.3", "table", "77")
    run("ip", "-6", "rule", "add", "fwmark", "0x77", "table", "77")
    run("ip", "-6", "route", "add", "default", "via", "fd00:1::3", "table", "77")
    trace = f"""table inet {TABLE} {{
      chain pre {{ type filter hook prerouting priority -500; ip id {IDENT} meta nftrace set 1; ip6 flowlabel {IDENT} meta nftrace set 1; }}
      chain out {{ type filter hook output priority -500; ip id {IDENT} meta nftrace set 1; ip6 flowlabel {IDENT} meta nftrace set 1; }}
    }}"""
    run("nft", "-f", "-", data=trace)
    return sockets


def checksum(data):
    if len(data) % 2:
        data += b"\0"
    total = sum(struct.unpack(f"!{len(data) // 2}H", data))
    while total >> 16:
        total = (total & 0xFFFF) + (total >> 16)
    return ~total & 0xFFFF


def transport(spec, source, destination):
    number = spec["protocol"]
    payload = b"x" * spec.get("payload", 0)
    if number == 6:
        # A reset counts only from the highest acknowledgement on.
        sequence = 2000 if spec["flags"] & 4 else 1000
        head = struct.pack("!HHIIBBHHH", spec["sport"], spec["dport"], sequence, 2000 if spec["flags"] & 0x10 else 0,
                           5 << 4, spec["flags"], 64240, 0, 0)
        at = 16
    elif number == 17 or number == 136:
        head = struct.pack("!HHHH", spec["sport"], spec["dport"], 8 + len(payload), 0)
        at = 6
    elif number in (1, 58) and "quoted" in spec:
        # An error: the header of the packet that it is about, and the first eight bytes after it.
        data = struct.pack("!BBHI", spec["type"], spec["code"], 0, 0)
        head, payload = data, quote(spec["quoted"])
        at = 2
    elif number in (1, 58):
        head = struct.pack("!BBHHH", spec["type"], spec["code"], 0, spec.get("id", 7), 1)
        at = 2
    elif number == 132:
        return struct.pack("!HHII", spec["sport"], spec["dport"], 0, 0) + b"\x01\x00\x00\x14" + b"\0\0\0\1" * 4
    else:
        return b"\0" * 8 + payload
    data = head + payload
    pseudo = b"" if number == 1 else source + destination + (
        struct.pack("!BBH", 0, number, len(data)) if len(source) == 4 else struct.pack("!IHBB", len(data), 0, 0, number))
    total = checksum(pseudo + data)
    return data[:at] + struct.pack("!H", total or 0xFFFF) + data[at + 2:]


def quote(spec):
    family = socket.AF_INET6 if ":" in spec["source"] else socket.AF_INET
    source = socket.inet_pton(family, spec["source"])
    destination = socket.inet_pton(family, spec["destination"])
    if spec["protocol"] in (1, 58):
        body = struct.pack("!BBHHH", spec["type"], 0, 0, spec["id"], 1)
    else:
        body = struct.pack("!HHI", spec["sport"], spec["dport"], 1000)
    if family == socket.AF_INET:
        head = struct.pack("!BBHHHBBH", 0x45, 0, 40, 1, 0x4000, 60, spec["protocol"], 0) + source + destination
        return head[:10] + struct.pack("!H", checksum(head)) + head[12:] + body
    return struct.pack("!IHBB", 6 << 28, 20, spec["protocol"], 60) + source + destination + body


def quoted(number, body):
    """What an ICMP error that a peer saw is about; None for other packets."""
    if number == 1 and body[0] in (3, 11, 12):
        inner, family = body[8:], socket.AF_INET
        ends, own, rest = (inner[12:16], inner[16:20]), inner[9], inner[20:]
    elif number == 58 and body[0] < 128:
        inner, family = body[8:], socket.AF_INET6
        ends, own, rest = (inner[8:24], inner[24:40]), inner[6], inner[40:]
    else:
        return None
    ports = struct.unpack("!HH", rest[:4]) if own in (6, 17, 132) else (-1, -1)
    return {"source": socket.inet_ntop(family, ends[0]), "destination": socket.inet_ntop(family, ends[1]),
            "sport": ports[0], "dport": ports[1]}


def build_packet(spec):
    family = socket.AF_INET6 if ":" in spec["source"] else socket.AF_INET
    source = socket.inet_pton(family, spec["source"])
    destination = socket.inet_pton(family, spec["destination"])
    body = transport(spec, source, destination)
    tos = spec.get("tos", 0)
    if family == socket.AF_INET:
        head = struct.pack("!BBHHHBBH", 0x45, tos, 20 + len(body), IDENT, 0x4000, spec.get("ttl", 64),
                           spec["protocol"], 0) + source + destination
        head = head[:10] + struct.pack("!H", checksum(head)) + head[12:]
    else:
        head = struct.pack("!IHBB", 6 << 28 | tos << 20 | IDENT, len(body), spec["protocol"], spec.get("ttl", 64)) + source + destination
    return head + body


def send(spec, sockets, raw):
    packet = build_packet(spec)
    six = ":" in spec["source"]
    if spec["from"] == "R":
        sock = raw[6 if six else 4]
        sock.setsockopt(socket.SOL_SOCKET, 36, spec.get("mark", 0))  # SO_MARK
        target = (spec["destination"], 0, 0, 0) if six else (spec["destination"], 0)
        try:
            sock.sendto(packet, target)
        except OSError as error:
            return error.strerror
        return None
    peer = spec["from"]
    device, mac, own_mac = PEERS[peer]
    to = spec.get("mac") or mac or BRIDGE_MAC
    frame = bytes.fromhex(to.replace(":", "") + own_mac.replace(":", "") + ("86dd" if six else "0800")) + packet
    sockets[peer].send(frame)
    return None


def describe(frame):
    """Addresses and ports of a frame that carries our mark; None for others."""
    kind = frame[12:14]
    data = frame[14:]
    if kind == b"\x08\x00" and struct.unpack("!H", data[4:6])[0] == IDENT:
        number, source, destination = data[9], data[12:16], data[16:20]
        ttl, tos = data[8], data[1]
        body = data[(data[0] & 15) * 4:]
        family = socket.AF_INET
    elif kind == b"\x86\xdd" and struct.unpack("!I", data[:4])[0] & 0xFFFFF == IDENT:
        number, source, destination = data[6], data[8:24], data[24:40]
        ttl, tos = data[7], struct.unpack("!I", data[:4])[0] >> 20 & 255
        body = data[40:]
        family = socket.AF_INET6
    else:
        return None
    ports = struct.unpack("!HH", body[:4]) if number in (6, 17, 132, 136) else (-1, -1)
    return {"source": socket.inet_ntop(family, source), "destination": socket.inet_ntop(family, destination),
            "sport": ports[0], "dport": ports[1], "ttl": ttl, "tos": tos, "quoted": quoted(number, body)}


def attributes(data):
    found = {}
    while len(data) >= 4:
        length, kind = struct.unpack("=HH", data[:4])
        if length < 4:
            break
        found[kind & 0x3FFF] = data[4:length]
        data = data[(length + 3) & ~3:]
    return found


def text(value):
    return value.rstrip(b"\0").decode() if value is not None else None


TYPES = {1: "policy", 2: "return", 3: "rule"}


def trace_events(data):
    """NFT_MSG_TRACE messages of one datagram."""
    while len(data) >= 16:
        length, kind = struct.unpack("=IH", data[:6])
        if kind & 0xFF == 17 and kind >> 8 == 10:
            found = attributes(data[20:length])
            table = text(found.get(1))
            if table != TABLE:
                verdict = attributes(found[5]) if 5 in found else {}
                yield {
                    "table": table,
                    "chain": text(found.get(2)),
                    "handle": struct.unpack("!Q", found[3])[0] if 3 in found else None,
                    "type": TYPES.get(struct.unpack("!I", found[4])[0] if 4 in found else 0),
                    "verdict": struct.unpack("!i", verdict[1])[0] if 1 in verdict else None,
                    "policy": struct.unpack("!I", found[16])[0] if 16 in found else None,
                }
        data = data[(length + 3) & ~3:]


def conntrack():
    with open("/proc/thread-self/net/nf_conntrack") as file:
        return file.read().splitlines()


def main():
    sockets = build()
    raw = {4: socket.socket(socket.AF_INET, socket.SOCK_RAW, socket.IPPROTO_RAW),
           6: socket.socket(socket.AF_INET6, socket.SOCK_RAW, socket.IPPROTO_RAW)}
    trace = socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, 12)
    trace.setsockopt(socket.SOL_SOCKET, 33, 8 << 20)  # SO_RCVBUFFORCE
    trace.bind((0, 0))
    trace.setsockopt(270, 1, 9)  # NETLINK_ADD_MEMBERSHIP, NFNLGRP_NFTRACE
    trace.setblocking(False)
    readers = {opened.fileno(): (name, opened) for name, opened in sockets.items()}
    readers[trace.fileno()] = ("trace", trace)
    poller = select.poll()
    for descriptor in readers:
        poller.register(descriptor, select.POLLIN)

    def drain(timeout):
        events, seen = [], []
        while True:
            ready = poller.poll(timeout)
            if not ready:
                return events, seen
            for descriptor, _ in ready:
                name, opened = readers[descriptor]
                try:
                    if name == "trace":
                        events.extend(trace_events(opened.recv(1 << 20)))
                    else:
                        data, address = opened.recvfrom(65536)
                        shown = describe(data)
                        if shown is not None and address[2] != 4:  # PACKET_OUTGOING: sent by us
                            seen.append({"peer": name, **shown})
                except OSError:
                    pass
            timeout = 1

    def handle(request):
        command = request["do"]
        if command == "load":
            tool = "ip6tables" if request["family"] == "ip6" else "iptables"
            kind = request.get("backend", "nft")
            done = run(f"{tool}-{kind}-restore", *request.get("options", []), data=request["rules"], check=False)
            if done.returncode != 0:
                return {"error": done.stderr}
            return {}
        if command == "handles":
            return {"rules": [item["rule"] for item in json.loads(run("nft", "-j", "list", "ruleset").stdout)["nftables"] if "rule" in item]}
        if command == "send":
            drain(0)
            before = conntrack()
            error = send(request["packet"], sockets, raw)
            events, seen = drain(request.get("wait", 3))
            return {"before": before, "error": error, "events": events, "seen": seen, "after": conntrack()}
        if command == "run":
            done = run(*request["words"], data=request.get("input"), check=False)
            return {"status": done.returncode, "out": done.stdout, "error": done.stderr}
        if command == "silence":
            # The router's own answers carry another identification; without them only what was sent is counted.
            run("nft", "flush", "chain", "inet", TABLE, "out")
            for rule in (f"ip id {IDENT} meta nftrace set 1", f"ip6 flowlabel {IDENT} meta nftrace set 1"):
                run("nft", "add", "rule", "inet", TABLE, "out", *rule.split())
            if request["on"]:
                run("nft", "add", "rule", "inet", TABLE, "out", "ip", "id", "!=", str(IDENT), "drop")
                run("nft", "add", "rule", "inet", TABLE, "out", "ip6", "flowlabel", "!=", str(IDENT), "drop")
            return {}
        if command == "sysctl":
            sysctl(request["name"], request["value"])
            return {}
        raise ValueError(command)

    print(json.dumps({"ready": True}), flush=True)
    for line in sys.stdin:
        try:
            answer = handle(json.loads(line))
        except Exception as error:  # the driver shows it
            answer = {"failed": f"{type(error).__name__}: {error}"}
        print(json.dumps(answer), flush=True)


main()
