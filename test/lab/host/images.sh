# Images made from the machine's own files, so that a lab needs no registry. To be sourced inside the lab host.

# base_image: `lab/base`, busybox with all its applets.
base_image() {
  _missing base || return 0
  local root
  root=$(_skeleton)
  _import base "$root" '["sleep","infinity"]'
}

# debian_image NAME PATH...: `lab/NAME`, the base plus programs, files or folders of the machine, with the libraries that
# ldd names.
debian_image() {
  local name=$1 root
  shift
  _missing "$name" || return 0
  root=$(_skeleton)
  _with "$root" "$@" && _import "$name" "$root" '["sleep","infinity"]'
}

# mariadb_image: `lab/mariadb`, MariaDB on 3306 with its system tables made. `app` with password `secret` may come from
# anywhere, nobody else by TCP.
mariadb_image() {
  _missing mariadb || return 0
  local root sql=/usr/share/mysql
  root=$(_skeleton)
  _with "$root" /usr/sbin/mariadbd $sql/english $sql/charsets || return
  mkdir -p "$root/var/lib/mysql"
  # Statements end at the line's end here.
  (printf '%s\n' 'CREATE DATABASE mysql;' 'USE mysql;' && cat $sql/mysql_system_tables.sql $sql/mysql_system_tables_data.sql) |
    mariadbd --no-defaults --bootstrap --datadir="$root/var/lib/mysql" --user=root 2>/run/lab/mariadb.log ||
    { cat /run/lab/mariadb.log >&2; return 1; }
  printf '%s\n' "CREATE USER app IDENTIFIED BY 'secret';" "DELETE FROM mysql.global_priv WHERE User IN ('', 'root');" \
    'FLUSH PRIVILEGES;' >"$root/init.sql"
  _import mariadb "$root" '["mariadbd","--no-defaults","--user=root","--init-file=/init.sql","--skip-name-resolve",
    "--socket=/tmp/mariadb.sock","--innodb-buffer-pool-size=8M"]'
}

# postgres_image: `lab/postgres`, PostgreSQL 15 on 5432, which lets `app` in from 172.30.0.0/24 and nobody else.
postgres_image() {
  _missing postgres || return 0
  local root data home=/usr/lib/postgresql/15 log=/run/lab/postgres.log
  local as=(setpriv --reuid=postgres --regid=postgres --clear-groups)
  root=$(_skeleton)
  data=$root/var/lib/postgres
  _with "$root" $home/bin/postgres $home/lib/dict_snowball.so $home/lib/plpgsql.so /usr/share/postgresql/15 \
    /usr/share/zoneinfo/Etc || return
  install -d -o postgres -g postgres -m 700 "$data"
  (cd / && "${as[@]}" $home/bin/initdb --no-sync --locale=C --username=postgres "$data" &&
    echo 'CREATE ROLE app LOGIN' | "${as[@]}" $home/bin/postgres --single -D "$data" postgres) >$log 2>&1 ||
    { cat $log >&2; return 1; }
  echo 'host all app 172.30.0.0/24 trust' >"$data/pg_hba.conf"
  chown -R 999:999 "$data"
  _import postgres "$root" '["'$home'/bin/postgres","-D","/var/lib/postgres","-c","listen_addresses=*",
    "-c","unix_socket_directories=/tmp"]' 'USER postgres'
}

_missing() { ! docker image inspect "lab/$1" >/dev/null 2>&1; }

# _skeleton: prints the path of a new root file system.
_skeleton() {
  local root applet
  root=$(mktemp -d /run/lab/image.XXXXXX)
  chmod 755 "$root"
  mkdir -p "$root"/{bin,etc,proc,sys,dev,tmp,run,www,usr/bin,usr/sbin,usr/lib,var/lib}
  chmod 1777 "$root/tmp"
  cp /bin/busybox "$root/bin/busybox"
  for applet in $(busybox --list); do [ "$applet" = busybox ] || ln -s busybox "$root/bin/$applet"; done
  printf 'root:x:0:0::/:/bin/sh\nnobody:x:65534:65534::/:/bin/sh\npostgres:x:999:999::/:/bin/sh\n' >"$root/etc/passwd"
  printf 'root:x:0:\nnogroup:x:65534:\npostgres:x:999:\n' >"$root/etc/group"
  echo "$root"
}

# _with ROOT PATH...
_with() {
  local root=$1 path library
  shift
  for path in "$@"; do
    [ -e "$path" ] || { echo "$path is not installed" >&2; return 1; }
    _copy "$root" "$path"
    find -L "$path" -type f \( -perm -u+x -o -name '*.so*' \) -print0 | xargs -0 -r ldd 2>/dev/null |
      grep -o '/[^ ]*' | sort -u | while read -r library; do [ ! -e "$library" ] || _copy "$root" "$library"; done
  done
}

# Copies with the path kept, following links: the loader asks for the library by the name that ldd printed.
_copy() {
  mkdir -p "$1$(dirname "$2")"
  cp -rL --no-clobber "$2" "$1$2"
}

# _import NAME ROOT COMMAND [INSTRUCTION]: the command in JSON. Removes ROOT.
_import() {
  tar -C "$2" -c . | docker import --change "CMD $(echo "$3" | tr -d '\n')" --change "${4:-USER root}" - "lab/$1" >/dev/null
  rm -r "$2"
}
