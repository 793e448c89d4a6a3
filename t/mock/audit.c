/* SPDX-License-Identifier: ISC */
/*
 * Rendering of generated audit logs. A kind is a template of the payload
 * behind `userAgentParsed`; the letters in it are listed at put_value.
 */
#include "audit.h"

#include "people.h"
#include "template.h"

#include <string.h>

struct kind {
	const char *key;
	unsigned weight;   /* of 1000 */
	bool is_machine;   /* an application signs in, no person */
	bool has_user;     /* payload.userId is there */
	const char *error; /* payload.error as JSON; NULL: a success */
	const char *rest;  /* the members behind applicationId */
};

#define OIDC_PARAMS                                                            \
	"\"params\":{\"scope\":\"openid profile offline_access\",\"state\":"   \
	"\"s\",\"prompt\":\"consent\",\"client_id\":\"$a\","                   \
	"\"redirect_uri\":\"http://localhost:9001/cb\","                       \
	"\"response_type\":\"code\",\"code_challenge\":\"$h\","                \
	"\"one_time_token\":\"******\",\"code_challenge_method\":\"S256\","    \
	"\"google_one_tap_credential\":\"******\"}"
#define SIGN_IN_CONTEXT "\"signInContext\":{\"ip\":\"$I\",\"userAgent\":\"$U\"}"
#define PASSWORD_RECORD                                                        \
	"{\"id\":\"$v\",\"type\":\"Password\",\"verified\":true,"              \
	"\"identifier\":{\"type\":\"username\",\"value\":\"$N\"}}"
#define INTERACTION_HEAD                                                       \
	"\"captcha\":{\"skipped\":false,\"verified\":false},\"profile\":{}"    \
	"," SIGN_IN_CONTEXT ",\"interactionEvent\":\"SignIn\","                \
	"\"verificationRecords\":["
#define MACHINE_PARAMS                                                         \
	"\"params\":{\"scope\":\"all\",\"resource\":"                          \
	"\"https://$t.logto.app/api\",\"grant_type\":\"client_credentials\","  \
	"\"client_secret\":\"******\"}"
#define RESOURCE                                                               \
	"{\"id\":\"wza9nim6t9d1xcenqvpqa\",\"name\":\"Billing 1\","            \
	"\"tenantId\":\"$t\",\"indicator\":\"https://api1.example.com/v1/\","  \
	"\"isDefault\":false,\"accessTokenTtl\":1200}"
#define STACK                                                                  \
	"\"{\\\"stack\\\":\\\"$E: $e\\\\n    at authenticateClient "           \
	"(file:///srv/app/lib/shared/client_auth.js:295:15)\\\\n    at "       \
	"process.processTicksAndRejections "                                   \
	"(node:internal/process/task_queues:103:5)\\\\n    at async noCache "  \
	"(file:///srv/app/lib/shared/no_cache.js:3:3)\\\",\\\"message\\\":"    \
	"\\\"$e\\\",\\\"allow_redirect\\\":true,\\\"name\\\":\\\"$E\\\","      \
	"\\\"error\\\":\\\"$e\\\",\\\"status\\\":400,\\\"statusCode\\\":400,"  \
	"\\\"expose\\\":true}\""

static const struct kind kinds[] = {
    {"ExchangeTokenBy.ClientCredentials", 250, true, false, NULL,
	MACHINE_PARAMS ",\"scope\":\"all\",\"tokenTypes\":[\"AccessToken\"],"
		       "\"applicationSecret\":{\"name\":\"Default secret\"}"},
    {"ExchangeTokenBy.RefreshToken", 230, false, true, NULL,
	"\"params\":{\"client_id\":\"$a\",\"grant_type\":\"refresh_token\","
	"\"client_secret\":\"******\",\"refresh_token\":\"******\"},"
	"\"scope\":\"openid profile offline_access\",\"tokenTypes\":["
	"\"AccessToken\",\"RefreshToken\",\"IdToken\"]"},
    {"Interaction.Create", 110, false, false, NULL,
	"\"sessionId\":\"$s\"," OIDC_PARAMS ",\"prompt\":{\"name\":\"login\","
	"\"details\":{},\"reasons\":[\"no_session\"]},\"interactionId\":"
	"\"$n\""},
    {"Interaction.End", 110, false, false, NULL,
	"\"sessionId\":\"$s\"," OIDC_PARAMS ",\"interactionId\":\"$n\""},
    {"Interaction.SignIn.Create", 50, false, false, NULL,
	"\"interaction\":{\"mfa\":{}," INTERACTION_HEAD "]}"},
    {"Interaction.SignIn.Verification.Password.Submit", 50, false, false, NULL,
	"\"payload\":{\"password\":\"******\",\"identifier\":{\"type\":"
	"\"username\",\"value\":\"$N\"}},\"interaction\":{\"mfa\":{}"
	"," INTERACTION_HEAD PASSWORD_RECORD "]}"},
    {"Interaction.SignIn.Identifier.Submit", 45, false, true, NULL,
	"\"payload\":{\"verificationId\":\"$v\"},\"interaction\":{\"mfa\":{},"
	"\"userId\":\"$u\"," INTERACTION_HEAD PASSWORD_RECORD "]},"
	"\"verification\":" PASSWORD_RECORD},
    {"Interaction.SignIn.Submit", 45, false, true, NULL,
	"\"interaction\":{\"mfa\":{},\"userId\":\"$u\"," INTERACTION_HEAD
	    PASSWORD_RECORD "]}"},
    {"ExchangeTokenBy.AuthorizationCode", 45, false, true, NULL,
	"\"params\":{\"code\":\"$h\",\"client_id\":\"$a\",\"grant_type\":"
	"\"authorization_code\",\"redirect_uri\":\"http://localhost:9001/cb\","
	"\"client_secret\":\"******\",\"code_verifier\":\"$s\"},\"scope\":"
	"\"openid profile offline_access\",\"tokenTypes\":[\"AccessToken\","
	"\"RefreshToken\",\"IdToken\"]"},
    {"JwtCustomizer.AccessToken", 25, false, true, NULL,
	"\"payload\":{\"token\":\"******\",\"context\":{\"user\":{\"id\":"
	"\"$u\",\"name\":\"$m\",\"roles\":[{\"id\":\"urtcgnkdgvfffxok9hney\","
	"\"name\":\"admin-11\",\"scopes\":[{\"id\":\"8h0zow5k9muibob28tdfn\","
	"\"name\":\"read:things\",\"resource\":" RESOURCE ",\"resourceId\":"
	"\"wza9nim6t9d1xcenqvpqa\",\"description\":\"Scope read:things – "
	"\\\"desc\\\"\"},{\"id\":\"kw0qbcaq107x19mzo4lsu\",\"name\":"
	"\"write:things\",\"resource\":" RESOURCE ",\"resourceId\":"
	"\"wza9nim6t9d1xcenqvpqa\",\"description\":null}],\"description\":"
	"\"Role nr 11\"}],\"avatar\":null,\"profile\":{\"locale\":\"fr-FR\"},"
	"\"username\":\"$N\",\"createdAt\":1795499005707,\"updatedAt\":$c,"
	"\"customData\":{\"plan\":\"pro\",\"seats\":9,\"trial\":true},"
	"\"identities\":{},\"hasPassword\":true,\"isSuspended\":false,"
	"\"cimdClientId\":null,\"lastSignInAt\":$c,\"primaryEmail\":null,"
	"\"primaryPhone\":null,\"applicationId\":\"$a\",\"organizations\":["
	"{\"id\":\"cvtkz6guhrsu\",\"name\":\"Initech 0\",\"description\":"
	"null}],\"ssoIdentities\":[],\"organizationRoles\":[{\"roleId\":"
	"\"7ceemadckh2ycm4gqoiqc\",\"roleName\":\"owner\",\"organizationId\":"
	"\"cvtkz6guhrsu\"}],\"mfaVerificationFactors\":[]},\"application\":"
	"{\"id\":\"$a\",\"name\":\"Žižkov app 1\",\"type\":\"SPA\","
	"\"tenantId\":\"$t\",\"customData\":{\"neg\":-0.000001,\"float\":"
	"0.30000000000000004},\"isThirdParty\":false}},\"tokenType\":"
	"\"access-token\"},\"tenantId\":\"$t\",\"customTokenClaims\":{"
	"\"plan\":\"pro\"}"},
    {"ExchangeTokenBy.ClientCredentials", 15, true, false, STACK,
	MACHINE_PARAMS ",\"tokenTypes\":[]"},
    {"ExchangeTokenBy.Unknown", 5, true, false, STACK,
	"\"params\":{\"actor_token\":\"******\",\"client_secret\":\"******\","
	"\"refresh_token\":\"******\",\"subject_token\":\"******\"},"
	"\"tokenTypes\":[],\"applicationSecret\":{\"name\":"
	"\"Default secret\"}"},
    {"Interaction.SignIn.Verification.Password.Submit", 20, false, false,
	"{\"code\":\"session.invalid_credentials\",\"message\":\"Wrong.\"}",
	"\"payload\":{\"password\":\"******\",\"identifier\":{\"type\":"
	"\"email\",\"value\":\"ada$x@example.com\"}},\"interaction\":{"
	"\"mfa\":{}," INTERACTION_HEAD "]}"},
};

struct agent {
	const char *text;
	const char *parsed; /* what userAgentParsed holds behind "ua" */
};

static const struct agent machines[] = {
    {"curl/7.88.1",
	"\"browser\":{},\"device\":{},\"engine\":{},\"os\":{},"
	"\"cpu\":{}"},
    {"node",
	"\"browser\":{},\"device\":{},\"engine\":{},\"os\":{},"
	"\"cpu\":{}"},
};

static const struct agent browsers[] = {
    {"Mozilla/5.0 (X11; Linux x86_64) Firefox/140.0",
	"\"browser\":{\"name\":\"Firefox\",\"version\":\"140.0\",\"major\":"
	"\"140\"},\"device\":{},\"engine\":{},\"os\":{\"name\":\"Linux\"},"
	"\"cpu\":{\"architecture\":\"amd64\"}"},
    {"Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0",
	"\"browser\":{\"name\":\"Firefox\",\"version\":\"140.0\",\"major\":"
	"\"140\"},\"device\":{},\"engine\":{\"name\":\"Gecko\",\"version\":"
	"\"140.0\"},\"os\":{\"name\":\"Linux\"},\"cpu\":{\"architecture\":"
	"\"amd64\"}"},
    {"Mozilla/5.0 (iPhone; CPU iPhone OS 18_5 like Mac OS X) "
     "AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.5 Mobile/15E148 "
     "Safari/604.1",
	"\"browser\":{\"name\":\"Mobile Safari\",\"version\":\"18.5\","
	"\"major\":\"18\"},\"device\":{\"type\":\"mobile\",\"model\":"
	"\"iPhone\",\"vendor\":\"Apple\"},\"engine\":{\"name\":\"WebKit\","
	"\"version\":\"605.1.15\"},\"os\":{\"name\":\"iOS\",\"version\":"
	"\"18.5\"},\"cpu\":{}"},
};

static const char *const applications[] = {
    "oommh5rs6w08rtt2x3p45",
    "x2ucysl49ntvfp96i7kmb",
    "n9ztcw18fjtrn2n9pbs18",
    "1pcba7xo5o839d20ka9x2",
    "wrksbg9zb1y40lrgp7b8l",
};

static const char *const machine_applications[] = {
    "verify0client0m2m0001",
    "4l89i25i0fgocipd2qm18",
    "0jqwuv4ulcyxcptti6c8x",
};

static const char *const error_names[][2] = {
    {"InvalidRequest", "invalid_request"},
    {"InvalidClientAuth", "invalid_client"},
    {"InvalidTarget", "invalid_target"},
    {"UnsupportedGrantType", "unsupported_grant_type"},
};

enum { KIND_COUNT = sizeof(kinds) / sizeof(*kinds) };

static struct template rests[KIND_COUNT], errors[KIND_COUNT];
/* Which kind each of 1000 equal parts of the hash stands for. */
static unsigned char kind_of_part[1000];

struct entry {
	const struct generator *g;
	const struct row *row;
	uint64_t hash;
	size_t kind;
	uint32_t user; /* index among the users logs may mention */
	const struct agent *agent;
};

void
audit_init(void)
{
	unsigned part = 0;

	for (size_t i = 0; i < KIND_COUNT; i++) {
		template_init(&rests[i], kinds[i].rest);
		template_init(&errors[i], kinds[i].error ? kinds[i].error : "");
		for (unsigned n = 0; n < kinds[i].weight && part < 1000; n++)
			kind_of_part[part++] = (unsigned char)i;
	}
}

static struct entry
entry_of(const struct generator *g, const struct row *row)
{
	struct entry e = {.g = g, .row = row};

	e.hash = generate_mix(g->seed, row->serial, 21);
	e.kind = kind_of_part[e.hash % 1000];
	e.user = (uint32_t)((e.hash >> 32) % g->user_count);
	e.agent = kinds[e.kind].is_machine ? &machines[(e.hash >> 12) % 2]
					   : &browsers[(e.hash >> 12) % 3];
	return e;
}

const char *
audit_key(const struct generator *g, const struct row *row)
{
	return kinds[entry_of(g, row).kind].key;
}

void
audit_id(const struct generator *g, const struct row *row, char *out)
{
	generate_id(out, LONG_ID_LEN, generate_mix(g->seed, row->serial, 22),
	    generate_mix(g->seed, row->serial, 23));
}

static size_t
put_user(const struct entry *e, char *out)
{
	if (e->g->user_ids)
		memcpy(out, e->g->user_ids[e->user], USER_ID_LEN);
	else
		person_id(e->g, e->user, out);
	return USER_ID_LEN;
}

static const char *
application_of(const struct entry *e)
{
	if (kinds[e->kind].is_machine)
		return machine_applications[(e->hash >> 16) % 3];
	return applications[(e->hash >> 16) % 5];
}

size_t
audit_user(const struct generator *g, const struct row *row, char *out)
{
	struct entry e = entry_of(g, row);

	return kinds[e.kind].has_user ? put_user(&e, out) : 0;
}

size_t
audit_application(const struct generator *g, const struct row *row, char *out)
{
	struct entry e = entry_of(g, row);

	memcpy(out, application_of(&e), LONG_ID_LEN);
	return LONG_ID_LEN;
}

static char *
put(char *out, const char *text)
{
	size_t len = strlen(text);

	memcpy(out, text, len);
	return out + len;
}

static char *
put_address(char *out, uint64_t hash)
{
	out = put(out, "10.");
	for (int i = 0; i < 3; i++) {
		out += generate_number(out, hash >> (8 * i) & 255);
		*out++ = '.';
	}
	return out - 1;
}

static char *
put_token(char *out, const struct entry *e, unsigned slot)
{
	generate_token(out, 43, e->hash * 31 + slot);
	return out + 43;
}

/* The username person_field would show costs a second look; logs need only
 * be alike. */
static char *
put_username(char *out, const struct entry *e)
{
	out = put(out, "user_");
	return out + generate_number(out, e->user);
}

static char *
put_value(char *out, char code, const struct entry *e)
{
	const char *const *error = error_names[(e->hash >> 20) % 4];

	switch (code) {
	case 'a': /* the application */
		return put(out, application_of(e));
	case 'c': /* createdAt */
		return out + generate_number(out, e->row->us / 1000);
	case 'E': /* an error class, and its code */
		return put(out, error[0]);
	case 'e':
		return put(out, error[1]);
	case 'h': /* a code or code challenge */
		return put_token(out, e, 1);
	case 'I': /* the client's address */
		return put_address(out, e->hash >> 24);
	case 'm': /* the user's name */
		return put(out, "José Lovelace");
	case 'N': /* the user's username */
		return put_username(out, e);
	case 'n': /* interaction id */
		return put_token(out, e, 2);
	case 's': /* session id */
		return put_token(out, e, 3);
	case 't': /* tenant id */
		return put(out, e->g->tenant_id);
	case 'U': /* user agent */
		return put(out, e->agent->text);
	case 'u': /* the user's id */
		return out + put_user(e, out);
	case 'v': /* verification id */
		generate_id(out, LONG_ID_LEN, e->hash * 7, e->hash * 13);
		return out + LONG_ID_LEN;
	case 'x': /* a number */
		return out + generate_number(out, e->user);
	default:
		return out;
	}
}

static char *
put_template(char *out, const struct template *t, const struct entry *e)
{
	for (size_t i = 0; i < t->count; i++) {
		const struct piece *piece = &t->pieces[i];

		memcpy(out, piece->text, piece->len);
		out = put_value(out + piece->len, piece->code, e);
	}
	return out;
}

size_t
audit_render(const struct generator *g, const struct row *row, char *out)
{
	struct entry e = entry_of(g, row);
	const struct kind *kind = &kinds[e.kind];
	char *o = put(out, "{\"tenantId\":\"");

	o = put(put(o, g->tenant_id), "\",\"id\":\"");
	audit_id(g, row, o);
	o = put(put(o + LONG_ID_LEN, "\",\"key\":\""), kind->key);
	o = put(put(o, "\",\"payload\":{\"key\":\""), kind->key);
	if (kind->error) {
		o = put(o, "\",\"result\":\"Error\",\"error\":");
		o = put_template(o, &errors[e.kind], &e);
		o = put(o, ",\"ip\":\"");
	} else {
		o = put(o, "\",\"result\":\"Success\",\"ip\":\"");
	}
	o = put_address(o, e.hash >> 24);
	o = put(put(o, "\",\"userAgent\":\""), e.agent->text);
	o = put(put(o, "\",\"userAgentParsed\":{\"ua\":\""), e.agent->text);
	o = put(put(o, "\","), e.agent->parsed);
	o = put(o, "},");
	if (kind->has_user) {
		o = put(o, "\"userId\":\"");
		o += put_user(&e, o);
		o = put(o, "\",");
	}
	o = put(put(o, "\"applicationId\":\""), application_of(&e));
	o = put_template(put(o, "\","), &rests[e.kind], &e);
	o = put(o, "},\"createdAt\":");
	o += generate_number(o, row->us / 1000);
	*o++ = '}';
	return (size_t)(o - out);
}
