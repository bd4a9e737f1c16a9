# shellcheck shell=bash
# Which packages each script needs, and how they get onto the machine. Sourced, not run.
# shellcheck disable=SC2034,SC1091,SC2016
# Debian 12 takes libgit2 and Catch2 from bookworm-backports; newer Debian and Ubuntu have them.

packages_build=(g++ cmake ninja-build pkg-config ca-certificates
  libcli11-dev libyaml-cpp-dev libfmt-dev libspdlog-dev libexpected-dev nlohmann-json3-dev
  libcurl4-openssl-dev libssl-dev libsqlite3-dev libsqlitecpp-dev libarchive-dev libgit2-dev libutf8proc-dev libexpat1-dev)
packages_demo=(git python3)
packages_test=(catch2 libcpp-httplib-dev git make python3 tmux openssl procps util-linux
  openssh-server openssh-client gnupg nginx-light fcgiwrap man-db shellcheck
  zsh fish python3-yaml python3-jsonschema
  docker.io iptables docker-compose docker-registry apache2-utils busybox-static mmdebstrap redis-server
  gnome-keyring libsecret-tools dbus-daemon
  yamllint flake8 black isort bandit python3-pytest python3-pytest-cov
  python3-fastapi python3-uvicorn python3-httpx python3-redis python3-pymongo python3-sqlalchemy
  python3-flask gunicorn python3-prometheus-client python3-mongomock python3-fakeredis wrk hey npm
  prometheus prometheus-alertmanager curl ansible-core)
# On Ubuntu these are no packages: there the page of a run is not looked at, and no login of AWS is tried.
[ "$(. /etc/os-release && echo "$ID")" != debian ] || packages_test+=(chromium awscli)
packages_full=(clang clang-format clang-tidy clang-tools lld libclang-rt-dev llvm)

as_root() {
  if [ "$(id -u)" -eq 0 ]; then "$@"; else sudo "$@"; fi
}

# Older ones are there on Debian 12, and come in as dependencies of others.
minimum_version() {
  case "$1" in
    libgit2-dev) echo 1.8 ;;
    catch2) echo 3 ;;
    *) echo 0 ;;
  esac
}

# What is here from elsewhere: Debian's package would remove another vendor's.
is_here_otherwise() { # PACKAGE
  case "$1" in
    docker.io) command -v dockerd ;;
    docker-compose) command -v docker-compose || docker compose version ;;
    npm) command -v npm ;;
    *) return 1 ;;
  esac >/dev/null 2>&1
}

# Only what is missing or too old is installed, so that a second run needs no network.
missing_packages() {
  local package status version
  for package in "$@"; do
    ! is_here_otherwise "$package" || continue
    read -r status version < <(dpkg-query -W -f='${db:Status-Status} ${Version}\n' "$package" 2>/dev/null) ||
      status=absent
    if [ "$status" != installed ] || dpkg --compare-versions "$version" lt "$(minimum_version "$package")"; then
      echo "$package"
    fi
  done
}

is_too_old() { # PACKAGE: the newest one that apt can see is older than we need
  local candidate
  candidate=$(apt-cache policy "$1" | awk '$1 == "Candidate:" { print $2 }')
  [ "$candidate" = "(none)" ] || dpkg --compare-versions "${candidate:-0}" lt "$(minimum_version "$1")"
}

codename() { (. /etc/os-release && echo "${VERSION_CODENAME:-}"); }

# Where the machine's apt gets this release from.
mirror_of() { # RELEASE
  apt-get indextargets --format '$(REPO_URI) $(CODENAME)' 'Created-By: Packages' |
    awk -v release="$1" '$2 == release { print $1; exit }'
}

# Adds the release's backports from the mirror that the machine already uses.
enable_backports() {
  local release mirror
  release=$(codename)
  apt-cache policy | grep -q "n=$release-backports" && return
  mirror=$(mirror_of "$release")
  if [ -z "$release" ] || [ -z "$mirror" ]; then
    echo "no mirror of $release is configured in apt: cannot enable its backports" >&2
    return 1
  fi
  echo "deb $mirror $release-backports main" |
    as_root tee /etc/apt/sources.list.d/pipectl-backports.list >/dev/null
  as_root apt-get update -q
}

install_packages() {
  local wanted backported=()
  mapfile -t wanted < <(missing_packages "$@")
  [ "${#wanted[@]}" -gt 0 ] || return 0
  if ! command -v apt-get >/dev/null; then
    echo "these packages are needed and apt-get is not here: ${wanted[*]}" >&2
    return 1
  fi
  echo "installing: ${wanted[*]}"
  as_root apt-get update -q
  if is_too_old libgit2-dev || is_too_old catch2; then
    enable_backports
    mapfile -t backported < <(printf '%s\n' "${wanted[@]}" | grep -xE 'libgit2-dev|catch2')
    mapfile -t wanted < <(printf '%s\n' "${wanted[@]}" | grep -vxE 'libgit2-dev|catch2')
  fi
  install_now "${wanted[@]}"
  if [ "${#backported[@]}" -gt 0 ]; then
    install_now -t "$(codename)-backports" "${backported[@]}"
  fi
}

install_now() {
  [ "$#" -gt 0 ] || return 0
  as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y -q --no-install-recommends "$@"
}
