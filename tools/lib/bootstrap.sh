# SPDX-License-Identifier: Apache-2.0
# Sourced by the commands in tools/: makes a Debian machine able to build and run weir.
# Installs only what is missing, and says what and why. As root, or through sudo.

# package: why weir needs it
weir_packages='
clang-19: compiles weir (g++ 12 builds coroutines wrongly)
libclang-rt-19-dev: the sanitizers that the tests run under
clang-format-19: checks the form of the source
lld-19: links
llvm-19: packs static libraries
ccache: does not compile the same file twice
meson: configures the build
ninja-build: runs the build
pkg-config: finds the libraries
python3: runs the test command
liburing-dev: io_uring, the way to wait on Linux
libssl-dev: TLS, and the keys that NATS users sign with
libpq-dev: the PostgreSQL client library
libsimdjson-dev: reads JSON
libfmt-dev: formats text
libspdlog-dev: writes the log
libcli11-dev: reads command lines
libtomlplusplus-dev: reads configuration files
doctest-dev: the test framework
nats-server: the tests and quickstart run a private one
postgresql: the tests and quickstart run a private one
'

# What tests look with.
weir_test_packages='
cmake: the tests build a program on the installed weir with it
gdb: the tests look at the tasks of a crashed program
libasio-dev: the tests of weir/asio.hpp need it
prometheus: its promtool checks the text of the metrics, the alert rules and the dashboard
python3-prometheus-client: reads the metrics as OpenMetrics
python3-yaml: reads the files that services are deployed by
yamllint: checks the form of these files
'

# What others are measured with, in tools/bench.
weir_peer_packages='
golang-go: compiles the service that weir is measured beside
golang-github-nats-io-go-nats-dev: its NATS client
libnats-dev: the C client that the NATS client is measured beside
golang-github-jackc-pgx-v4-dev: its PostgreSQL client
libasio-dev: coroutines, channels and timers that the runtime is measured beside
'

# Runs a command as root.
weir_as_root() {
  if [ "$(id -u)" -eq 0 ]; then
    "$@"
  elif command -v sudo > /dev/null; then
    sudo "$@"
  else
    echo "error: installing packages needs root, and there is no sudo; as root, run: $*" >&2
    return 1
  fi
}

# Debian's PostgreSQL makes and starts a server of its own when it is installed. weir needs only
# the programs, so that is switched off before the first install; an existing one is left alone.
weir_prevent_postgres_cluster() {
  local settings=/etc/postgresql-common/createcluster.d/no-main-cluster.conf
  if dpkg-query --show --showformat='${db:Status-Status}\n' 'postgresql-[0-9]*' 2> /dev/null |
    grep -qx installed; then
    return
  fi
  echo "  (without the server that Debian would start at once: $settings)"
  weir_as_root sh -c "mkdir -p ${settings%/*} && echo 'create_main_cluster = false' > $settings"
}

# weir_install_packages [LIST]: weir_packages, or another list of the same form.
weir_install_packages() {
  local wanted=${1:-$weir_packages}
  if ! command -v apt-get > /dev/null; then
    echo "note: this is not a Debian system; these must be there already:" >&2
    printf '%s' "$wanted" | sed 's/^/  /' >&2
    return
  fi
  local missing=() package why
  while IFS=': ' read -r package why; do
    [ -n "$package" ] || continue
    if [ "$(dpkg-query --show --showformat='${db:Status-Status}' "$package" 2> /dev/null)" \
      != installed ]; then
      [ ${#missing[@]} -gt 0 ] || echo "installing with apt-get:"
      printf '  %-20s %s\n' "$package" "$why"
      missing+=("$package")
    fi
  done <<< "$wanted"
  [ ${#missing[@]} -gt 0 ] || return 0

  case " ${missing[*]} " in *' postgresql '*) weir_prevent_postgres_cluster ;; esac
  local quiet=(-qq -o Dpkg::Use-Pty=0) log
  log=$(mktemp)
  if ! { weir_as_root env DEBIAN_FRONTEND=noninteractive apt-get "${quiet[@]}" update &&
    weir_as_root env DEBIAN_FRONTEND=noninteractive apt-get "${quiet[@]}" install --yes \
      --no-install-recommends "${missing[@]}"; } > "$log" 2>&1 < /dev/null; then
    tail -n 30 "$log" >&2
    rm -f "$log"
    echo "error: apt-get could not install: ${missing[*]}" >&2
    return 1
  fi
  rm -f "$log"
}
