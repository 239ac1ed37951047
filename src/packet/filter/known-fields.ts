/**
 * Every field that a filter may name, by what its values are. A test holds this to what `dissect` makes of the
 * captures at hand, so that the two do not drift apart.
 */

export type FieldKind = 'protocol' | 'number' | 'boolean' | 'ipv4' | 'ipv6' | 'mac' | 'text' | 'bytes';

const names: Readonly<Record<FieldKind, string>> = {
  protocol: `
    ah ap1394 arcnet arp atm avsp ax25 ayiya batadv brcm capwap.data cfp chdlc cmd data dccp dhcp dhcpv6 dns docsis dsa edsa enc erf
    erspan esp eth etherip fddi flannel-udp fr frame geneve gre gre-in-udp gtp gue hdlc hsr http http2 icmp icmpv6
    ieee8021ah ieee8021br igmp infiniband ip isl ipfc ipip ipnet ipv6 ipv6.dstopts ipv6.fraghdr ipv6.hopopts
    ipv6.routing isakmp juniper l2tp lisp lisp-data llc lldp llmnr lwapp macsec mdns memcached mfr mipv6 mongodb mpls
    mpls-in-ip mpls-in-udp mysql netanalyzer nflog nsh ntp null pflog pim pktap postgresql ppi ppp pppoed pppoes preamble
    prism quic radiotap raw redis sctp slip sll srv6-ethernet ssh stp stt tcp teredo tls tr trill tzsp udp vlan
    vntag vxlan wireguard wlan wlancap
    tcp.analysis.ack_lost_segment tcp.analysis.duplicate_ack tcp.analysis.fast_retransmission tcp.analysis.flags
    tcp.analysis.keep_alive tcp.analysis.keep_alive_ack tcp.analysis.lost_segment tcp.analysis.out_of_order
    tcp.analysis.retransmission tcp.analysis.reused_ports tcp.analysis.spurious_retransmission
    tcp.analysis.window_full tcp.analysis.window_update tcp.analysis.zero_window tcp.analysis.zero_window_probe
    tcp.analysis.zero_window_probe_ack
    dns.qry dns.qry.entry dns.resp dns.resp.entry http2.stream icmp.quoted icmpv6.opt ip.options lldp.tlv
    pgsql.message_frame sctp.chunk tcp.options tls.record`,
  number: `
    dns.flags
    ah.length ah.next_header ah.sequence ah.spi
    arp.hw.size arp.hw.type arp.opcode arp.proto.size arp.proto.type
    ayiya.epoch ayiya.nextheader batadv.batman.packet_type batadv.batman.version cfp.ftag cfp.ttl chdlc.address chdlc.protocol data.len
    dccp.ccval dccp.checksum dccp.cscov dccp.data_offset dccp.dstport dccp.seq_raw dccp.srcport dccp.type
    dhcp.flags dhcp.hops dhcp.hw.len dhcp.hw.type dhcp.id dhcp.option.dhcp
    dhcp.option.ip_address_lease_time dhcp.option.length dhcp.option.type dhcp.secs dhcp.type dhcpv6.msgtype dhcpv6.xid
    dns.count.add_rr dns.count.answers dns.count.auth_rr dns.count.queries dns.flags.opcode dns.flags.rcode dns.id
    dns.length dns.mx.preference dns.qry.class dns.qry.type dns.resp.class dns.resp.len dns.resp.ttl dns.resp.type
    dns.rr.udp_payload_size dns.srv.port dns.srv.priority dns.srv.weight
    erspan.spanid erspan.timestamp erspan.version erspan.vlan esp.sequence esp.spi eth.len eth.type etherip.ver
    frame.cap_len frame.encap_type frame.len frame.number
    geneve.option_length geneve.proto_type geneve.version geneve.vni
    gre.checksum gre.flags_and_version gre.key gre.key.call_id gre.key.payload_length gre.proto gre.sequence_number
    gtp.flags gtp.length gtp.message gtp.teid http.response.code http2.flags http2.length http2.streamid http2.type
    icmp.checksum icmp.code icmp.ext.echo.seq icmp.ident icmp.mtu icmp.seq icmp.type
    icmpv6.checksum icmpv6.code icmpv6.echo.identifier icmpv6.echo.sequence_number icmpv6.mtu
    icmpv6.nd.ra.cur_hop_limit icmpv6.nd.ra.flag icmpv6.nd.ra.reachable_time icmpv6.nd.ra.retrans_timer
    icmpv6.nd.ra.router_lifetime icmpv6.opt.length icmpv6.opt.mtu icmpv6.opt.prefix.length icmpv6.opt.type icmpv6.type
    ieee8021ah.isid ieee8021br.ecid_base ieee8021br.group igmp.checksum igmp.max_resp igmp.num_grp_recs igmp.type
    ip.checksum ip.dsfield ip.dsfield.dscp ip.dsfield.ecn ip.flags ip.frag_offset ip.hdr_len ip.id ip.len ip.opt.type
    ip.proto ip.ttl ip.version
    ipv6.dstopts.len ipv6.dstopts.nxt ipv6.flow ipv6.fraghdr.ident ipv6.fraghdr.nxt ipv6.fraghdr.offset ipv6.hlim
    ipv6.hopopts.len ipv6.hopopts.nxt ipv6.nxt ipv6.opt.jumbo ipv6.plen ipv6.routing.len ipv6.routing.nxt
    ipv6.routing.segleft ipv6.routing.type ipv6.tclass ipv6.version
    isakmp.exchangetype isakmp.version l2tp.flags l2tp.length l2tp.session l2tp.tunnel lisp-data.flags lisp.type
    llc.control llc.dsap llc.oui llc.ssap llc.type llc.pid llc.cisco_pid lldp.chassis.subtype lldp.port.subtype lldp.time_to_live lldp.tlv.len
    lldp.tlv.type macsec.PN macsec.SL memcache.extras.length memcache.key.length memcache.magic memcache.opcode
    memcache.status mip6.hlen mip6.mhtype mip6.proto mongo.message_length mongo.opcode mongo.request_id mongo.response_to
    mpls.bottom mpls.exp mpls.label mpls.ttl mysql.command mysql.error_code mysql.packet_length mysql.packet_number
    mysql.protocol mysql.thread_id
    netscope.bytes netscope.connection netscope.id netscope.packets
    nflog.family nflog.res_id nflog.version nsh.length nsh.mdtype nsh.nextproto nsh.si nsh.spi nsh.ttl nsh.version
    ntp.flags.li ntp.flags.mode ntp.flags.vn ntp.ppoll ntp.precision ntp.stratum null.family pgsql.authtype pgsql.length
    pim.type pim.version pktap.hdrlen ppp.address ppp.control ppp.protocol pppoe.code pppoe.payload_length
    pppoe.session_id pppoe.type pppoe.version quic.dcil quic.long.packet_type quic.version radiotap.length
    radiotap.version sctp.checksum sctp.chunk_flags sctp.chunk_length sctp.chunk_type sctp.dstport sctp.srcport
    sctp.verification_tag sll.etype sll.halen sll.hatype sll.ifindex sll.pkttype stp.flags stp.flags.port_role stp.port
    stp.protocol stp.root.cost stp.root.ext stp.root.prio stp.type stp.version stt.context_id stt.flags stt.mss
    stt.version tcp.ack_raw tcp.checksum tcp.dstport tcp.flags tcp.hdr_len tcp.len tcp.option tcp.option_kind
    tcp.option_len tcp.options.mptcp.subtype tcp.options.mss_val tcp.options.sack_le tcp.options.sack_re
    tcp.options.timestamp.tsecr tcp.options.timestamp.tsval tcp.options.wscale.shift tcp.seq_raw tcp.srcport
    tcp.urgent_pointer tcp.window_size_value tls.alert_message.desc tls.alert_message.level tls.handshake.ciphersuite
    tls.handshake.length tls.handshake.type tls.handshake.version tls.record.content_type tls.record.length
    tls.record.version trill.egress_nick trill.ingress_nick udp.checksum udp.dstport udp.length udp.srcport vlan.dei
    vlan.etype vlan.id vlan.len vlan.priority vntag.dir vntag.dst vntag.src vxlan.flags vxlan.gbp vxlan.vni wg.receiver wg.sender wg.type
    wlan.fc.subtype wlan.fc.type`,
  boolean: `
    dccp.x dns.flags.authoritative dns.flags.recavail dns.flags.recdesired dns.flags.response dns.flags.truncated
    geneve.flags.critical geneve.flags.oam icmpv6.nd.na.flag.o icmpv6.nd.na.flag.r icmpv6.nd.na.flag.s ip.flags.df
    ip.flags.mf ip.flags.rb ipv6.fraghdr.more macsec.E quic.header_form tcp.flags.ack tcp.flags.ae tcp.flags.cwr
    tcp.flags.ece tcp.flags.fin tcp.flags.push tcp.flags.reset tcp.flags.syn tcp.flags.urg wlan.fc.fromds
    wlan.fc.protected wlan.fc.tods`,
  ipv4: `
    arp.dst.proto_ipv4 arp.src.proto_ipv4 dhcp.ip.client dhcp.ip.relay dhcp.ip.server dhcp.ip.your
    dhcp.option.dhcp_server_id dhcp.option.domain_name_server dhcp.option.requested_ip_address dhcp.option.router
    dhcp.option.subnet_mask dns.a icmp.redir_gw igmp.maddr ip.dst ip.src`,
  ipv6: `
    dns.aaaa icmpv6.mld.multicast_address icmpv6.nd.na.target_address icmpv6.nd.ns.target_address icmpv6.opt.prefix
    icmpv6.rd.na.destination_address icmpv6.rd.na.target_address ipv6.dst ipv6.routing.src.addr ipv6.routing.srh.addr
    ipv6.src`,
  mac: `
    arp.dst.hw_mac arp.src.hw_mac dhcp.hw.mac_addr eth.dst eth.src icmpv6.opt.linkaddr lldp.chassis.id.mac
    lldp.port.id.mac sll.src.eth stp.bridge.hw stp.root.hw wlan.ra wlan.ta`,
  text: `
    dhcp.option.domain_name dhcp.option.hostname dhcp.option.message dhcp.option.vendor_class_id dns.cname dns.dname
    dns.mx.mail_exchange dns.ns dns.ptr.domain_name dns.qry.name dns.resp.name dns.soa.mname dns.srv.target dns.txt
    frame.comment frame.interface_name frame.protocols http.connection http.content_length_header http.content_type http.host
    http.location http.request.method http.request.uri http.request.version http.response.phrase http.response.version
    http.server http.transfer_encoding http.upgrade http.user_agent http2.magic lldp.chassis.id lldp.port.desc
    lldp.port.id lldp.tlv.system.desc lldp.tlv.system.name memcache.command memcache.key memcache.response
    mongo.element.name mysql.error.message mysql.query mysql.schema mysql.sqlstate mysql.user mysql.version
    netscope.application netscope.container netscope.namespace netscope.note netscope.state netscope.tunnel
    nflog.prefix pgsql.code pgsql.detail pgsql.hint pgsql.message pgsql.parameter_name pgsql.parameter_value
    pgsql.query pgsql.severity pgsql.ssl_response pgsql.type pktap.ifname resp.argument resp.command resp.error
    resp.value ssh.protocol tls.handshake.extensions_alpn_str tls.handshake.extensions_server_name`,
  bytes: `
    arp.dst.hw arp.src.hw data.data dhcp.option.value dns.data geneve.option isakmp.ispi isakmp.rspi lldp.unknown_subtype.content ntp.refid
    quic.dcid tcp.options.data tcp.options.tfo.cookie`,
};

/** A name that stands for several: either of them may match. */
const unions: Readonly<Record<string, readonly string[]>> = {
  'ip.addr': ['ip.src', 'ip.dst'],
  'ip.host': ['ip.src', 'ip.dst'],
  'ipv6.addr': ['ipv6.src', 'ipv6.dst'],
  'ipv6.host': ['ipv6.src', 'ipv6.dst'],
  'eth.addr': ['eth.src', 'eth.dst'],
  'tcp.port': ['tcp.srcport', 'tcp.dstport'],
  'udp.port': ['udp.srcport', 'udp.dstport'],
  'sctp.port': ['sctp.srcport', 'sctp.dstport'],
  'dccp.port': ['dccp.srcport', 'dccp.dstport'],
  'wlan.addr': ['wlan.ra', 'wlan.ta'],
  // Wireshark's names for protocols that `flows --json` calls otherwise, and its older names.
  pgsql: ['postgresql'],
  mongo: ['mongodb'],
  memcache: ['memcached'],
  resp: ['redis'],
  wg: ['wireguard'],
  bootp: ['dhcp'],
  ssl: ['tls'],
  pppoe: ['pppoes'],
};

export interface KnownField {
  readonly name: string;
  readonly kind: FieldKind;
  /** Fields of the tree that hold its values. */
  readonly sources: readonly string[];
}

const kinds: readonly FieldKind[] = ['protocol', 'number', 'boolean', 'ipv4', 'ipv6', 'mac', 'text', 'bytes'];

function build(): ReadonlyMap<string, KnownField> {
  const fields = new Map<string, KnownField>();
  for (const kind of kinds) {
    for (const name of names[kind].trim().split(/\s+/)) fields.set(name, { name, kind, sources: [name] });
  }
  for (const [name, sources] of Object.entries(unions)) {
    fields.set(name, { name, kind: fields.get(sources[0] ?? '')?.kind ?? 'text', sources });
  }
  return fields;
}

export const knownFields: ReadonlyMap<string, KnownField> = build();

/** Names like `wrong`, nearest first. */
export function nearNames(wrong: string, limit = 4): string[] {
  const word = wrong.toLowerCase();
  const scored: { name: string; distance: number }[] = [];
  for (const name of knownFields.keys()) {
    const isPart = name.startsWith(word) || name.endsWith(`.${word}`);
    const distance = isPart ? 0.5 + (name.length - word.length) / 100 : editDistance(word, name);
    if (distance <= Math.max(2, Math.floor(word.length / 3))) scored.push({ name, distance });
  }
  scored.sort((one, other) => one.distance - other.distance || one.name.localeCompare(other.name));
  return scored.slice(0, limit).map(({ name }) => name);
}

/** Levenshtein's distance, with neighbours swapped as one step. */
function editDistance(a: string, b: string): number {
  let before: number[] = [];
  let row = Array.from({ length: b.length + 1 }, (_, index) => index);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++) {
      const same = a[i - 1] === b[j - 1];
      let best = Math.min((row[j] ?? 0) + 1, (next[j - 1] ?? 0) + 1, (row[j - 1] ?? 0) + (same ? 0 : 1));
      if (i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1])
        best = Math.min(best, (before[j - 2] ?? 0) + 1);
      next.push(best);
    }
    before = row;
    row = next;
  }
  return row[b.length] ?? 0;
}
