/* SPDX-License-Identifier: ISC */
#include "status.h"
int
main(void)
{
	return STATUS_USAGE;
}
