# bash completion for netscope: . <(netscope completion bash)
_netscope() {
  local cur=${COMP_WORDS[COMP_CWORD]} prev=${COMP_WORDS[COMP_CWORD-1]} command="" word
  for word in "${COMP_WORDS[@]:1:COMP_CWORD-1}"; do
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
  COMPREPLY=()
  case "$command $prev" in
    ' -i'|' --interface') COMPREPLY+=($(compgen -W "$(netscope completion --names interfaces 2>/dev/null)" -- "$cur")); return ;;
    ' -r'|' --read') compopt -o filenames; COMPREPLY+=($(compgen -f -- "$cur")); return ;;
    ' --rules') compopt -o filenames; COMPREPLY+=($(compgen -f -- "$cur")); return ;;
    ' -c'|' --count') :; return ;;
    ' --duration') :; return ;;
    ' -s'|' --snaplen') :; return ;;
    ' --backend') COMPREPLY+=($(compgen -W 'libpcap cap' -- "$cur")); return ;;
    ' --docker-host') :; return ;;
    ' --color') COMPREPLY+=($(compgen -W 'auto always never' -- "$cur")); return ;;
    ' -w'|' --write') compopt -o filenames; COMPREPLY+=($(compgen -f -- "$cur")); return ;;
    ' -C'|' --file-size') :; return ;;
    ' -G'|' --rotate-seconds') :; return ;;
    ' -W'|' --file-count') :; return ;;
    ' --fps') :; return ;;
    ' --theme') COMPREPLY+=($(compgen -W 'default high-contrast color-blind' -- "$cur")); return ;;
    ' --config') compopt -o filenames; COMPREPLY+=($(compgen -f -- "$cur")); return ;;
    'replay -i'|'replay --interface') COMPREPLY+=($(compgen -W "$(netscope completion --names interfaces 2>/dev/null)" -- "$cur")); return ;;
    'replay -r'|'replay --read') compopt -o filenames; COMPREPLY+=($(compgen -f -- "$cur")); return ;;
    'replay --rules') compopt -o filenames; COMPREPLY+=($(compgen -f -- "$cur")); return ;;
    'replay -c'|'replay --count') :; return ;;
    'replay --duration') :; return ;;
    'replay -s'|'replay --snaplen') :; return ;;
    'replay --backend') COMPREPLY+=($(compgen -W 'libpcap cap' -- "$cur")); return ;;
    'replay --docker-host') :; return ;;
    'replay --color') COMPREPLY+=($(compgen -W 'auto always never' -- "$cur")); return ;;
    'replay --fps') :; return ;;
    'replay --theme') COMPREPLY+=($(compgen -W 'default high-contrast color-blind' -- "$cur")); return ;;
    'replay --config') compopt -o filenames; COMPREPLY+=($(compgen -f -- "$cur")); return ;;
    'topology -r'|'topology --read') compopt -o filenames; COMPREPLY+=($(compgen -f -- "$cur")); return ;;
    'topology --stats') :; return ;;
    'topology --docker-host') :; return ;;
    'topology --color') COMPREPLY+=($(compgen -W 'auto always never' -- "$cur")); return ;;
    'topology --config') compopt -o filenames; COMPREPLY+=($(compgen -f -- "$cur")); return ;;
    'flows -i'|'flows --interface') COMPREPLY+=($(compgen -W "$(netscope completion --names interfaces 2>/dev/null)" -- "$cur")); return ;;
    'flows -r'|'flows --read') compopt -o filenames; COMPREPLY+=($(compgen -f -- "$cur")); return ;;
    'flows --rules') compopt -o filenames; COMPREPLY+=($(compgen -f -- "$cur")); return ;;
    'flows -c'|'flows --count') :; return ;;
    'flows --duration') :; return ;;
    'flows -s'|'flows --snaplen') :; return ;;
    'flows --backend') COMPREPLY+=($(compgen -W 'libpcap cap' -- "$cur")); return ;;
    'flows --docker-host') :; return ;;
    'flows --color') COMPREPLY+=($(compgen -W 'auto always never' -- "$cur")); return ;;
    'flows -Y'|'flows --display-filter') :; return ;;
    'flows --config') compopt -o filenames; COMPREPLY+=($(compgen -f -- "$cur")); return ;;
    'packets --follow') :; return ;;
    'packets -i'|'packets --interface') COMPREPLY+=($(compgen -W "$(netscope completion --names interfaces 2>/dev/null)" -- "$cur")); return ;;
    'packets -r'|'packets --read') compopt -o filenames; COMPREPLY+=($(compgen -f -- "$cur")); return ;;
    'packets --rules') compopt -o filenames; COMPREPLY+=($(compgen -f -- "$cur")); return ;;
    'packets -c'|'packets --count') :; return ;;
    'packets --duration') :; return ;;
    'packets -s'|'packets --snaplen') :; return ;;
    'packets --backend') COMPREPLY+=($(compgen -W 'libpcap cap' -- "$cur")); return ;;
    'packets --docker-host') :; return ;;
    'packets --color') COMPREPLY+=($(compgen -W 'auto always never' -- "$cur")); return ;;
    'packets -Y'|'packets --display-filter') :; return ;;
    'packets --config') compopt -o filenames; COMPREPLY+=($(compgen -f -- "$cur")); return ;;
    'rules list -i'|'rules list --interface') COMPREPLY+=($(compgen -W "$(netscope completion --names interfaces 2>/dev/null)" -- "$cur")); return ;;
    'rules list -r'|'rules list --read') compopt -o filenames; COMPREPLY+=($(compgen -f -- "$cur")); return ;;
    'rules list --rules') compopt -o filenames; COMPREPLY+=($(compgen -f -- "$cur")); return ;;
    'rules list -c'|'rules list --count') :; return ;;
    'rules list --duration') :; return ;;
    'rules list -s'|'rules list --snaplen') :; return ;;
    'rules list --backend') COMPREPLY+=($(compgen -W 'libpcap cap' -- "$cur")); return ;;
    'rules list --docker-host') :; return ;;
    'rules list --color') COMPREPLY+=($(compgen -W 'auto always never' -- "$cur")); return ;;
    'rules list --config') compopt -o filenames; COMPREPLY+=($(compgen -f -- "$cur")); return ;;
    'rules eval --packet') :; return ;;
    'rules eval --in') :; return ;;
    'rules eval --namespace') :; return ;;
    'rules eval -r'|'rules eval --read') compopt -o filenames; COMPREPLY+=($(compgen -f -- "$cur")); return ;;
    'rules eval --rules') compopt -o filenames; COMPREPLY+=($(compgen -f -- "$cur")); return ;;
    'rules eval --local') :; return ;;
    'rules eval --route') :; return ;;
    'rules eval --docker-host') :; return ;;
    'rules eval --color') COMPREPLY+=($(compgen -W 'auto always never' -- "$cur")); return ;;
    'rules eval --config') compopt -o filenames; COMPREPLY+=($(compgen -f -- "$cur")); return ;;
    'rules check --family') COMPREPLY+=($(compgen -W 'ip ip6' -- "$cur")); return ;;
    'diagnose --wait') :; return ;;
    'diagnose -r'|'diagnose --read') compopt -o filenames; COMPREPLY+=($(compgen -f -- "$cur")); return ;;
    'diagnose -i'|'diagnose --interface') COMPREPLY+=($(compgen -W "$(netscope completion --names interfaces 2>/dev/null)" -- "$cur")); return ;;
    'diagnose -f'|'diagnose --filter') :; return ;;
    'diagnose --duration') :; return ;;
    'diagnose --html') compopt -o filenames; COMPREPLY+=($(compgen -f -- "$cur")); return ;;
    'diagnose --docker-host') :; return ;;
    'diagnose --color') COMPREPLY+=($(compgen -W 'auto always never' -- "$cur")); return ;;
    'diagnose --config') compopt -o filenames; COMPREPLY+=($(compgen -f -- "$cur")); return ;;
    'record -i'|'record --interface') COMPREPLY+=($(compgen -W "$(netscope completion --names interfaces 2>/dev/null)" -- "$cur")); return ;;
    'record -r'|'record --read') compopt -o filenames; COMPREPLY+=($(compgen -f -- "$cur")); return ;;
    'record --rules') compopt -o filenames; COMPREPLY+=($(compgen -f -- "$cur")); return ;;
    'record -c'|'record --count') :; return ;;
    'record --duration') :; return ;;
    'record -s'|'record --snaplen') :; return ;;
    'record --backend') COMPREPLY+=($(compgen -W 'libpcap cap' -- "$cur")); return ;;
    'record --docker-host') :; return ;;
    'record --color') COMPREPLY+=($(compgen -W 'auto always never' -- "$cur")); return ;;
    'record -w'|'record --write') compopt -o filenames; COMPREPLY+=($(compgen -f -- "$cur")); return ;;
    'record -C'|'record --file-size') :; return ;;
    'record -G'|'record --rotate-seconds') :; return ;;
    'record -W'|'record --file-count') :; return ;;
    'record --config') compopt -o filenames; COMPREPLY+=($(compgen -f -- "$cur")); return ;;
    'snapshot -w'|'snapshot --write') compopt -o filenames; COMPREPLY+=($(compgen -f -- "$cur")); return ;;
    'snapshot --docker-host') :; return ;;
    'snapshot --config') compopt -o filenames; COMPREPLY+=($(compgen -f -- "$cur")); return ;;
    'trace --namespace') :; return ;;
    'trace -c'|'trace --count') :; return ;;
    'trace --duration') :; return ;;
    'trace --docker-host') :; return ;;
    'trace --color') COMPREPLY+=($(compgen -W 'auto always never' -- "$cur")); return ;;
    'trace --config') compopt -o filenames; COMPREPLY+=($(compgen -f -- "$cur")); return ;;
    'doctor --docker-host') :; return ;;
    'doctor --color') COMPREPLY+=($(compgen -W 'auto always never' -- "$cur")); return ;;
    'doctor --config') compopt -o filenames; COMPREPLY+=($(compgen -f -- "$cur")); return ;;
    'config --config') compopt -o filenames; COMPREPLY+=($(compgen -f -- "$cur")); return ;;
    'demo --color') COMPREPLY+=($(compgen -W 'auto always never' -- "$cur")); return ;;
    'demo --fps') :; return ;;
    'demo --theme') COMPREPLY+=($(compgen -W 'default high-contrast color-blind' -- "$cur")); return ;;
    'demo --config') compopt -o filenames; COMPREPLY+=($(compgen -f -- "$cur")); return ;;
  esac
  case "$command" in
    '')
      if [[ $cur == -* ]]; then
        COMPREPLY=($(compgen -W '--version -i --interface -r --read --rules -c --count --duration -s --snaplen -n --numeric --backend --docker-host --color -w --write -C --file-size -G --rotate-seconds -W --file-count --mouse --no-mouse --ascii --no-ascii --fps --theme --config --help' -- "$cur"))
      else
        COMPREPLY=($(compgen -W 'replay topology flows packets rules diagnose record snapshot trace doctor completion man config demo' -- "$cur"))
        :
      fi ;;
    'replay')
      if [[ $cur == -* ]]; then
        COMPREPLY=($(compgen -W '-i --interface -r --read --rules -c --count --duration -s --snaplen -n --numeric --backend --docker-host --color --mouse --no-mouse --ascii --no-ascii --fps --theme --config --help' -- "$cur"))
      else
        compopt -o filenames; COMPREPLY+=($(compgen -f -- "$cur"))
        :
      fi ;;
    'topology')
      if [[ $cur == -* ]]; then
        COMPREPLY=($(compgen -W '-r --read --stats --docker-host --color --json --tree --dot --mermaid --config --help' -- "$cur"))
      else
        :
      fi ;;
    'flows')
      if [[ $cur == -* ]]; then
        COMPREPLY=($(compgen -W '-i --interface -r --read --rules -c --count --duration -s --snaplen -n --numeric --backend --docker-host --color -Y --display-filter --json --ndjson --csv --config --help' -- "$cur"))
      else
        :
      fi ;;
    'packets')
      if [[ $cur == -* ]]; then
        COMPREPLY=($(compgen -W '-V --verbose -x --hex --follow -i --interface -r --read --rules -c --count --duration -s --snaplen -n --numeric --backend --docker-host --color -Y --display-filter --json --ndjson --config --help' -- "$cur"))
      else
        :
      fi ;;
    'rules')
      if [[ $cur == -* ]]; then
        COMPREPLY=($(compgen -W '--help' -- "$cur"))
      else
        COMPREPLY=($(compgen -W 'list eval check' -- "$cur"))
        :
      fi ;;
    'rules list')
      if [[ $cur == -* ]]; then
        COMPREPLY=($(compgen -W '--unused --shadowed -i --interface -r --read --rules -c --count --duration -s --snaplen -n --numeric --backend --docker-host --color --json --config --help' -- "$cur"))
      else
        :
      fi ;;
    'rules eval')
      if [[ $cur == -* ]]; then
        COMPREPLY=($(compgen -W '--packet --in --namespace -r --read --rules --local --route --docker-host --color --json --config --help' -- "$cur"))
      else
        :
      fi ;;
    'rules check')
      if [[ $cur == -* ]]; then
        COMPREPLY=($(compgen -W '--family --help' -- "$cur"))
      else
        compopt -o filenames; COMPREPLY+=($(compgen -f -- "$cur"))
        :
      fi ;;
    'diagnose')
      if [[ $cur == -* ]]; then
        COMPREPLY=($(compgen -W '--passive --wait -r --read --watch -i --interface -f --filter --duration --markdown --html --docker-host --color --json --ndjson --config --help' -- "$cur"))
      else
        COMPREPLY+=($(compgen -W "$(netscope completion --names targets 2>/dev/null)" -- "$cur"))
        :
      fi ;;
    'record')
      if [[ $cur == -* ]]; then
        COMPREPLY=($(compgen -W '-i --interface -r --read --rules -c --count --duration -s --snaplen -n --numeric --backend --docker-host --color -w --write -C --file-size -G --rotate-seconds -W --file-count --config --help' -- "$cur"))
      else
        :
      fi ;;
    'snapshot')
      if [[ $cur == -* ]]; then
        COMPREPLY=($(compgen -W '-w --write --docker-host --config --help' -- "$cur"))
      else
        :
      fi ;;
    'trace')
      if [[ $cur == -* ]]; then
        COMPREPLY=($(compgen -W '--namespace -c --count --duration --docker-host --color --json --ndjson --config --help' -- "$cur"))
      else
        :
      fi ;;
    'doctor')
      if [[ $cur == -* ]]; then
        COMPREPLY=($(compgen -W '--docker-host --color --json --config --help' -- "$cur"))
      else
        :
      fi ;;
    'completion')
      if [[ $cur == -* ]]; then
        COMPREPLY=($(compgen -W '--help' -- "$cur"))
      else
        COMPREPLY+=($(compgen -W 'bash zsh fish' -- "$cur"))
        :
      fi ;;
    'man')
      if [[ $cur == -* ]]; then
        COMPREPLY=($(compgen -W '--help' -- "$cur"))
      else
        :
      fi ;;
    'config')
      if [[ $cur == -* ]]; then
        COMPREPLY=($(compgen -W '--print --config --help' -- "$cur"))
      else
        :
      fi ;;
    'demo')
      if [[ $cur == -* ]]; then
        COMPREPLY=($(compgen -W '--no-tour --color --mouse --no-mouse --ascii --no-ascii --fps --theme --config --help' -- "$cur"))
      else
        :
      fi ;;
  esac
}
complete -F _netscope netscope
