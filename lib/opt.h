/* SPDX-License-Identifier: ISC */
/*
 * Command-line options from a table. One table a program feeds the parser,
 * --help, --version, and the completions, so they cannot disagree.
 *
 * Syntax: -x, -xv, -x v, -abc, --name, --name=v, --name v; "--" ends the
 * options; "-" is an operand; operands and options may mix. Abbreviated long
 * names are refused, so that a new option never changes an old script. A
 * repeated scalar: the last one wins.
 */
#ifndef OPT_H
#define OPT_H

#include "attr.h"
#include "fail.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

enum opt_kind {
	OPT_FLAG,       /* bool: set to true */
	OPT_COUNT,      /* unsigned: one more each time */
	OPT_STRING,     /* const char *: borrowed from argv */
	OPT_MAYBE,      /* const char *: --name is "", --name=v is v, and
			 * --name= is misuse */
	OPT_U64,        /* uint64_t: decimal digits, bounded by max */
	OPT_DURATION,   /* int64_t: milliseconds, as num_duration_ms reads */
	OPT_LIST,       /* struct opt_list: one more member each time */
	OPT_CHOICE,     /* unsigned: index of the word in `choices` */
	OPT_HELP,       /* prints the help */
	OPT_VERSION,    /* prints the version */
	OPT_COMPLETION, /* prints the script for a shell, one of `choices` */
};

struct opt {
	char letter;      /* 0: none; each letter also has a name */
	const char *name; /* without dashes */
	const char *arg;  /* what --help calls the value; NULL: takes none */
	enum opt_kind kind;
	size_t offset;       /* of the member in the caller's struct */
	const char *help;    /* a phrase; NULL: listed without one */
	const char *choices; /* OPT_CHOICE: words separated by spaces */
	uint64_t min, max;   /* OPT_U64; max 0 is no limit */
};

/* A value, or a row of the operands; members are borrowed from argv. */
struct opt_list {
	const char **items;
	size_t count;
	size_t capacity;
};

struct opt_program {
	const char *name;
	const char *usage;   /* what follows "usage: " */
	const char *example; /* one line that works */
	/* What to use where somebody wants to give a secret as an option's
	 * value; NULL if the program has none. */
	const char *secret_hint;
	/* Prints lines below "name version"; or NULL. */
	void (*print_version)(FILE *to);
	/* What completes an operand: NULL nothing, "FILE" a file's name, else
	 * a line of what this command prints. */
	const char *operands;
	/* For OPT_COMPLETION: `shell` is an index of its choices. */
	void (*print_completion)(const struct opt_program *program,
	    unsigned shell, FILE *to);
	const struct opt *table;
	size_t count;
};

enum opt_result {
	OPT_RUN,  /* go on */
	OPT_DONE, /* help or version was printed: exit with STATUS_OK */
	OPT_BAD,  /* `why` says what is wrong */
};

/* Parses argv into the struct at `into` and the operands into `operands`,
 * whose array the caller frees (opt_list_free). Values already in `into` are
 * the defaults. */
ATTR_NODISCARD
enum opt_result opt_parse(const struct opt_program *program, int argc,
    char **argv, void *into, struct opt_list *operands, struct fail *why);

/* Writes the help, at most 24 lines of 80 columns: options with a phrase get
 * a line, the others are named in one list. */
void opt_print_help(const struct opt_program *program, FILE *to);

void opt_list_free(struct opt_list *list);

#endif
