#!/bin/sh
# The completions that --completion prints, in the shells that they are for.
. "${0%/*}/lib.sh"

cd "$T" || exit 1
for program in logto-token logto-fetch ndjson-to-sql; do
	for shell in bash zsh fish; do
		run $program --completion=$shell
		exits 0 "$program --completion=$shell"
		mv out $program.$shell
	done
	run $program --completion=tcsh
	fails 2 "takes one of: bash zsh fish; not 'tcsh'" \
		"$program: another shell"
	$program --help | grep -o -e '--[a-z][a-z-]*' | sort -u >help
	# The example and the phrases of a help name other programs' options.
	sed -n "s/^complete -c $program -l \([a-z-]*\).*/--\1/p" \
		$program.fish | sort >in.fish
	is "$(comm -13 help in.fish)" '' "$program: each completed option is in the help"
	tr " '" '\n\n' <$program.bash | grep -x -e '--[a-z][a-z-]*' |
		sort -u >in.bash
	is "$(cat in.bash)" "$(cat in.fish)" "$program: bash and fish know the same"
	grep -o -e '^ .*' $program.zsh | grep -v -e "'\*:" |
		sed "s/^[^-]*([^)]*)'/ /; s/^[^-]*\(-.[+]*,\)*\(--[a-z-]*[a-z]\).*/\2/" |
		sort >in.zsh
	is "$(cat in.zsh)" "$(cat in.fish)" "$program: and so does zsh"
done
touch 'a file' fragment
mkdir folder

# complete_bash WORD...: the candidates for the last word, a line each.
complete_bash() {
	bash --norc -c '. "./$1.bash"
		COMP_WORDS=("$@") COMP_CWORD=$(($# - 1))
		"_${1//-/_}" && printf "%s\n" "${COMPREPLY[@]}"' bash "$@"
}

if command -v bash >/dev/null; then
	is "$(complete_bash logto-token --cac)" '--cache-dir
--cacert' 'bash: options'
	is "$(complete_bash ndjson-to-sql --stats '')" 'text
json' 'bash: words of a choice'
	is "$(complete_bash ndjson-to-sql --stats = j)" json \
		'bash: behind the sign'
	is "$(complete_bash ndjson-to-sql --stats =)" 'text
json' 'bash: right behind the sign'
	is "$(complete_bash logto-token -s 'a')" 'a file' \
		'bash: a file, white space in its name'
	is "$(complete_bash logto-token --cache-dir f)" folder \
		'bash: directories only'
	is "$(complete_bash logto-token --endpoint f)" '' \
		'bash: nothing where nothing is known'
	is "$(complete_bash ndjson-to-sql x.db f | LC_ALL=C sort)" 'folder
fragment' 'bash: operands are files'
	is "$(complete_bash logto-fetch capt)" captcha-provider \
		'bash: operands are resources'
	is "$(complete_bash logto-fetch --follow user | head -n 1)" users \
		'bash: a value that may be left out is not waited for'
fi

if command -v fish >/dev/null; then
	complete_fish() {
		fish --no-config -c 'source $argv[1].fish
			complete -C "$argv[1] $argv[2]"' "$@" |
			cut -f 1
	}
	is "$(complete_fish logto-token --cach)" --cache-dir 'fish: options'
	is "$(complete_fish ndjson-to-sql '--stats j')" json \
		'fish: words of a choice'
	is "$(complete_fish logto-fetch capt)" captcha-provider \
		'fish: operands are resources'
	is "$(complete_fish logto-token '--secret-file frag')" fragment \
		'fish: files'
	like "$(fish --no-config -c 'source logto-token.fish
		complete -C "logto-token --dlt"')" "from dlt's " \
		'fish: phrases with a quote in them'
fi

if command -v zsh >/dev/null && has_terminals; then
	mkdir site
	for program in logto-token logto-fetch ndjson-to-sql; do
		cp $program.zsh site/_$program
	done
	# complete_zsh LINE: what a tab makes of it, in a terminal.
	complete_zsh() {
		zsh -f -c 'zmodload zsh/zpty
			zpty shell env TERM=vt100 zsh -f -i
			zpty -w shell "PS1= RPS1= fpath=($PWD/site \$fpath)"
			zpty -w shell "autoload -Uz compinit; compinit -u -D"
			zpty -w shell "stty -echo; echo ready"
			zpty -r -m shell line "*ready*ready*"
			zpty -w -n shell "$1"$'"'\\t'"'
			zpty -w -n shell $'"'\\n'"'
			for i in {1..50}; do
				zpty -r -t shell line && print -rn -- "$line"
				sleep 0.02
			done' zsh "$1" | tr '\r' '\n'
	}
	like "$(complete_zsh 'logto-token --cach')" 'logto-token --cache-dir' \
		'zsh: options'
	like "$(complete_zsh 'ndjson-to-sql --stats=j')" '--stats=json' \
		'zsh: words of a choice'
	like "$(complete_zsh 'logto-token --secret-file=frag')" \
		'--secret-file=fragment' 'zsh: files'
	like "$(complete_zsh 'logto-fetch capt')" "logto-fetch captcha-provider" \
		'zsh: operands are resources'
fi

done_testing
