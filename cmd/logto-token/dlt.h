/* SPDX-License-Identifier: ISC */
/*
 * The credential that dlt has for its Logto source, for those who come from
 * there: client_id and client_secret under
 * [sources.logto_management_api_source] in its secrets.toml.
 */
#ifndef DLT_H
#define DLT_H

#include "attr.h"
#include "fail.h"
#include "settings.h"

/* Reads the file at `path` ("": .dlt/secrets.toml here, else in the home
 * directory, as dlt looks for it) and offers what it holds to the settings,
 * as strong as an option but weaker than --app-id and --secret-file.
 * STATUS_USAGE where it cannot be used, STATUS_REFUSED where others can
 * read it. */
ATTR_NODISCARD
int dlt_read(const char *path, struct settings *settings, struct fail *why);

#endif
