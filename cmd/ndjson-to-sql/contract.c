/* SPDX-License-Identifier: ISC */
/*
 * Changes that a contract forbids are noted where they are met, in the middle
 * of a record; what follows from them is up to record.c, at its end.
 */
#include "contract.h"

#include "fail.h"
#include "record.h"
#include "schema.h"

#include <stdlib.h>

static const char *const part_names[] = {"table", "column", "type"};

bool
contract_allows(struct record *r, enum contract_part part,
    const struct member *m)
{
	enum contract contract = r->options.contract[part];
	const struct table *t = m->table;
	char *path;

	/* A table that is new may become what it likes. */
	if (contract == CONTRACT_EVOLVE ||
	    (part != CONTRACT_TABLES && !t->is_stored))
		return true;
	if (contract == CONTRACT_DISCARD_VALUE)
		r->discarded_values++;
	if (contract == CONTRACT_DISCARD_VALUE || r->verdict == CONTRACT_FREEZE)
		return false;
	path = member_path(m);
	r->verdict = contract;
	(void)fail_set(&r->reason, STATUS_DATA,
	    "the contract allows no new %s, as '%s' needs in '%s'",
	    part_names[part], path, t->name);
	free(path);
	return false;
}
