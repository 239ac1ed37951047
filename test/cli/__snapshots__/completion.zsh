#compdef netscope
# zsh completion for netscope: netscope completion zsh > "${fpath[1]}/_netscope"
_netscope() {
  local command="" word previous=$words[CURRENT-1]
  local -a options commands
  for word in $words[2,CURRENT-1]; do
    case "$command $word" in
      ' replay') command='replay' ;;
      ' topology') command='topology' ;;
      ' flows') command='flows' ;;
      ' packets') command='packets' ;;
      ' rules') command='rules' ;;
      'rules list') command='rules list' ;;
      'rules eval') command='rules eval' ;;
      'rules check') command='rules check' ;;
      ' diagnose') command='diagnose' ;;
      ' record') command='record' ;;
      ' snapshot') command='snapshot' ;;
      ' trace') command='trace' ;;
      ' doctor') command='doctor' ;;
      ' completion') command='completion' ;;
      ' man') command='man' ;;
      ' config') command='config' ;;
      ' demo') command='demo' ;;
    esac
  done
  case "$command $previous" in
    ' -i'|' --interface') compadd -- ${(f)"$(netscope completion --names interfaces 2>/dev/null)"}; return ;;
    ' -r'|' --read') _files; return ;;
    ' --rules') _files; return ;;
    ' -c'|' --count') :; return ;;
    ' --duration') :; return ;;
    ' -s'|' --snaplen') :; return ;;
    ' --backend') compadd -- libpcap cap; return ;;
    ' --docker-host') :; return ;;
    ' --color') compadd -- auto always never; return ;;
    ' -w'|' --write') _files; return ;;
    ' -C'|' --file-size') :; return ;;
    ' -G'|' --rotate-seconds') :; return ;;
    ' -W'|' --file-count') :; return ;;
    ' --fps') :; return ;;
    ' --theme') compadd -- default high-contrast color-blind; return ;;
    ' --config') _files; return ;;
    'replay -i'|'replay --interface') compadd -- ${(f)"$(netscope completion --names interfaces 2>/dev/null)"}; return ;;
    'replay -r'|'replay --read') _files; return ;;
    'replay --rules') _files; return ;;
    'replay -c'|'replay --count') :; return ;;
    'replay --duration') :; return ;;
    'replay -s'|'replay --snaplen') :; return ;;
    'replay --backend') compadd -- libpcap cap; return ;;
    'replay --docker-host') :; return ;;
    'replay --color') compadd -- auto always never; return ;;
    'replay --fps') :; return ;;
    'replay --theme') compadd -- default high-contrast color-blind; return ;;
    'replay --config') _files; return ;;
    'topology -r'|'topology --read') _files; return ;;
    'topology --stats') :; return ;;
    'topology --docker-host') :; return ;;
    'topology --color') compadd -- auto always never; return ;;
    'topology --config') _files; return ;;
    'flows -i'|'flows --interface') compadd -- ${(f)"$(netscope completion --names interfaces 2>/dev/null)"}; return ;;
    'flows -r'|'flows --read') _files; return ;;
    'flows --rules') _files; return ;;
    'flows -c'|'flows --count') :; return ;;
    'flows --duration') :; return ;;
    'flows -s'|'flows --snaplen') :; return ;;
    'flows --backend') compadd -- libpcap cap; return ;;
    'flows --docker-host') :; return ;;
    'flows --color') compadd -- auto always never; return ;;
    'flows -Y'|'flows --display-filter') :; return ;;
    'flows --config') _files; return ;;
    'packets --follow') :; return ;;
    'packets -i'|'packets --interface') compadd -- ${(f)"$(netscope completion --names interfaces 2>/dev/null)"}; return ;;
    'packets -r'|'packets --read') _files; return ;;
    'packets --rules') _files; return ;;
    'packets -c'|'packets --count') :; return ;;
    'packets --duration') :; return ;;
    'packets -s'|'packets --snaplen') :; return ;;
    'packets --backend') compadd -- libpcap cap; return ;;
    'packets --docker-host') :; return ;;
    'packets --color') compadd -- auto always never; return ;;
    'packets -Y'|'packets --display-filter') :; return ;;
    'packets --config') _files; return ;;
    'rules list -i'|'rules list --interface') compadd -- ${(f)"$(netscope completion --names interfaces 2>/dev/null)"}; return ;;
    'rules list -r'|'rules list --read') _files; return ;;
    'rules list --rules') _files; return ;;
    'rules list -c'|'rules list --count') :; return ;;
    'rules list --duration') :; return ;;
    'rules list -s'|'rules list --snaplen') :; return ;;
    'rules list --backend') compadd -- libpcap cap; return ;;
    'rules list --docker-host') :; return ;;
    'rules list --color') compadd -- auto always never; return ;;
    'rules list --config') _files; return ;;
    'rules eval --packet') :; return ;;
    'rules eval --in') :; return ;;
    'rules eval --namespace') :; return ;;
    'rules eval -r'|'rules eval --read') _files; return ;;
    'rules eval --rules') _files; return ;;
    'rules eval --local') :; return ;;
    'rules eval --route') :; return ;;
    'rules eval --docker-host') :; return ;;
    'rules eval --color') compadd -- auto always never; return ;;
    'rules eval --config') _files; return ;;
    'rules check --family') compadd -- ip ip6; return ;;
    'diagnose --wait') :; return ;;
    'diagnose -r'|'diagnose --read') _files; return ;;
    'diagnose -i'|'diagnose --interface') compadd -- ${(f)"$(netscope completion --names interfaces 2>/dev/null)"}; return ;;
    'diagnose -f'|'diagnose --filter') :; return ;;
    'diagnose --duration') :; return ;;
    'diagnose --html') _files; return ;;
    'diagnose --docker-host') :; return ;;
    'diagnose --color') compadd -- auto always never; return ;;
    'diagnose --config') _files; return ;;
    'record -i'|'record --interface') compadd -- ${(f)"$(netscope completion --names interfaces 2>/dev/null)"}; return ;;
    'record -r'|'record --read') _files; return ;;
    'record --rules') _files; return ;;
    'record -c'|'record --count') :; return ;;
    'record --duration') :; return ;;
    'record -s'|'record --snaplen') :; return ;;
    'record --backend') compadd -- libpcap cap; return ;;
    'record --docker-host') :; return ;;
    'record --color') compadd -- auto always never; return ;;
    'record -w'|'record --write') _files; return ;;
    'record -C'|'record --file-size') :; return ;;
    'record -G'|'record --rotate-seconds') :; return ;;
    'record -W'|'record --file-count') :; return ;;
    'record --config') _files; return ;;
    'snapshot -w'|'snapshot --write') _files; return ;;
    'snapshot --docker-host') :; return ;;
    'snapshot --config') _files; return ;;
    'trace --namespace') :; return ;;
    'trace -c'|'trace --count') :; return ;;
    'trace --duration') :; return ;;
    'trace --docker-host') :; return ;;
    'trace --color') compadd -- auto always never; return ;;
    'trace --config') _files; return ;;
    'doctor --docker-host') :; return ;;
    'doctor --color') compadd -- auto always never; return ;;
    'doctor --config') _files; return ;;
    'config --config') _files; return ;;
    'demo --color') compadd -- auto always never; return ;;
    'demo --fps') :; return ;;
    'demo --theme') compadd -- default high-contrast color-blind; return ;;
    'demo --config') _files; return ;;
  esac
  case "$command" in
    '')
      options=(
        '--version:output the version number'
        '-i:interface to capture on; repeatable. NS: host, a named namespace, a container, pid:N, net:[INODE]. A container alone: all of its interfaces. any: the host'\''s, all: every namespace'\''s'
        '--interface:interface to capture on; repeatable. NS: host, a named namespace, a container, pid:N, net:[INODE]. A container alone: all of its interfaces. any: the host'\''s, all: every namespace'\''s'
        '-r:read a capture, a recording or a snapshot; repeatable; - is standard input'
        '--read:read a capture, a recording or a snapshot; repeatable; - is standard input'
        '--rules:rules for a bare capture: iptables-save, ip6tables-save or nft -j list ruleset; repeatable'
        '-c:stop after this many packets'
        '--count:stop after this many packets'
        '--duration:stop after this many seconds'
        '-s:bytes to keep of each packet'
        '--snaplen:bytes to keep of each packet'
        '-n:no container names for addresses'
        '--numeric:no container names for addresses'
        '--backend:capture backend'
        '--docker-host:the engine'\''s socket (default: $DOCKER_HOST, else the usual Docker and Podman sockets)'
        '--color:colour'
        '-w:write a recording (pcapng); - is standard output'
        '--write:write a recording (pcapng); - is standard output'
        '-C:new file after this many million bytes'
        '--file-size:new file after this many million bytes'
        '-G:new file after this many seconds'
        '--rotate-seconds:new file after this many seconds'
        '-W:keep at most this many files'
        '--file-count:keep at most this many files'
        '--mouse:clicks and the wheel go to netscope (default)'
        '--no-mouse:they stay with the terminal, to select text'
        '--ascii:draw with ASCII characters only'
        '--no-ascii:draw lines and symbols whatever the terminal says of itself'
        '--fps:frames a second at most: fewer for slow lines'
        '--theme:colours'
        '--config:settings (default: ~/.config/netscope/config.toml; see netscope config)'
        '--help:display help for command'
      )
      if [[ $PREFIX == -* ]]; then _describe 'option' options; return; fi
      commands=(
        'replay:the TUI on captures or recordings, as -r'
        'topology:namespaces, links, veth peers, bridges, containers'
        'flows:flows and connections with the rules they met'
        'packets:one line per packet, or the decoded tree, or the bytes'
        'rules:rules of every namespace, with counters and the flows that met them'
        'diagnose:why FROM cannot reach TO, with proof and the fix; the problems of a capture'
        'record:capture and host state in one pcapng file'
        'snapshot:host state alone, as JSON'
        'trace:ask the kernel which rules the matching packets meet (changes the host while it runs)'
        'doctor:what this host and this user can do'
        'completion:completions for bash, zsh and fish'
        'man:the manual page, for man -l -'
        'config:the settings in force, as a config file'
        'demo:the TUI on a recording that ships with the package'
      )
      _describe 'command' commands
      : ;;
    'replay')
      options=(
        '-i:interface to capture on; repeatable. NS: host, a named namespace, a container, pid:N, net:[INODE]. A container alone: all of its interfaces. any: the host'\''s, all: every namespace'\''s'
        '--interface:interface to capture on; repeatable. NS: host, a named namespace, a container, pid:N, net:[INODE]. A container alone: all of its interfaces. any: the host'\''s, all: every namespace'\''s'
        '-r:read a capture, a recording or a snapshot; repeatable; - is standard input'
        '--read:read a capture, a recording or a snapshot; repeatable; - is standard input'
        '--rules:rules for a bare capture: iptables-save, ip6tables-save or nft -j list ruleset; repeatable'
        '-c:stop after this many packets'
        '--count:stop after this many packets'
        '--duration:stop after this many seconds'
        '-s:bytes to keep of each packet'
        '--snaplen:bytes to keep of each packet'
        '-n:no container names for addresses'
        '--numeric:no container names for addresses'
        '--backend:capture backend'
        '--docker-host:the engine'\''s socket (default: $DOCKER_HOST, else the usual Docker and Podman sockets)'
        '--color:colour'
        '--mouse:clicks and the wheel go to netscope (default)'
        '--no-mouse:they stay with the terminal, to select text'
        '--ascii:draw with ASCII characters only'
        '--no-ascii:draw lines and symbols whatever the terminal says of itself'
        '--fps:frames a second at most: fewer for slow lines'
        '--theme:colours'
        '--config:settings (default: ~/.config/netscope/config.toml; see netscope config)'
        '--help:display help for command'
      )
      if [[ $PREFIX == -* ]]; then _describe 'option' options; return; fi
      _files ;;
    'topology')
      options=(
        '-r:a recording or a snapshot; - is standard input'
        '--read:a recording or a snapshot; - is standard input'
        '--stats:what each link has carried, and by the second over so long; 0 without rates (default: 1)'
        '--docker-host:the engine'\''s socket (default: $DOCKER_HOST, else the usual Docker and Podman sockets)'
        '--color:colour'
        '--json:one JSON document on standard output'
        '--tree:a tree (the default)'
        '--dot:a Graphviz graph'
        '--mermaid:a Mermaid graph'
        '--config:settings (default: ~/.config/netscope/config.toml; see netscope config)'
        '--help:display help for command'
      )
      if [[ $PREFIX == -* ]]; then _describe 'option' options; return; fi
      : ;;
    'flows')
      options=(
        '-i:interface to capture on; repeatable. NS: host, a named namespace, a container, pid:N, net:[INODE]. A container alone: all of its interfaces. any: the host'\''s, all: every namespace'\''s'
        '--interface:interface to capture on; repeatable. NS: host, a named namespace, a container, pid:N, net:[INODE]. A container alone: all of its interfaces. any: the host'\''s, all: every namespace'\''s'
        '-r:read a capture, a recording or a snapshot; repeatable; - is standard input'
        '--read:read a capture, a recording or a snapshot; repeatable; - is standard input'
        '--rules:rules for a bare capture: iptables-save, ip6tables-save or nft -j list ruleset; repeatable'
        '-c:stop after this many packets'
        '--count:stop after this many packets'
        '--duration:stop after this many seconds'
        '-s:bytes to keep of each packet'
        '--snaplen:bytes to keep of each packet'
        '-n:no container names for addresses'
        '--numeric:no container names for addresses'
        '--backend:capture backend'
        '--docker-host:the engine'\''s socket (default: $DOCKER_HOST, else the usual Docker and Podman sockets)'
        '--color:colour'
        '-Y:show only what matches, in Wireshark'\''s syntax: ip.addr == 172.17.0.2'
        '--display-filter:show only what matches, in Wireshark'\''s syntax: ip.addr == 172.17.0.2'
        '--json:one JSON document on standard output'
        '--ndjson:one JSON object per line'
        '--csv:comma-separated values'
        '--config:settings (default: ~/.config/netscope/config.toml; see netscope config)'
        '--help:display help for command'
      )
      if [[ $PREFIX == -* ]]; then _describe 'option' options; return; fi
      : ;;
    'packets')
      options=(
        '-V:the decoded tree of each packet'
        '--verbose:the decoded tree of each packet'
        '-x:the bytes of each packet'
        '--hex:the bytes of each packet'
        '--follow:what both sides of one flow sent (its id as `flows` gives it); with -x in hexadecimal'
        '-i:interface to capture on; repeatable. NS: host, a named namespace, a container, pid:N, net:[INODE]. A container alone: all of its interfaces. any: the host'\''s, all: every namespace'\''s'
        '--interface:interface to capture on; repeatable. NS: host, a named namespace, a container, pid:N, net:[INODE]. A container alone: all of its interfaces. any: the host'\''s, all: every namespace'\''s'
        '-r:read a capture, a recording or a snapshot; repeatable; - is standard input'
        '--read:read a capture, a recording or a snapshot; repeatable; - is standard input'
        '--rules:rules for a bare capture: iptables-save, ip6tables-save or nft -j list ruleset; repeatable'
        '-c:stop after this many packets'
        '--count:stop after this many packets'
        '--duration:stop after this many seconds'
        '-s:bytes to keep of each packet'
        '--snaplen:bytes to keep of each packet'
        '-n:no container names for addresses'
        '--numeric:no container names for addresses'
        '--backend:capture backend'
        '--docker-host:the engine'\''s socket (default: $DOCKER_HOST, else the usual Docker and Podman sockets)'
        '--color:colour'
        '-Y:show only what matches, in Wireshark'\''s syntax: ip.addr == 172.17.0.2'
        '--display-filter:show only what matches, in Wireshark'\''s syntax: ip.addr == 172.17.0.2'
        '--json:one JSON document on standard output'
        '--ndjson:one JSON object per line'
        '--config:settings (default: ~/.config/netscope/config.toml; see netscope config)'
        '--help:display help for command'
      )
      if [[ $PREFIX == -* ]]; then _describe 'option' options; return; fi
      : ;;
    'rules')
      options=(
        '--help:display help for command'
      )
      if [[ $PREFIX == -* ]]; then _describe 'option' options; return; fi
      commands=(
        'list:Lists the rules with their counters; with -r, --duration or -c also the connections that met each.'
        'eval:Walks one packet through the rules of a namespace, of this host, -r or --rules.'
        'check:Parses rule dumps and prints them back as iptables-save would. Lines that cannot be kept go to standard error.'
      )
      _describe 'command' commands
      : ;;
    'rules list')
      options=(
        '--unused:only rules that never matched: whose counter is 0'
        '--shadowed:only rules that no packet reaches, because an earlier one takes all that they match'
        '-i:interface to capture on; repeatable. NS: host, a named namespace, a container, pid:N, net:[INODE]. A container alone: all of its interfaces. any: the host'\''s, all: every namespace'\''s'
        '--interface:interface to capture on; repeatable. NS: host, a named namespace, a container, pid:N, net:[INODE]. A container alone: all of its interfaces. any: the host'\''s, all: every namespace'\''s'
        '-r:read a capture, a recording or a snapshot; repeatable; - is standard input'
        '--read:read a capture, a recording or a snapshot; repeatable; - is standard input'
        '--rules:rules for a bare capture: iptables-save, ip6tables-save or nft -j list ruleset; repeatable'
        '-c:stop after this many packets'
        '--count:stop after this many packets'
        '--duration:stop after this many seconds'
        '-s:bytes to keep of each packet'
        '--snaplen:bytes to keep of each packet'
        '-n:no container names for addresses'
        '--numeric:no container names for addresses'
        '--backend:capture backend'
        '--docker-host:the engine'\''s socket (default: $DOCKER_HOST, else the usual Docker and Podman sockets)'
        '--color:colour'
        '--json:one JSON document on standard output'
        '--config:settings (default: ~/.config/netscope/config.toml; see netscope config)'
        '--help:display help for command'
      )
      if [[ $PREFIX == -* ]]; then _describe 'option' options; return; fi
      : ;;
    'rules eval')
      options=(
        '--packet:PROTO SRC[:PORT] > DST[:PORT] [flags SYN,ACK] [icmp TYPE/CODE] [mark N] [state new|established|related|invalid|untracked] [length N] [ttl N]'
        '--in:the interface that it comes in by; without it, the namespace sends it'
        '--namespace:namespace whose rules it meets'
        '-r:rules and host state of a recording or a snapshot'
        '--read:rules and host state of a recording or a snapshot'
        '--rules:rules of an iptables-save, ip6tables-save or nft dump; repeatable'
        '--local:an address of the host that a bare dump lacks; repeatable'
        '--route:a route that a bare dump lacks; repeatable'
        '--docker-host:the engine'\''s socket (default: $DOCKER_HOST, else the usual Docker and Podman sockets)'
        '--color:colour'
        '--json:one JSON document on standard output'
        '--config:settings (default: ~/.config/netscope/config.toml; see netscope config)'
        '--help:display help for command'
      )
      if [[ $PREFIX == -* ]]; then _describe 'option' options; return; fi
      : ;;
    'rules check')
      options=(
        '--family:address family, where the content does not tell'
        '--help:display help for command'
      )
      if [[ $PREFIX == -* ]]; then _describe 'option' options; return; fi
      _files ;;
    'diagnose')
      options=(
        '--passive:opens no connection and sends nothing: the state of the host alone'
        '--wait:how long to watch the traffic of external:ADDRESS'
        '-r:host state of a recording or a snapshot; packets of a capture'
        '--read:host state of a recording or a snapshot; packets of a capture'
        '--watch:print the problems in live traffic as they appear (of FROM, to TO), until --duration or Ctrl-C; nothing is sent'
        '-i:interface to capture on; repeatable. NS: host, a named namespace, a container, pid:N, net:[INODE]. A container alone: all of its interfaces. any: the host'\''s, all: every namespace'\''s'
        '--interface:interface to capture on; repeatable. NS: host, a named namespace, a container, pid:N, net:[INODE]. A container alone: all of its interfaces. any: the host'\''s, all: every namespace'\''s'
        '-f:watch: capture only what matches, in the syntax of tcpdump'
        '--filter:watch: capture only what matches, in the syntax of tcpdump'
        '--duration:watch: stop after this many seconds'
        '--markdown:to paste in a ticket'
        '--html:also writes one page that explains it, to look at in a browser; - for standard output'
        '--docker-host:the engine'\''s socket (default: $DOCKER_HOST, else the usual Docker and Podman sockets)'
        '--color:colour'
        '--json:one JSON document on standard output'
        '--ndjson:one JSON object per line'
        '--config:settings (default: ~/.config/netscope/config.toml; see netscope config)'
        '--help:display help for command'
      )
      if [[ $PREFIX == -* ]]; then _describe 'option' options; return; fi
      compadd -- ${(f)"$(netscope completion --names targets 2>/dev/null)"} ;;
    'record')
      options=(
        '-i:interface to capture on; repeatable. NS: host, a named namespace, a container, pid:N, net:[INODE]. A container alone: all of its interfaces. any: the host'\''s, all: every namespace'\''s'
        '--interface:interface to capture on; repeatable. NS: host, a named namespace, a container, pid:N, net:[INODE]. A container alone: all of its interfaces. any: the host'\''s, all: every namespace'\''s'
        '-r:read a capture, a recording or a snapshot; repeatable; - is standard input'
        '--read:read a capture, a recording or a snapshot; repeatable; - is standard input'
        '--rules:rules for a bare capture: iptables-save, ip6tables-save or nft -j list ruleset; repeatable'
        '-c:stop after this many packets'
        '--count:stop after this many packets'
        '--duration:stop after this many seconds'
        '-s:bytes to keep of each packet'
        '--snaplen:bytes to keep of each packet'
        '-n:no container names for addresses'
        '--numeric:no container names for addresses'
        '--backend:capture backend'
        '--docker-host:the engine'\''s socket (default: $DOCKER_HOST, else the usual Docker and Podman sockets)'
        '--color:colour'
        '-w:write a recording (pcapng); - is standard output'
        '--write:write a recording (pcapng); - is standard output'
        '-C:new file after this many million bytes'
        '--file-size:new file after this many million bytes'
        '-G:new file after this many seconds'
        '--rotate-seconds:new file after this many seconds'
        '-W:keep at most this many files'
        '--file-count:keep at most this many files'
        '--config:settings (default: ~/.config/netscope/config.toml; see netscope config)'
        '--help:display help for command'
      )
      if [[ $PREFIX == -* ]]; then _describe 'option' options; return; fi
      : ;;
    'snapshot')
      options=(
        '-w:where to; - is standard output'
        '--write:where to; - is standard output'
        '--docker-host:the engine'\''s socket (default: $DOCKER_HOST, else the usual Docker and Podman sockets)'
        '--config:settings (default: ~/.config/netscope/config.toml; see netscope config)'
        '--help:display help for command'
      )
      if [[ $PREFIX == -* ]]; then _describe 'option' options; return; fi
      : ;;
    'trace')
      options=(
        '--namespace:namespace or container whose rules are traced'
        '-c:stop after this many packets'
        '--count:stop after this many packets'
        '--duration:stop after this many seconds'
        '--docker-host:the engine'\''s socket (default: $DOCKER_HOST, else the usual Docker and Podman sockets)'
        '--color:colour'
        '--json:one JSON document on standard output'
        '--ndjson:one JSON object per line'
        '--config:settings (default: ~/.config/netscope/config.toml; see netscope config)'
        '--help:display help for command'
      )
      if [[ $PREFIX == -* ]]; then _describe 'option' options; return; fi
      : ;;
    'doctor')
      options=(
        '--docker-host:the engine'\''s socket (default: $DOCKER_HOST, else the usual Docker and Podman sockets)'
        '--color:colour'
        '--json:one JSON document on standard output'
        '--config:settings (default: ~/.config/netscope/config.toml; see netscope config)'
        '--help:display help for command'
      )
      if [[ $PREFIX == -* ]]; then _describe 'option' options; return; fi
      : ;;
    'completion')
      options=(
        '--help:display help for command'
      )
      if [[ $PREFIX == -* ]]; then _describe 'option' options; return; fi
      compadd -- bash zsh fish ;;
    'man')
      options=(
        '--help:display help for command'
      )
      if [[ $PREFIX == -* ]]; then _describe 'option' options; return; fi
      : ;;
    'config')
      options=(
        '--print:print them (what it does without, too)'
        '--config:settings (default: ~/.config/netscope/config.toml; see netscope config)'
        '--help:display help for command'
      )
      if [[ $PREFIX == -* ]]; then _describe 'option' options; return; fi
      : ;;
    'demo')
      options=(
        '--no-tour:without the guided tour'
        '--color:colour'
        '--mouse:clicks and the wheel go to netscope (default)'
        '--no-mouse:they stay with the terminal, to select text'
        '--ascii:draw with ASCII characters only'
        '--no-ascii:draw lines and symbols whatever the terminal says of itself'
        '--fps:frames a second at most: fewer for slow lines'
        '--theme:colours'
        '--config:settings (default: ~/.config/netscope/config.toml; see netscope config)'
        '--help:display help for command'
      )
      if [[ $PREFIX == -* ]]; then _describe 'option' options; return; fi
      : ;;
  esac
}
if [[ $funcstack[1] == _netscope ]]; then _netscope "$@"; else compdef _netscope netscope; fi
