/* SPDX-License-Identifier: ISC */
/*
 * The exit statuses, the same in all programs and in every manual. A script
 * may run the command again after STATUS_RETRY and after nothing else.
 */
#ifndef STATUS_H
#define STATUS_H

enum status {
	STATUS_OK = 0,      /* everything written and flushed */
	STATUS_LOCAL = 1,   /* this machine: I/O, space, memory */
	STATUS_USAGE = 2,   /* wrong usage or configuration */
	STATUS_REFUSED = 3, /* credentials or permission */
	STATUS_RETRY = 4,   /* network, timeout, 429, 5xx after retries */
	STATUS_DATA = 5,    /* malformed, contradictory, over a limit */
};

#endif
