/* SPDX-License-Identifier: ISC */
/*
 * What is to be fetched: the RESOURCE operands, or the catalogue's own
 * choice for --all, as a list in the order in which they are read.
 */
#ifndef JOB_H
#define JOB_H

#include "attr.h"
#include "catalogue.h"
#include "fail.h"
#include "opt.h"

#include <stdbool.h>
#include <stddef.h>

struct job {
	const struct catalogue_entry *entry; /* NULL: any other path */
	char *path;  /* below /api/, encoded; may hold `*` segments */
	char *query; /* encoded; "" */
	bool is_all; /* chosen by --all: an empty list is told as well */
};

struct job_list {
	struct job *items;
	size_t count, capacity;
};

/* Adds one operand: "users", "roles/x/users", "/api/users?q=a". `params` are
 * those of --param, "name=value". STATUS_USAGE says what is wrong with it. */
ATTR_NODISCARD
int job_add(struct job_list *jobs, const char *operand,
    const struct opt_list *params, struct fail *why);

/* Adds a whole tenant, or of it what `names` says: catalogue names separated
 * by commas, "" for all. */
ATTR_NODISCARD
int job_add_all(struct job_list *jobs, const char *names,
    const struct opt_list *params, struct fail *why);

/* Whether one of them is a list of logs, which a time can narrow. */
bool job_has_logs(const struct job_list *jobs);

void job_free(struct job_list *jobs);

#endif
