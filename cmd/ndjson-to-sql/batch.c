/* SPDX-License-Identifier: ISC */
/*
 * Rows and their memory. Everything a batch needs grows once and is used
 * again by the next chunk that it carries.
 */
#include "batch.h"

#include "mem.h"

#include <stdalign.h>
#include <stdlib.h>
#include <string.h>

enum {
	BLOCK_BYTES = 256 * 1024,
	/* Blocks that an emptied batch keeps: as many as a chunk of wide
	 * records fills. What one giant record took is given back. */
	KEPT_BLOCKS = 16,
	KEPT_CHUNK_BYTES = 4 << 20,
	/* Room for columns that turn up in the middle of a row. */
	SPARE_CELLS = 8,
};

struct arena_block {
	struct arena_block *older;
	size_t used, size;
	alignas(16) char data[];
};

static struct arena_block *
add_block(struct batch *b, size_t size)
{
	struct arena_block *block = b->spare;

	if (block && size <= BLOCK_BYTES) {
		b->spare = block->older;
	} else {
		if (size < BLOCK_BYTES)
			size = BLOCK_BYTES;
		block = mem_resize(NULL, sizeof(*block) + size, 1);
		block->size = size;
	}
	block->used = 0;
	block->older = b->blocks;
	b->blocks = block;
	b->arena_bytes += block->size;
	return block;
}

void *
batch_alloc(struct batch *b, size_t size)
{
	struct arena_block *block = b->blocks;
	void *memory;

	size = (size + 15) & ~(size_t)15;
	if (!block || size > block->size - block->used)
		block = add_block(b, size);
	memory = block->data + block->used;
	block->used += size;
	return memory;
}

struct batch_table *
batch_table(struct batch *b, struct table *table, size_t id)
{
	if (id >= b->table_count) {
		b->tables = mem_grow(b->tables, &b->table_capacity, id + 1,
		    sizeof(*b->tables));
		memset(b->tables + b->table_count, 0,
		    (id + 1 - b->table_count) * sizeof(*b->tables));
		b->table_count = id + 1;
	}
	b->tables[id].table = table;
	return &b->tables[id];
}

static struct cell *
new_cells(struct batch *b, size_t width)
{
	return memset(batch_alloc(b, width * sizeof(struct cell)), 0,
	    width * sizeof(struct cell));
}

struct row *
batch_add_row(struct batch *b, struct batch_table *t, uint64_t sequence,
    size_t width)
{
	struct row *row;

	t->rows =
	    mem_grow(t->rows, &t->capacity, t->count + 1, sizeof(*t->rows));
	row = &t->rows[t->count++];
	width += SPARE_CELLS;
	*row = (struct row){.cells = new_cells(b, width),
	    .count = (uint32_t)width,
	    .sequence = sequence};
	return row;
}

void
batch_widen(struct batch *b, struct row *row, size_t width)
{
	struct cell *cells;

	if (width <= row->count)
		return;
	width += SPARE_CELLS;
	cells = new_cells(b, width);
	memcpy(cells, row->cells, row->count * sizeof(*cells));
	row->cells = cells;
	row->count = (uint32_t)width;
}

uint64_t
batch_add_origin(struct batch *b, const struct origin *origin)
{
	b->origins = mem_grow(b->origins, &b->origin_capacity,
	    b->origin_count + 1, sizeof(*b->origins));
	b->origins[b->origin_count] = *origin;
	return b->first_sequence + b->origin_count++;
}

const struct origin *
batch_origin(const struct batch *b, const struct row *row)
{
	return &b->origins[row->sequence - b->first_sequence];
}

void
batch_add_change(struct batch *b, struct change change)
{
	b->changes = mem_grow(b->changes, &b->change_capacity,
	    b->change_count + 1, sizeof(*b->changes));
	b->changes[b->change_count++] = change;
}

void
batch_take_back(struct batch *b, uint64_t sequence)
{
	for (size_t i = 0; i < b->table_count; i++) {
		struct batch_table *t = &b->tables[i];

		while (
		    t->count > 0 && t->rows[t->count - 1].sequence == sequence)
			t->count--;
	}
	b->origin_count--;
}

static uint64_t
mix(uint64_t hash)
{
	hash = (hash ^ hash >> 30) * 0xBF58476D1CE4E5B9u;
	return hash ^ hash >> 31;
}

uint64_t
batch_hash_cell(const struct cell *cell, uint64_t seed)
{
	const char *text = cell->text;
	size_t len = cell->len;
	uint64_t hash = seed, word;

	if (cell->kind != CELL_TEXT)
		return mix(hash ^ (uint64_t)cell->integer);
	for (; len > sizeof(word); len -= sizeof(word), text += sizeof(word)) {
		memcpy(&word, text, sizeof(word));
		hash = mix(hash ^ word);
	}
	word = 0;
	if (len > 0)
		memcpy(&word, text, len);
	return mix(mix(hash ^ word) ^ cell->len);
}

void
batch_clear(struct batch *b, uint64_t first_sequence)
{
	struct arena_block *block;
	unsigned kept = 0;

	b->arena_bytes = 0;
	while ((block = b->blocks)) {
		b->blocks = block->older;
		if (block->size == BLOCK_BYTES && kept < KEPT_BLOCKS) {
			block->older = b->spare;
			b->spare = block;
			kept++;
		} else {
			free(block);
		}
	}
	for (size_t i = 0; i < b->table_count; i++) {
		b->tables[i].table = NULL;
		b->tables[i].count = 0;
	}
	if (b->chunk_bytes > KEPT_CHUNK_BYTES) {
		free(b->chunk);
		b->chunk = NULL;
		b->chunk_bytes = 0;
	}
	b->origin_count = 0;
	b->change_count = 0;
	b->first_sequence = first_sequence;
}

static void
free_blocks(struct arena_block *block)
{
	while (block) {
		struct arena_block *older = block->older;

		free(block);
		block = older;
	}
}

void
batch_free(struct batch *b)
{
	free_blocks(b->blocks);
	free_blocks(b->spare);
	for (size_t i = 0; i < b->table_count; i++)
		free(b->tables[i].rows);
	free(b->tables);
	free(b->origins);
	free(b->changes);
	free(b->chunk);
	*b = (struct batch){0};
}
