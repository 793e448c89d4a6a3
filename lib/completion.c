/* SPDX-License-Identifier: ISC */
/*
 * The three scripts. What a value may be follows from what the table calls
 * it: the words of a choice, FILE, DIR; for anything else nothing is offered.
 */
#include "completion.h"

#include "opt.h"

#include <stdbool.h>
#include <string.h>

enum value {
	VALUE_FREE,
	VALUE_WORDS,
	VALUE_FILE,
	VALUE_DIR,
};

static enum value
value_of(const struct opt *o)
{
	if (o->choices)
		return VALUE_WORDS;
	if (o->arg && strcmp(o->arg, "FILE") == 0)
		return VALUE_FILE;
	if (o->arg && strcmp(o->arg, "DIR") == 0)
		return VALUE_DIR;
	return VALUE_FREE;
}

static bool
needs_value(const struct opt *o)
{
	return o->arg && o->kind != OPT_MAYBE;
}

/* Writes the text as it may stand between single quotes, with a backslash
 * before each byte of `special`. */
static void
put(const char *text, const char *special, const char *quote, FILE *to)
{
	for (; *text; text++) {
		if (*text == '\'') {
			(void)fputs(quote, to);
			continue;
		}
		if (strchr(special, *text))
			(void)fputc('\\', to);
		(void)fputc(*text, to);
	}
}

/* The name of the function that completes: '-' may not be part of it. */
static void
put_function(const char *name, FILE *to)
{
	(void)fputc('_', to);
	for (; *name; name++)
		(void)fputc(*name == '-' ? '_' : *name, to);
}

/* --- bash --------------------------------------------------------------- */

/* Lines that give the candidates of an option's value. `=--name` stands for
 * "--name=" and the value joined to it. */
static void
put_bash_value(const struct opt *o, FILE *to)
{
	(void)fputc('\t', to);
	if (o->letter)
		(void)fprintf(to, "-%c|", o->letter);
	if (needs_value(o))
		(void)fprintf(to, "--%s|", o->name);
	(void)fprintf(to, "=--%s) ", o->name);
	switch (value_of(o)) {
	case VALUE_FREE:
		break;
	case VALUE_WORDS:
		(void)fprintf(to, "words='%s' ", o->choices);
		break;
	case VALUE_FILE:
		(void)fputs("action=file ", to);
		break;
	case VALUE_DIR:
		(void)fputs("action=directory ", to);
		break;
	}
	(void)fputs(";;\n", to);
}

static void
put_bash_operands(const struct opt_program *program, FILE *to)
{
	if (!program->operands)
		return;
	if (strcmp(program->operands, "FILE") == 0)
		(void)fputs("\t*) action=file ;;\n", to);
	else
		(void)fprintf(to, "\t*) words=$(%s 2>/dev/null) ;;\n",
		    program->operands);
}

static void
print_bash(const struct opt_program *program, FILE *to)
{
	put_function(program->name, to);
	/* readline splits "--name=value" at the sign. */
	(void)fputs("()\n{\n"
		    "\tlocal current=${COMP_WORDS[COMP_CWORD]} words= action=\n"
		    "\tlocal before=${COMP_WORDS[COMP_CWORD-1]}\n"
		    "\tif [[ $before == = && COMP_CWORD -ge 2 ]]; then\n"
		    "\t\tbefore==${COMP_WORDS[COMP_CWORD-2]}\n"
		    "\telif [[ $current == = ]]; then\n"
		    "\t\tcurrent= before==$before\n"
		    "\tfi\n"
		    "\tcase $before in\n",
	    to);
	for (size_t i = 0; i < program->count; i++)
		if (program->table[i].arg)
			put_bash_value(&program->table[i], to);
	(void)fputs("\t*) case $current in\n\t-*) words='", to);
	for (size_t i = 0; i < program->count; i++)
		(void)fprintf(to, "%s--%s", i ? " " : "",
		    program->table[i].name);
	(void)fputs("' ;;\n", to);
	put_bash_operands(program, to);
	(void)
	    fputs("\tesac ;;\n\tesac\n"
		  "\tif [[ $action ]]; then\n"
		  "\t\tcompopt -o filenames 2>/dev/null\n"
		  "\t\tlocal IFS=$'\\n'\n"
		  "\t\tCOMPREPLY=($(compgen -A \"$action\" -- \"$current\"))\n"
		  "\telse\n"
		  "\t\tCOMPREPLY=($(compgen -W \"$words\" -- \"$current\"))\n"
		  "\tfi\n}\ncomplete -F ",
		to);
	put_function(program->name, to);
	(void)fprintf(to, " %s\n", program->name);
}

/* --- zsh ---------------------------------------------------------------- */

/* The rows of _arguments: '(-o --output)'{-o+,--output=}'[phrase]:FILE:...' */
static void
put_zsh_option(const struct opt *o, FILE *to)
{
	bool repeats = o->kind == OPT_LIST || o->kind == OPT_COUNT;
	const char *sign = !o->arg ? "" : needs_value(o) ? "=" : "=-";

	(void)fputs(" \\\n    ", to);
	if (o->letter && !repeats)
		(void)fprintf(to, "'(-%c --%s)'", o->letter, o->name);
	(void)fputs(repeats ? "'*'" : "", to);
	if (o->letter)
		(void)fprintf(to, "{-%c%s,--%s%s}", o->letter,
		    needs_value(o) ? "+" : "", o->name, sign);
	else
		(void)fprintf(to, "--%s%s", o->name, sign);
	(void)fputs("'", to);
	if (o->help) {
		(void)fputc('[', to);
		put(o->help, "[]:\\", "'\\''", to);
		(void)fputc(']', to);
	}
	if (o->arg) {
		(void)fputs(o->kind == OPT_MAYBE ? "::" : ":", to);
		put(o->arg, "[]:\\", "'\\''", to);
		(void)fputc(':', to);
	}
	switch (value_of(o)) {
	case VALUE_FREE:
		break;
	case VALUE_WORDS:
		(void)fprintf(to, "(%s)", o->choices);
		break;
	case VALUE_FILE:
		(void)fputs("_files", to);
		break;
	case VALUE_DIR:
		(void)fputs("_files -/", to);
		break;
	}
	(void)fputc('\'', to);
}

static void
print_zsh(const struct opt_program *program, FILE *to)
{
	(void)fprintf(to, "#compdef %s\n_arguments -s -S", program->name);
	for (size_t i = 0; i < program->count; i++)
		put_zsh_option(&program->table[i], to);
	if (program->operands && strcmp(program->operands, "FILE") == 0)
		(void)fputs(" \\\n    '*:file:_files'", to);
	else if (program->operands)
		(void)fprintf(to,
		    " \\\n    '*:name:{compadd -- ${(f)\"$(%s "
		    "2>/dev/null)\"}}'",
		    program->operands);
	(void)fputc('\n', to);
}

/* --- fish --------------------------------------------------------------- */

static void
put_fish_option(const char *name, const struct opt *o, FILE *to)
{
	(void)fprintf(to, "complete -c %s -l %s", name, o->name);
	if (o->letter)
		(void)fprintf(to, " -s %c", o->letter);
	if (needs_value(o))
		(void)fputs(" -r", to);
	switch (value_of(o)) {
	case VALUE_FREE:
		break;
	case VALUE_WORDS:
		(void)fprintf(to, " -f -a '%s'", o->choices);
		break;
	case VALUE_FILE:
		(void)fputs(" -F", to);
		break;
	case VALUE_DIR:
		(void)fputs(" -f -a '(__fish_complete_directories)'", to);
		break;
	}
	if (o->help) {
		(void)fputs(" -d '", to);
		put(o->help, "\\", "\\'", to);
		(void)fputc('\'', to);
	}
	(void)fputc('\n', to);
}

static void
print_fish(const struct opt_program *program, FILE *to)
{
	if (!program->operands || strcmp(program->operands, "FILE") != 0)
		(void)fprintf(to, "complete -c %s -f\n", program->name);
	if (program->operands && strcmp(program->operands, "FILE") != 0)
		(void)fprintf(to, "complete -c %s -a '(%s 2>/dev/null)'\n",
		    program->name, program->operands);
	for (size_t i = 0; i < program->count; i++)
		put_fish_option(program->name, &program->table[i], to);
}

void
completion_print(const struct opt_program *program, unsigned shell, FILE *to)
{
	static void (*const print[])(const struct opt_program *,
	    FILE *) = {print_bash, print_zsh, print_fish};

	print[shell](program, to);
}
