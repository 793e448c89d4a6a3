/* SPDX-License-Identifier: ISC */
/*
 * Completion of command lines by shells, written from the option table.
 */
#ifndef COMPLETION_H
#define COMPLETION_H

#include <stdio.h>

struct opt_program;

#define COMPLETION_SHELLS "bash zsh fish"

/* Writes the script for the shell, an index of COMPLETION_SHELLS. It is to be
 * put where that shell looks for completions, or to be sourced. For struct
 * opt_program's print_completion. */
void completion_print(const struct opt_program *program, unsigned shell,
    FILE *to);

#endif
