// Tells the thread sanitizer of what Swift's own libraries order, which are not instrumented: without it, what stands behind a mutex that
// somebody waited for is reported as a race. Loaded before those libraries by `script/test --sanitize thread`, on x86-64 Linux.
#define _GNU_SOURCE
#include <dlfcn.h>
#include <sched.h>
#include <stdatomic.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

// Weak: the program that starts the tests has no sanitizer.
extern void __tsan_acquire(void *) __attribute__((weak));
extern void __tsan_release(void *) __attribute__((weak));

static void acquire(void *place) { if (__tsan_acquire) __tsan_acquire(place); }
static void release(void *place) { if (__tsan_release) __tsan_release(place); }

// What stands behind one of these, looked up once: some are called for every generic type.
static void *original(_Atomic(void *) *known, const char *name) {
    void *found = atomic_load_explicit(known, memory_order_relaxed);
    if (found) return found;
    found = dlsym(RTLD_NEXT, name);
    if (!found) abort();
    atomic_store_explicit(known, found, memory_order_relaxed);
    return found;
}

#define ORIGINAL(name) ({ static _Atomic(void *) known; original(&known, name); })

#define SWIFT __attribute__((swiftcall))
#define SELF __attribute__((swift_context)) void *self

// Synchronization.Mutex: the atomics of one that is free are compiled into the caller; these are called when somebody waits.
#define LOCK "$s15Synchronization12_MutexHandleV9_lockSlowyys6UInt32VF"
#define UNLOCK "$s15Synchronization12_MutexHandleV11_unlockSlowyyF"

SWIFT void lock(uint32_t thread, SELF) __asm__(LOCK);
SWIFT void lock(uint32_t thread, SELF) {
    ((SWIFT void (*)(uint32_t, SELF))ORIGINAL(LOCK))(thread, self);
    acquire(self);
}

SWIFT void unlock(SELF) __asm__(UNLOCK);
SWIFT void unlock(SELF) {
    release(self);
    ((SWIFT void (*)(SELF))ORIGINAL(UNLOCK))(self);
}

// Globals and static members are made by whoever asks first.
struct once {
    void *predicate, *context;
    void (*make)(void *);
};

static void make(void *argument) {
    struct once *once = argument;
    once->make(once->context);
    release(once->predicate);
}

void swift_once(void *predicate, void (*function)(void *), void *context) {
    struct once once = {predicate, context, function};
    ((void (*)(void *, void (*)(void *), void *))ORIGINAL("swift_once"))(predicate, make, &once);
    acquire(predicate);
}

// A continuation that is resumed before it is awaited, or in the few instructions between the call that awaits it and that call's own look: the
// runtime tells of its resumption, and of the awaiting only in the other order. So each goes on by way of `resumed`, which tells of it.
SWIFT void *swift_task_getCurrent(void);

#define ASYNC __attribute__((swiftasynccall))
// The register that holds the context of what is running; what awaits a continuation is given it as any argument.
#define CONTEXT __attribute__((swift_async_context)) struct context *context

// How the context of every asynchronous call begins.
struct context {
    void *parent;
    ASYNC void (*resume)(CONTEXT);
};

// Where those that are awaited go on, by their contexts, of which each awaits one at a time. One that the runtime goes on with by itself is not
// taken out: the next that awaits in its place overwrites it.
struct awaited {
    struct context *context;
    ASYNC void (*resume)(CONTEXT);
    struct awaited *next;
};

#define CHAINS (1 << 16)
static struct chain {
    // Not one that the sanitizer sees: it would take strangers that meet here for ordered.
    atomic_flag lock;
    struct awaited *first;
} chains[CHAINS];

static struct chain *locked(struct context *context) {
    struct chain *chain = &chains[((uintptr_t)context >> 4) % CHAINS];
    while (atomic_flag_test_and_set_explicit(&chain->lock, memory_order_acquire)) sched_yield();
    return chain;
}

static void unlocked(struct chain *chain) { atomic_flag_clear_explicit(&chain->lock, memory_order_release); }

static struct awaited *find(struct chain *chain, struct context *context) {
    struct awaited *awaited = chain->first;
    while (awaited && awaited->context != context) awaited = awaited->next;
    return awaited;
}

static void note(struct context *context) {
    struct chain *chain = locked(context);
    struct awaited *awaited = find(chain, context);
    if (!awaited) {
        awaited = malloc(sizeof *awaited);
        if (!awaited) abort();
        *awaited = (struct awaited){.context = context, .next = chain->first};
        chain->first = awaited;
    }
    awaited->resume = context->resume;
    unlocked(chain);
}

static void restore(struct context *context) {
    struct chain *chain = locked(context);
    struct awaited *awaited = find(chain, context);
    if (!awaited) abort();
    context->resume = awaited->resume;
    unlocked(chain);
}

ASYNC static void resumed(CONTEXT) {
    acquire(swift_task_getCurrent());
    restore(context);
    __attribute__((musttail)) return context->resume(context);
}

static ASYNC void (*await)(struct context *);

ASYNC static void awaiting(struct context *context) {
    note(context);
    context->resume = resumed;
    __attribute__((musttail)) return await(context);
}

// How the runtime's swift_continuation_await begins: it makes its frame, by instructions that may stand anywhere.
static const uint8_t frame[] = {0x55, 0x48, 0x89, 0xe5, 0x41, 0x57, 0x41, 0x54, 0x53, 0x48, 0x83, 0xec, 0x38};

// mov r11, target; jmp r11: as long as that.
static void jump(uint8_t *place, const void *target) {
    memcpy(place, (const uint8_t[]){0x49, 0xbb}, 2);
    memcpy(place + 2, &target, sizeof target);
    memcpy(place + 2 + sizeof target, (const uint8_t[]){0x41, 0xff, 0xe3}, 3);
}

// Swift's libraries call it without a look at who else has the name, for checked continuations and streams, so its beginning is replaced. The
// program that starts the tests is left as it is.
__attribute__((constructor)) static void begin(void) {
    if (!__tsan_acquire) return;
    uint8_t *original = dlsym(RTLD_DEFAULT, "swift_continuation_await");
    if (!original || memcmp(original, frame, sizeof frame) != 0) {
        fputs("This Swift's swift_continuation_await begins otherwise than swift_runtime.c knows.\n", stderr);
        abort();
    }
    uint8_t *moved = mmap(NULL, 2 * sizeof frame, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (moved == MAP_FAILED) abort();
    memcpy(moved, frame, sizeof frame);
    jump(moved + sizeof frame, original + sizeof frame);
    if (mprotect(moved, 2 * sizeof frame, PROT_READ | PROT_EXEC) != 0) abort();
    await = (ASYNC void (*)(struct context *))(void *)moved;
    uintptr_t page = (uintptr_t)original & ~(uintptr_t)4095;
    size_t length = (uintptr_t)original + sizeof frame - page;
    if (mprotect((void *)page, length, PROT_READ | PROT_WRITE | PROT_EXEC) != 0) abort();
    jump(original, (const void *)awaiting);
    if (mprotect((void *)page, length, PROT_READ | PROT_EXEC) != 0) abort();
}
