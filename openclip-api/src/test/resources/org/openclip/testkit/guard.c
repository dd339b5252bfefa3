/*
 * An allocator for tests of native code, loaded before a program with LD_PRELOAD. A block ends where
 * a page begins that nobody may touch, so that the first access past it ends the process, in the
 * very function that does it. Bytes between the end and that page, which alignment leaves, and the
 * page before the block are filled with a pattern and looked at when the block is freed.
 *
 *   cc -O1 -fPIC -shared -o guard.so guard.c
 *
 * Layout: [header page][bytes before][block][bytes after][closed page]. All blocks lie in one
 * reserved range of addresses. Pages of freed blocks are kept for blocks of as many pages, since
 * mapping costs more than all else. Aligned blocks of every size are guarded, since kernels compute
 * on these; others from MALLOC_LEAST bytes on.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <sched.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#define PAGE ((size_t)4096)
#define RANGE ((size_t)1 << 44)
#define MALLOC_LEAST ((size_t)4096)
#define KEPT_PAGES 2048
#define KEPT_BYTES ((size_t)1 << 29)
#define KEPT_BLOCKS 8192 /* a process has some 65,000 mappings, and a block takes two */
#define PATTERN 0xA5
#define MAGIC 0x6775617264706167ull

extern void *__libc_malloc(size_t);
extern void *__libc_calloc(size_t, size_t);
extern void *__libc_realloc(void *, size_t);
extern void *__libc_memalign(size_t, size_t);
extern void __libc_free(void *);

struct header {
  uint64_t magic;
  size_t size;
  size_t pages; /* bytes of all pages behind the header's, without the closed one */
  struct header *next; /* of those that are kept */
  uint64_t again;
};

static uintptr_t first;
static uintptr_t end;
static uintptr_t next;

/* The lists of kept pages, by their number. */
static struct header *kept[KEPT_PAGES];
static size_t kept_bytes;
static size_t kept_blocks;
static int locked;

static void lock(void) {
  while (__atomic_exchange_n(&locked, 1, __ATOMIC_ACQUIRE)) {
    sched_yield();
  }
}

static void unlock(void) { __atomic_store_n(&locked, 0, __ATOMIC_RELEASE); }

static void die(const char *what) {
  if (write(2, what, strlen(what)) < 0) {
    _exit(134);
  }
  abort();
}

__attribute__((constructor)) static void reserve(void) {
  void *range = mmap(NULL, RANGE, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
  if (range == MAP_FAILED) {
    die("guard: cannot reserve its range of addresses; is there an ulimit -v?\n");
  }
  first = (uintptr_t)range;
  end = first + RANGE;
  next = first;
}

static int ours(const void *p) {
  uintptr_t at = (uintptr_t)p;
  return at >= first && at < end;
}

static struct header *header(const void *p) {
  return (struct header *)(((uintptr_t)p & ~(PAGE - 1)) - PAGE);
}

/* Pages that can be written, behind a header and before a closed page. */
static struct header *pages_of(size_t pages) {
  size_t list = pages / PAGE;
  struct header *head = NULL;
  lock();
  if (list < KEPT_PAGES && kept[list] != NULL) {
    head = kept[list];
    kept[list] = head->next;
    kept_bytes -= pages;
    kept_blocks--;
    unlock();
    return head;
  }
  uintptr_t base = next;
  next += pages + 2 * PAGE;
  unlock();
  if (base + pages + 2 * PAGE > end) {
    die("guard: its range of addresses is used up\n");
  }
  if (mprotect((void *)base, PAGE + pages, PROT_READ | PROT_WRITE) != 0) {
    die("guard: the system gives no more mappings; see vm.max_map_count\n");
  }
  return (struct header *)base;
}

/* NULL for what is left to the C library. */
static void *guarded(size_t alignment, size_t size) {
  if (first == 0 || alignment > PAGE || size > RANGE / 4) {
    return NULL;
  }
  size_t body = (size + alignment - 1) / alignment * alignment;
  if (body == 0) {
    body = alignment;
  }
  size_t pages = (body + PAGE - 1) / PAGE * PAGE;
  struct header *head = pages_of(pages);
  *head = (struct header){MAGIC, size, pages, NULL, MAGIC};
  char *block = (char *)head + PAGE + pages - body;
  memset(head + 1, PATTERN, (size_t)(block - (char *)(head + 1)));
  memset(block, PATTERN, body);
  return block;
}

static void check(const char *from, const char *to, const char *what) {
  for (; from < to; from++) {
    if (*from != (char)PATTERN) {
      die(what);
    }
  }
}

static void release(char *p) {
  struct header *head = header(p);
  if (head->magic != MAGIC || head->again != MAGIC) {
    die("guard: freed twice, never allocated, or the page before the block was written\n");
  }
  size_t pages = head->pages;
  check((char *)(head + 1), p, "guard: a block was written before its beginning\n");
  check(p + head->size, (char *)head + PAGE + pages, "guard: a block was written past its end\n");
  size_t list = pages / PAGE;
  lock();
  if (list < KEPT_PAGES && kept_bytes + pages <= KEPT_BYTES && kept_blocks < KEPT_BLOCKS) {
    head->magic = 0;
    head->next = kept[list];
    kept[list] = head;
    kept_bytes += pages;
    kept_blocks++;
    unlock();
    return;
  }
  unlock();
  /* Another mapping in its place, not only another protection: memory and page tables go back. */
  if (mmap(head, PAGE + pages, PROT_NONE,
           MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE | MAP_FIXED, -1, 0) == MAP_FAILED) {
    mprotect(head, PAGE + pages, PROT_NONE);
  }
}

void *malloc(size_t size) {
  void *p = size < MALLOC_LEAST ? NULL : guarded(_Alignof(max_align_t), size);
  return p == NULL ? __libc_malloc(size) : p;
}

void *calloc(size_t count, size_t size) {
  size_t all;
  if (__builtin_mul_overflow(count, size, &all)) {
    errno = ENOMEM;
    return NULL;
  }
  void *p = all < MALLOC_LEAST ? NULL : guarded(_Alignof(max_align_t), all);
  return p == NULL ? __libc_calloc(count, size) : memset(p, 0, all);
}

void *realloc(void *old, size_t size) {
  if (!ours(old)) {
    return __libc_realloc(old, size);
  }
  size_t before = header(old)->size;
  void *p = size == 0 ? NULL : malloc(size);
  if (p != NULL) {
    memcpy(p, old, before < size ? before : size);
  }
  if (p != NULL || size == 0) {
    release(old);
  }
  return p;
}

void *memalign(size_t alignment, size_t size) {
  void *p = guarded(alignment < 16 ? 16 : alignment, size);
  return p == NULL ? __libc_memalign(alignment, size) : p;
}

void *aligned_alloc(size_t alignment, size_t size) { return memalign(alignment, size); }

int posix_memalign(void **result, size_t alignment, size_t size) {
  *result = memalign(alignment, size);
  return *result == NULL ? ENOMEM : 0;
}

size_t malloc_usable_size(void *p) {
  if (p == NULL) {
    return 0;
  }
  /* glibc's own blocks have their size, and three flags, in front. */
  return ours(p) ? header(p)->size : (((size_t *)p)[-1] & ~(size_t)7) - 2 * sizeof(size_t);
}

void free(void *p) {
  int error = errno;
  if (ours(p)) {
    release(p);
  } else {
    __libc_free(p);
  }
  errno = error;
}
