/* SPDX-License-Identifier: ISC */
/*
 * Changed pages beside the database. The layer is a VFS of SQLite that is the
 * system's but for the main file of a database. A page lies in the temporary
 * file where it lies in the database: that file is mostly holes.
 */
#include "sqlite_overlay.h"

#include "mem.h"

#include <stdlib.h>
#include <string.h>

enum {
	/* Pages that lie behind each other are copied so many bytes at once:
	 * the largest page there is, and half of what SQLite's own function
	 * for files writes in one call. */
	COPY_BYTES = 1 << 16,
};

/* Of the main file; the system's file lies behind it. Any other file is the
 * system's alone. */
struct layer {
	sqlite3_file base;
	struct overlay *overlay;
};

static sqlite3_file *
below(sqlite3_file *file)
{
	return (sqlite3_file *)(void *)((struct layer *)(void *)file + 1);
}

static struct overlay *
overlay_of(sqlite3_file *file)
{
	return ((struct layer *)(void *)file)->overlay;
}

/* --- pages -------------------------------------------------------------- */

static bool
has_page(const struct overlay *o, int64_t page)
{
	size_t byte = (size_t)page / 8;

	return byte < o->pages_bytes && (o->pages[byte] >> page % 8 & 1) != 0;
}

static void
note_page(struct overlay *o, int64_t page)
{
	size_t byte = (size_t)page / 8;

	if (byte >= o->pages_bytes) {
		size_t more = (byte + 1) * 2;

		o->pages = mem_resize(o->pages, more, 1);
		memset(o->pages + o->pages_bytes, 0, more - o->pages_bytes);
		o->pages_bytes = more;
	}
	o->pages[byte] |= (unsigned char)(1 << page % 8);
}

/* SQLite names the file itself, and it goes with its descriptor. */
static int
open_side(struct overlay *o)
{
	const int flags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE |
	    SQLITE_OPEN_EXCLUSIVE | SQLITE_OPEN_DELETEONCLOSE |
	    SQLITE_OPEN_TEMP_DB;
	int code;

	o->side = mem_alloc(1, (size_t)o->system->szOsFile);
	code = o->system->xOpen(o->system, NULL, o->side, flags, NULL);
	if (code == SQLITE_OK)
		return SQLITE_OK;
	free(o->side);
	o->side = NULL;
	return code;
}

static int
put_page(struct overlay *o, const void *bytes, int count, sqlite3_int64 at)
{
	int code = o->side ? SQLITE_OK : open_side(o);

	if (code == SQLITE_OK)
		code = o->side->pMethods->xWrite(o->side, bytes, count, at);
	if (code != SQLITE_OK)
		return code;
	note_page(o, at / o->page_bytes);
	if (at + count > o->size)
		o->size = at + count;
	return SQLITE_OK;
}

/* --- the main file, as SQLite sees it ----------------------------------- */

static int
layer_close(sqlite3_file *file)
{
	overlay_of(file)->file = NULL;
	return below(file)->pMethods->xClose(below(file));
}

static int
layer_read(sqlite3_file *file, void *bytes, int count, sqlite3_int64 at)
{
	const struct overlay *o = overlay_of(file);
	sqlite3_file *from = below(file);

	/* Never more than a page, nor parts of two. */
	if (o->is_on && has_page(o, at / o->page_bytes))
		from = o->side;
	return from->pMethods->xRead(from, bytes, count, at);
}

static int
layer_write(sqlite3_file *file, const void *bytes, int count, sqlite3_int64 at)
{
	struct overlay *o = overlay_of(file);

	if (o->is_on)
		return put_page(o, bytes, count, at);
	return below(file)->pMethods->xWrite(below(file), bytes, count, at);
}

/* While pages go beside, only a rollback shortens the file, back to what it
 * is below. */
static int
layer_truncate(sqlite3_file *file, sqlite3_int64 size)
{
	if (overlay_of(file)->is_on)
		return SQLITE_OK;
	return below(file)->pMethods->xTruncate(below(file), size);
}

static int
layer_sync(sqlite3_file *file, int flags)
{
	if (overlay_of(file)->is_on)
		return SQLITE_OK;
	return below(file)->pMethods->xSync(below(file), flags);
}

static int
layer_size(sqlite3_file *file, sqlite3_int64 *size)
{
	const struct overlay *o = overlay_of(file);
	int code = below(file)->pMethods->xFileSize(below(file), size);

	if (o->is_on && *size < o->size)
		*size = o->size;
	return code;
}

static int
layer_lock(sqlite3_file *file, int level)
{
	/* SQLite asks for it before it writes; nothing is written. */
	if (overlay_of(file)->is_on && level == SQLITE_LOCK_EXCLUSIVE)
		return SQLITE_OK;
	return below(file)->pMethods->xLock(below(file), level);
}

static int
layer_unlock(sqlite3_file *file, int level)
{
	return below(file)->pMethods->xUnlock(below(file), level);
}

static int
layer_check(sqlite3_file *file, int *is_reserved)
{
	return below(file)->pMethods->xCheckReservedLock(below(file),
	    is_reserved);
}

static int
layer_control(sqlite3_file *file, int what, void *argument)
{
	if (overlay_of(file)->is_on && what == SQLITE_FCNTL_SIZE_HINT)
		return SQLITE_OK;
	return below(file)->pMethods->xFileControl(below(file), what, argument);
}

static int
layer_sector(sqlite3_file *file)
{
	return below(file)->pMethods->xSectorSize(below(file));
}

static int
layer_device(sqlite3_file *file)
{
	return below(file)->pMethods->xDeviceCharacteristics(below(file));
}

static int
layer_shm_map(sqlite3_file *file, int page, int size, int extends,
    void volatile **memory)
{
	return below(file)->pMethods->xShmMap(below(file), page, size, extends,
	    memory);
}

static int
layer_shm_lock(sqlite3_file *file, int offset, int count, int flags)
{
	return below(file)->pMethods->xShmLock(below(file), offset, count,
	    flags);
}

static void
layer_shm_barrier(sqlite3_file *file)
{
	below(file)->pMethods->xShmBarrier(below(file));
}

static int
layer_shm_unmap(sqlite3_file *file, int deletes)
{
	return below(file)->pMethods->xShmUnmap(below(file), deletes);
}

/* Version 2: WAL works, and pages are not mapped into memory. */
static const sqlite3_io_methods layer_methods = {
    .iVersion = 2,
    .xClose = layer_close,
    .xRead = layer_read,
    .xWrite = layer_write,
    .xTruncate = layer_truncate,
    .xSync = layer_sync,
    .xFileSize = layer_size,
    .xLock = layer_lock,
    .xUnlock = layer_unlock,
    .xCheckReservedLock = layer_check,
    .xFileControl = layer_control,
    .xSectorSize = layer_sector,
    .xDeviceCharacteristics = layer_device,
    .xShmMap = layer_shm_map,
    .xShmLock = layer_shm_lock,
    .xShmBarrier = layer_shm_barrier,
    .xShmUnmap = layer_shm_unmap,
};

static int
layer_open(sqlite3_vfs *vfs, const char *name, sqlite3_file *file, int flags,
    int *out_flags)
{
	/* The VFS is its first member. */
	struct overlay *o = (struct overlay *)(void *)vfs;
	struct layer *layer = (struct layer *)(void *)file;
	int code;

	if (!(flags & SQLITE_OPEN_MAIN_DB))
		return o->system->xOpen(o->system, name, file, flags,
		    out_flags);
	layer->base.pMethods = NULL;
	layer->overlay = o;
	code = o->system->xOpen(o->system, name, below(file), flags, out_flags);
	if (code != SQLITE_OK)
		return code;
	o->file = below(file);
	layer->base.pMethods = &layer_methods;
	return SQLITE_OK;
}

/* --- for the sink ------------------------------------------------------- */

int
overlay_open(struct overlay *o, struct fail *why)
{
	*o = (struct overlay){.system = sqlite3_vfs_find(NULL)};
	if (!o->system)
		return fail_set(why, STATUS_LOCAL, "SQLite knows no files");
	o->vfs = *o->system;
	o->vfs.pNext = NULL;
	o->vfs.zName = "loader";
	o->vfs.szOsFile += (int)sizeof(struct layer);
	o->vfs.xOpen = layer_open;
	if (sqlite3_vfs_register(&o->vfs, 0) != SQLITE_OK)
		return fail_set(why, STATUS_LOCAL,
		    "cannot make a layer of files for SQLite");
	return 0;
}

const char *
overlay_name(const struct overlay *o)
{
	return o->vfs.zName;
}

static void
forget(struct overlay *o)
{
	if (o->side)
		(void)o->side->pMethods->xClose(o->side);
	free(o->side);
	free(o->pages);
	o->side = NULL;
	o->pages = NULL;
	o->pages_bytes = 0;
	o->size = 0;
	o->is_on = false;
}

void
overlay_begin(struct overlay *o, int64_t page_bytes)
{
	forget(o);
	o->page_bytes = page_bytes;
	o->is_on = o->file != NULL;
}

/* Copies `count` pages from `page` on. */
static int
copy(const struct overlay *o, int64_t page, int64_t count, char *buffer)
{
	int64_t at = page * o->page_bytes;
	int bytes = (int)(count * o->page_bytes);
	int code = o->side->pMethods->xRead(o->side, buffer, bytes, at);

	if (code != SQLITE_OK)
		return code;
	return o->file->pMethods->xWrite(o->file, buffer, bytes, at);
}

static int
copy_all(const struct overlay *o, char *buffer)
{
	int64_t end = (int64_t)o->pages_bytes * 8, most;
	int code = SQLITE_OK;

	most = COPY_BYTES / o->page_bytes;
	for (int64_t page = 0; page < end && code == SQLITE_OK;) {
		int64_t count = 0;

		while (count < most && has_page(o, page + count))
			count++;
		if (count > 0)
			code = copy(o, page, count, buffer);
		page += count > 0 ? count : 1;
	}
	return code;
}

int
overlay_apply(struct overlay *o, struct fail *why)
{
	char *buffer;
	int code;

	if (!o->is_on || !o->side) {
		o->is_on = false;
		return 0;
	}
	code = o->file->pMethods->xLock(o->file, SQLITE_LOCK_EXCLUSIVE);
	if ((code & 0xFF) == SQLITE_BUSY)
		return 1;
	if (code == SQLITE_OK) {
		buffer = mem_resize(NULL, COPY_BYTES, 1);
		code = copy_all(o, buffer);
		free(buffer);
	}
	if (code != SQLITE_OK)
		return fail_set(why, STATUS_LOCAL,
		    "cannot write the database: %s", sqlite3_errstr(code));
	forget(o);
	return 0;
}

void
overlay_free(struct overlay *o)
{
	forget(o);
	if (o->system)
		(void)sqlite3_vfs_unregister(&o->vfs);
	*o = (struct overlay){0};
}
