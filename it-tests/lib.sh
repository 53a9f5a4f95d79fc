# Functions of ./test. Sourced by it, from the root of the tree.

failures=()
on_17=''
passed=0 failed=0 skipped=0
began=$SECONDS

heading() { printf '\n== %s (%d s)\n' "$1" "$((SECONDS - began))"; }
fail() { failures+=("$1"); }
note() { printf '%s\n' "$1" >> "$COVE_TEST_NOTES"; }

# Without the real thing tests fall back where they can; a build server insists on it.
lacking() {
  if [[ ${CI:-} == true ]]; then
    printf 'test: CI=true insists on %s\n' "$1" >&2
    exit 1
  fi
  note "could not install $1: see above"
}

# --- what a run starts, it ends

begin_run() {
  run_dir=$(mktemp -d "$(scratch_root)/cove-run.XXXXXX")
  # Not below /dev, which tests hide from the commands that they run.
  copy_dir=$(mktemp -d "${TMPDIR:-/tmp}/cove-copy.XXXXXX")
  trap 'leave 130' INT
  trap 'leave 143' TERM HUP
  trap 'leave $?' EXIT
  # Whatever this run starts carries its name in the environment, and is found by it, however it was detached.
  export COVE_TEST_RUN=${run_dir##*/}
  export COVE_TEST_NOTES=$run_dir/notes
  export COVE_TEST_TMP=$run_dir/servers
  export TMPDIR=$run_dir/tmp
  # Tests never touch the state of the person who runs them.
  export COVE_HOME=$run_dir/home
  mkdir -p "$COVE_TEST_TMP" "$TMPDIR"
  : > "$run_dir/began"
  find_jdks
}

# Memory when there is plenty: servers sync all that they store.
scratch_root() {
  local free
  free=$(df -Pk /dev/shm 2> /dev/null | awk 'NR == 2 { print $4 }')
  if [[ -w /dev/shm && ${free:-0} -gt 6000000 ]]; then echo /dev/shm; else echo "${TMPDIR:-/tmp}"; fi
}

# In the background and waited for, since bash answers no signal while a command runs in the foreground.
supervise() {
  local status=0
  "$@" < /dev/null &
  wait $! || status=$?
  return "$status"
}

started_processes() {
  local files file pid
  files=$(grep -lzs "^COVE_TEST_RUN=$COVE_TEST_RUN\$" /proc/[0-9]*/environ) || true
  while read -r file; do
    pid=${file#/proc/} pid=${pid%/environ}
    if [[ $pid != "$$" && -r /proc/$pid/cmdline ]] && [[ $(awk '/^State/ { print $2 }' "/proc/$pid/status" 2> /dev/null) != Z ]]; then
      echo "$pid"
    fi
  done <<< "$files"
}

own_mounts() { awk -v dir="$run_dir/" 'index($5, dir) == 1 { print $5 }' /proc/self/mountinfo; }

# What tests left behind although they ended: each is a failure of its own.
check_leaks() {
  local pids pid mounts left wait_until=$((SECONDS + 5))
  # A mount answers its unmount before its process is gone.
  while pids=$(started_processes) && [[ -n $pids ]] && ((SECONDS < wait_until)); do sleep 0.2; done
  for pid in $pids; do
    fail "process $pid is left: $(tr '\0' ' ' < "/proc/$pid/cmdline" 2> /dev/null | cut -c 1-200)"
  done
  mounts=$(own_mounts)
  if [[ -n $mounts ]]; then fail "left mounted: $mounts"; fi
  left=$(find "$COVE_TEST_TMP" "$TMPDIR" -mindepth 1 -maxdepth 1 \( -name 'cove*' -o -name 'junit*' \) 2> /dev/null || true)
  if [[ -n $left ]]; then fail "temporary files are left: $left"; fi
}

sweep() {
  local mount pids
  own_mounts | while IFS= read -r mount; do
    # The kernel writes a space as \040.
    printf -v mount '%b' "${mount//\\/\\0}"
    fusermount3 -uz "$mount" 2> /dev/null || fusermount -uz "$mount" 2> /dev/null || umount -l "$mount" 2> /dev/null || true
  done
  pids=$(started_processes)
  if [[ -n $pids ]]; then
    # shellcheck disable=SC2086 # one argument each
    kill $pids 2> /dev/null || true
    local wait_until=$((SECONDS + 5))
    while pids=$(started_processes) && [[ -n $pids ]] && ((SECONDS < wait_until)); do sleep 0.2; done
    # shellcheck disable=SC2086
    if [[ -n $pids ]]; then kill -KILL $pids 2> /dev/null || true; fi
  fi
  rm -rf --one-file-system "$run_dir" "$copy_dir"
}

leave() {
  local status=$1
  set +e
  trap - EXIT
  trap '' INT TERM HUP
  sweep
  exit "$status"
}

end_run() {
  check_leaks
  printf '\n'
  if [[ -s $COVE_TEST_NOTES ]]; then sort -u "$COVE_TEST_NOTES" | sed 's/^/note: /'; fi
  local failure
  for failure in "${failures[@]}"; do printf 'FAILED: %s\n' "$failure"; done
  printf 'took %d s\n' "$((SECONDS - began))"
  if [[ $mode != fast ]]; then
    printf 'tests: %d passed, %d failed, %d skipped\n' "$passed" "$failed" "$skipped"
    if ((passed + failed == 0)); then exit 1; fi
  fi
  if ((${#failures[@]} > 0)); then exit 1; fi
  exit 0
}

# --- Java and Maven

version_of() { sed -n 's/^JAVA_VERSION="\(.*\)"/\1/p' "$1/release"; }

# Sets newest_jdk, and jdk_17 when there is one.
find_jdks() {
  newest_jdk='' jdk_17=''
  local home version major newest=0
  if [[ -z $(jdk_homes) ]] || ! command -v mvn > /dev/null; then
    it-tests/provision jdk || { echo 'test: needs a JDK (17 or newer) and Maven 3.8 or newer' >&2; exit 1; }
  fi
  for home in $(jdk_homes); do
    version=$(version_of "$home") major=${version%%[.+-]*}
    if ((major > newest)); then newest=$major newest_jdk=$home; fi
    if ((major == 17)); then jdk_17=$home; fi
  done
  if ((newest < 17)); then
    echo 'test: needs a JDK, 17 or newer' >&2
    exit 1
  fi
  if ((newest < 21)); then note "an older Error Prone ran, without NullAway's JSpecify mode: the current one needs JDK 21, and $newest is the newest here"; fi
}

jdk_homes() {
  local home
  for home in "${JAVA_HOME:-}" "$(dirname "$(dirname "$(readlink -f "$(command -v javac || echo /none/bin/javac)")")")" \
    /usr/lib/jvm/* "$HOME"/.sdkman/candidates/java/* "$HOME"/.jdks/*; do
    if [[ -x $home/bin/javac && -r $home/release ]]; then readlink -f "$home"; fi
  done | sort -u
}

use_jdk() { export JAVA_HOME=$1 COVE_JAVA=$1; }

maven() {
  local quiet=''
  # Maven's own use of Unsafe is nothing to warn its users of; older runtimes refuse the flag.
  if (($(version_of "$JAVA_HOME" | cut -d . -f 1) >= 24)); then quiet=' --sun-misc-unsafe-memory-access=allow'; fi
  MAVEN_OPTS=${MAVEN_OPTS:--XX:+UseSerialGC -XX:TieredStopAtLevel=1}$quiet \
    supervise mvn -B -ntp -Dstyle.color=never --fail-at-end \
    "-Dcove.test.tmp=$TMPDIR" "$@"
}

# The same classes on JDK 17, in a copy of the tree: most tests wait more than they compute. Without those of the group
# newest-jdk, which take long and would find nothing else there.
begin_on_17() {
  cp -a . "$copy_dir"
  (
    cd "$copy_dir"
    COVE_JAVA=$jdk_17 maven -o verify -DexcludedGroups=soak,newest-jdk -Djvm="$jdk_17/bin/java" -Dcove.test.jvm.flags= \
      -Dspotless.check.skip -Denforcer.skip "${arguments[@]}"
  ) > "$run_dir/on-17.log" 2>&1 &
  on_17=$!
}

await_17() {
  if [[ -z $on_17 ]]; then return; fi
  local status=0
  wait "$on_17" || status=$?
  heading "the same classes tested on JDK $(version_of "$jdk_17")"
  cat "$run_dir/on-17.log"
  if ((status > 0)); then fail "tests on JDK $(version_of "$jdk_17")"; fi
  count_tests "$copy_dir"
}

# Adds up the reports of this run below a tree.
count_tests() {
  local sums
  sums=$(find "$1" -path "*/target/*-reports/TEST-*.xml" -newer "$run_dir/began" -print0 | xargs -0 -r awk '
    /<testsuite / {
      for (i = 1; i <= NF; i++) {
        split($i, pair, "\"")
        if ($i ~ /^tests=/) tests += pair[2]
        if ($i ~ /^(errors|failures)=/) bad += pair[2]
        if ($i ~ /^skipped=/) skipped += pair[2]
      }
    }
    END { print tests - bad - skipped, bad + 0, skipped + 0 }')
  local p f s
  read -r p f s <<< "${sums:-0 0 0}"
  passed=$((passed + p)) failed=$((failed + f)) skipped=$((skipped + s))
}

# The modules with uncommitted changes and those that need them; none when that is all of them.
touched_modules() {
  local touched before pom
  touched=$(git status --porcelain --untracked-files=all 2> /dev/null | sed 's/^...//; s/.* -> //' | cut -d / -f 1 | sort -u)
  # Tests there hold the pages to what they say.
  if grep -qx docs <<< "$touched"; then touched+=$'\ncli\nit-tests'; fi
  if grep -qx pom.xml <<< "$touched"; then return; fi
  touched=$(for pom in */pom.xml; do echo "${pom%/pom.xml}"; done | grep -xF "$touched" || true)
  while [[ $touched != "${before:-}" ]]; do
    before=$touched
    for pom in */pom.xml; do
      if sed -n '/<groupId>dev.cove</{n;s/.*<artifactId>\(.*\)<.*/\1/p}' "$pom" | grep -qxF "$touched"; then
        touched=$(printf '%s\n%s\n' "$touched" "${pom%/pom.xml}" | sort -u)
      fi
    done
  done
  echo "$touched"
}

# Leaves out the unit tests of modules that no change reaches.
mark_untouched() {
  local touched=$1 pom module
  for pom in */pom.xml; do
    module=${pom%/pom.xml}
    rm -f "$module/target/fast/untouched"
    if [[ -n $touched ]] && ! grep -qx "$module" <<< "$touched"; then
      mkdir -p "$module/target/fast"
      : > "$module/target/fast/untouched"
    fi
  done
}

# Once a build with these very poms went through, all that they name is here and the network is not asked.
poms_digest() { find . -name pom.xml -not -path '*/target/*' -print0 | sort -z | xargs -0 cat | sha256sum | cut -d ' ' -f 1; }
poms_stamp() { printf '%s/poms/%s\n' "$(dirname "$(it-tests/provision bin)")" "$(poms_digest)"; }
poms_are_known() { [[ -e $(poms_stamp) ]]; }
remember_poms() {
  local stamp
  stamp=$(poms_stamp)
  mkdir -p "${stamp%/*}"
  : > "$stamp"
}

# --- servers

wanted_servers() {
  if [[ -z ${COVE_TEST_S3_ENDPOINT:-} ]]; then echo minio; fi
  if [[ -z ${COVE_TEST_GCS_ENDPOINT:-} ]]; then echo fake-gcs; fi
  echo toxiproxy
}
