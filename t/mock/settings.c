/* SPDX-License-Identifier: ISC */
/*
 * The options of mock-logto.
 */
#include "settings.h"

#include <stddef.h>
#include <string.h>

#define AT(member) offsetof(struct settings, member)

static const struct opt table[] = {
    {.name = "port",
	.arg = "N",
	.kind = OPT_U64,
	.offset = AT(port),
	.help = "0 is any free port (0)",
	.max = 65535},
    {.name = "url-file",
	.arg = "FILE",
	.kind = OPT_STRING,
	.offset = AT(url_file),
	.help = "write the base URL there"},
    {.name = "parent-death",
	.kind = OPT_FLAG,
	.offset = AT(parent_death),
	.help = "end when stdin closes or the parent dies"},
    {.name = "tenant",
	.arg = "DIR",
	.kind = OPT_STRING,
	.offset = AT(tenant),
	.help = "recorded tenant"},
    {.name = "users",
	.arg = "N",
	.kind = OPT_U64,
	.offset = AT(users),
	.help = "generate users",
	.max = 50000000},
    {.name = "logs",
	.arg = "N",
	.kind = OPT_U64,
	.offset = AT(logs),
	.help = "generate logs",
	.max = 50000000},
    {.name = "seed",
	.arg = "S",
	.kind = OPT_U64,
	.offset = AT(seed),
	.help = "of the generator (1)"},
    {.name = "ties",
	.arg = "N",
	.kind = OPT_U64,
	.offset = AT(ties),
	.help = "generated rows that share one createdAt"},
    {.name = "print",
	.arg = "WHAT",
	.kind = OPT_CHOICE,
	.offset = AT(print),
	.help = "users or logs as NDJSON on stdout, then end",
	.choices = "nothing users logs"},
    {.name = "logto-version",
	.arg = "V",
	.kind = OPT_CHOICE,
	.offset = AT(version),
	.help = "1.39, 1.40, 1.41 or 1.42 (1.42)",
	.choices = "1.39 1.40 1.41 1.42"},
    {.name = "rules",
	.arg = "FILE",
	.kind = OPT_STRING,
	.offset = AT(rules),
	.help = "faults; read again on SIGHUP"},
    {.name = "now", .arg = "MS", .kind = OPT_U64, .offset = AT(now_ms)},
    {.name = "app-id", .arg = "ID", .kind = OPT_STRING, .offset = AT(app_id)},
    {.name = "app-secret",
	.arg = "S",
	.kind = OPT_STRING,
	.offset = AT(app_secret)},
    {.name = "tenant-name",
	.arg = "NAME",
	.kind = OPT_STRING,
	.offset = AT(tenant_name)},
    {.name = "resource",
	.arg = "URI",
	.kind = OPT_STRING,
	.offset = AT(resource)},
    {.name = "endpoint",
	.arg = "URL",
	.kind = OPT_STRING,
	.offset = AT(endpoint)},
    {.name = "base-path",
	.arg = "PREFIX",
	.kind = OPT_STRING,
	.offset = AT(base_path)},
    {.name = "token-lifetime",
	.arg = "S",
	.kind = OPT_U64,
	.offset = AT(token_lifetime_s)},
    {.name = "token-leeway",
	.arg = "S",
	.kind = OPT_U64,
	.offset = AT(token_leeway_s)},
    {.name = "quota", .arg = "N", .kind = OPT_U64, .offset = AT(quota)},
    {.name = "rate-limit",
	.arg = "N",
	.kind = OPT_U64,
	.offset = AT(rate_limit)},
    {.name = "latency",
	.arg = "MS",
	.kind = OPT_U64,
	.offset = AT(latency_ms),
	.max = 3600000},
    {.name = "no-gzip", .kind = OPT_FLAG, .offset = AT(no_gzip)},
    {.name = "log", .arg = "FILE", .kind = OPT_STRING, .offset = AT(log)},
    {.name = "tls-cert",
	.arg = "FILE",
	.kind = OPT_STRING,
	.offset = AT(tls_cert)},
    {.name = "tls-key",
	.arg = "FILE",
	.kind = OPT_STRING,
	.offset = AT(tls_key)},
    {.letter = 'h',
	.name = "help",
	.kind = OPT_HELP,
	.help = "print this; t/mock/README.md says more"},
};

static const struct opt_program program = {
    .name = "mock-logto",
    .usage = "mock-logto [OPTION...]",
    .example = "mock-logto --port 3001 --logs 1000000",
    .table = table,
    .count = sizeof(table) / sizeof(*table),
};

static const struct settings defaults = {
    .seed = 1,
    .now_ms = 1795500000000,
    .version = LOGTO_1_42,
    .app_id = "verify0client0m2m0001",
    .app_secret = "FAKEsecretFAKEsecretFAKEsecret00",
    .tenant_name = "default",
    .base_path = "",
    .token_lifetime_s = 3600,
};

enum opt_result
settings_parse(struct settings *s, int argc, char **argv, struct fail *why)
{
	struct opt_list operands = {0};
	enum opt_result result;
	size_t len;

	*s = defaults;
	result = opt_parse(&program, argc, argv, s, &operands, why);
	if (result == OPT_RUN && operands.count > 0) {
		(void)fail_set(why, STATUS_USAGE, "unexpected operand '%s'",
		    operands.items[0]);
		result = OPT_BAD;
	}
	if (result == OPT_RUN && !s->tls_cert != !s->tls_key) {
		(void)fail_set(why, STATUS_USAGE,
		    "--tls-cert and --tls-key go together");
		result = OPT_BAD;
	}
	len = strlen(s->base_path);
	if (result == OPT_RUN && len > 0 &&
	    (s->base_path[0] != '/' || s->base_path[len - 1] == '/')) {
		(void)fail_set(why, STATUS_USAGE,
		    "--base-path begins with '/' and ends without one");
		result = OPT_BAD;
	}
	opt_list_free(&operands);
	return result;
}
