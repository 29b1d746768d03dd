/** What shells run to complete askonce: each asks `askonce completion --words` anew, and takes its lines as text, never as code. */

/** bash 3.2, as macOS has it, knows no compopt. The first line of an answer says whether names of files may follow; each further one is a word, a tab, what it is for. */
const BASH = `_askonce() {
  local kind word
  COMPREPLY=()
  {
    IFS= read -r kind
    while IFS= read -r word; do COMPREPLY+=("$word"); done
  } < <(command askonce completion --words bash -- "\${COMP_LINE:0:COMP_POINT}" "$COMP_WORDBREAKS" 2>/dev/null </dev/null)
  if [[ $kind == files ]] && ! compopt -o default 2>/dev/null; then
    while IFS= read -r word; do COMPREPLY+=("$(printf %q "$word")"); done < <(compgen -f -- "\${COMP_WORDS[COMP_CWORD]}")
  fi
}
complete -F _askonce askonce askonce-get
`;

const ZSH = `#compdef askonce askonce-get
_askonce() {
  local kind word about explained
  local -a found described typed
  typed=("\${(@Q)words[1,CURRENT-1]}")
  {
    IFS= read -r kind
    while IFS=$'\\t' read -r word about; do
      found+=("$word")
      described+=("$word\${about:+:$about}")
      explained+=$about
    done
  } < <(command askonce completion --words zsh -- "\${typed[@]}" "\${(Q)PREFIX}" 2>/dev/null </dev/null)
  if [[ $kind == files ]]; then
    compset -P '--*='
    _files
  elif [[ -n $explained ]]; then
    _describe -V askonce described
  else
    compadd -- "\${found[@]}"
  fi
}
if [[ \${funcstack[1]} == _askonce ]]; then
  _askonce "$@"
else
  (( \${+functions[compdef]} )) || { autoload -Uz compinit && compinit -i; }
  compdef _askonce askonce askonce-get
fi
`;

const FISH = `function __askonce_words
    set -l current (commandline -ct)
    set -l typed (commandline -opc)
    set -l answer (command askonce completion --words fish -- $typed "$current" 2>/dev/null </dev/null)
    if test "$answer[1]" = files
        __fish_complete_path (string replace -r -- '^--[a-z-]+=' '' "$current")
    else if test (count $answer) -gt 1
        printf '%s\\n' $answer[2..-1]
    end
end
complete -c askonce -f -a '(__askonce_words)'
complete -c askonce-get -f -a '(__askonce_words)'
`;

/** Windows PowerShell leaves out a word that is empty: a dot before each keeps them. */
const POWERSHELL = `Register-ArgumentCompleter -Native -CommandName askonce, askonce-get -ScriptBlock {
  param($wordToComplete, $commandAst, $cursorPosition)
  $typed = @($commandAst.CommandElements | Where-Object { $_.Extent.EndOffset -lt $cursorPosition } |
    ForEach-Object { if ($_.Value -is [string]) { '.' + $_.Value } else { '.' + $_.Extent.Text } })
  $current = '.' + $wordToComplete.Trim([char[]]@("'", '"'))
  $program = Get-Command askonce -CommandType Application, ExternalScript -ErrorAction SilentlyContinue | Select-Object -First 1
  if (-not $program) { return }
  $kind, $lines = @(& $program completion --words powershell -- @typed $current 2>$null)
  foreach ($line in $lines) {
    $word, $about = $line -split "\`t", 2
    if (-not $about) { $about = $word }
    $text = if ($word -match '[^\\w.:/=+-]') { "'" + $word.Replace("'", "''") + "'" } else { $word }
    [System.Management.Automation.CompletionResult]::new($text, $word, 'ParameterValue', $about)
  }
}
`;

/** By the shells' names. */
export const SCRIPTS: ReadonlyMap<string, string> = new Map([
  ["bash", BASH],
  ["zsh", ZSH],
  ["fish", FISH],
  ["powershell", POWERSHELL],
]);
