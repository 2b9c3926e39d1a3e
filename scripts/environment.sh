# Sourced by the scripts beside it: makes .venv with the tested versions, by uv where it is installed, by venv and pip where not.
# make_environment EXTRA [FOLDER]: installs perfagent (editable) with the extra ("" for none).

find_python() {
  for name in python3.13 python3.12 python3.11 python3; do
    if command -v "$name" >/dev/null && "$name" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then
      command -v "$name"
      return
    fi
  done
  echo "perfagent needs Python 3.11 or newer, and none is on PATH: install one, such as: apt-get install python3" >&2
  return 1
}

as_root() {
  if [ "$(id -u)" = 0 ]; then "$@"; elif command -v sudo >/dev/null; then sudo "$@"; else
    echo "this needs root: $*" >&2
    return 1
  fi
}

make_environment() {
  extra=$1
  folder=${2:-.venv}
  python=$(find_python) || return 1
  target=".${extra:+[$extra]}"
  stamp="$folder/.made-from"
  made_from=$(cat pyproject.toml constraints.txt | cksum)" $extra"
  if [ -x "$folder/bin/perfagent" ] && [ "$(cat "$stamp" 2>/dev/null)" = "$made_from" ]; then return; fi
  if command -v uv >/dev/null; then
    uv venv --quiet --allow-existing --python "$python" "$folder" || return 1
    uv pip install --quiet --compile-bytecode --python "$folder/bin/python" --constraint constraints.txt -e "$target" || return 1
  else
    # Debian and Ubuntu keep ensurepip in a package of its own.
    if ! "$python" -c 'import ensurepip' 2>/dev/null; then
      version=$("$python" -c 'import sys; print("%d.%d" % sys.version_info[:2])')
      echo "installing the package python$version-venv, without which Python here cannot make environments"
      { as_root apt-get update -qq && as_root apt-get install -y -qq "python$version-venv"; } >/dev/null || {
        echo "could not: as root, run apt-get install python$version-venv, then start this again" >&2
        return 1
      }
    fi
    [ -x "$folder/bin/pip" ] || "$python" -m venv "$folder" || return 1
    echo "installing perfagent into $folder (about a minute, once)"
    "$folder/bin/pip" install --quiet --disable-pip-version-check --constraint constraints.txt -e "$target" || return 1
  fi
  printf '%s' "$made_from" > "$stamp"
}
