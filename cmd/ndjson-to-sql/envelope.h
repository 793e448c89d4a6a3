/* SPDX-License-Identifier: ISC */
/*
 * The reserved members of a record, which logto-fetch puts around Logto's: see
 * THE STREAM in logto-pipeline(7).
 */
#ifndef ENVELOPE_H
#define ENVELOPE_H

#include "attr.h"
#include "fail.h"

#include <stdbool.h>

struct json_node;

/* NULL: not there. */
struct envelope {
	const struct json_node *resource, *parent, *key, *rows, *error;
};

/* Finds them in the object nodes[0]. */
void envelope_read(const struct json_node *nodes, struct envelope *e);

/* 0, or 1 where one is not what it should be. */
ATTR_NODISCARD
int envelope_check(const struct envelope *e, struct fail *why);

/* "_rows":0, without a record: there is none. */
bool envelope_is_none(const struct envelope *e);

/* "_rows":"all", in a record: all there are will come, of whatever parent. */
bool envelope_is_all(const struct envelope *e);

/* For a record that is at fault: sets `why`, and returns 1. */
int envelope_refuse(struct fail *why, const char *text);

#endif
