/* SPDX-License-Identifier: ISC */
/*
 * Handing an answer to libmicrohttpd, whole or with the faults of transport:
 * cut off, slow, endless, reset.
 */
#ifndef MOCK_DELIVERY_H
#define MOCK_DELIVERY_H

#include "reply.h"

#include <microhttpd.h>
#include <pthread.h>
#include <stdbool.h>
#include <stdint.h>

/* Waits that end at once when the server does. */
struct pause {
	pthread_mutex_t lock;
	pthread_cond_t wake;
	bool is_over;
};

void pause_init(struct pause *p);
void pause_free(struct pause *p);
/* False where the server ends. */
bool pause_ms(struct pause *p, uint64_t ms);
void pause_end(struct pause *p);

/* Sends the answer; its body is taken. */
enum MHD_Result delivery_send(struct MHD_Connection *connection,
    struct reply *r, struct pause *p);

#endif
