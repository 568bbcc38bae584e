import type { Place, Word } from "./tree.ts";

export const SHELLS = ["bash", "zsh", "fish"] as const;
type Shell = (typeof SHELLS)[number];

/** The script that completes `ade` in a shell, for these places. Pure. */
export function completionScript(shell: Shell, places: readonly Place[]): string {
  return { bash, zsh, fish }[shell](places);
}

const quoted = (text: string): string => `'${text.replaceAll("'", "'\\''")}'`;
const deeper = (places: readonly Place[]): string =>
  places.flatMap(({ at }) => (at === "" ? [] : [`"${at}"`])).join("|");

function bash(places: readonly Place[]): string {
  const cases = places.map(
    ({ at, words }) => `    "${at}") words=${quoted(words.map(({ text }) => text).join(" "))} ;;`,
  );
  return `# bash completion of ade: source <(ade completion bash)
_ade() {
  local at="" words="" word i
  for ((i = 1; i < COMP_CWORD; i++)); do
    word="\${COMP_WORDS[i]}"
    if [[ "$word" == "--" ]]; then return; fi
    case "$at $word" in
      ${deeper(places)}) at="$at $word" ;;
    esac
  done
  case "$at" in
${cases.join("\n")}
  esac
  COMPREPLY=($(compgen -W "$words" -- "\${COMP_WORDS[COMP_CWORD]}"))
}
complete -o default -F _ade ade
`;
}

function zsh(places: readonly Place[]): string {
  const entry = ({ text, description }: Word) => quoted(`${text}:${description.replaceAll(":", "\\:")}`);
  const cases = places.map(
    ({ at, words }) => `    "${at}") entries=(${words.map((word) => entry(word)).join(" ")}) ;;`,
  );
  return `#compdef ade
# zsh completion of ade: source <(ade completion zsh)
_ade() {
  local at="" word
  local -a entries
  for word in "\${(@)words[2,CURRENT-1]}"; do
    if [[ "$word" == "--" ]]; then _normal; return; fi
    case "$at $word" in
      ${deeper(places)}) at="$at $word" ;;
    esac
  done
  case "$at" in
${cases.join("\n")}
  esac
  _describe 'ade' entries || _files
}
compdef _ade ade
`;
}

function fish(places: readonly Place[]): string {
  const lines = places.flatMap(({ at, words }) =>
    words.map(({ text, description, takesValue }) => {
      const what = text.startsWith("--") ? `-l ${text.slice(2)}${takesValue ? " -r" : ""}` : `-f -a ${text}`;
      return `complete -c ade -n ${quoted(`__ade_at "${at}"`)} ${what} -d ${quoted(description)}`;
    }),
  );
  return `# fish completion of ade: ade completion fish | source
set -g __ade_places ${places.map(({ at }) => quoted(at)).join(" ")}
function __ade_at
  set -l at ""
  for word in (commandline -opc)[2..-1]
    if contains -- "$at $word" $__ade_places
      set at "$at $word"
    end
  end
  test "$at" = "$argv[1]"
end
${lines.join("\n")}
`;
}
