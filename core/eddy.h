/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
#pragma once

/**
 * Eddy's loop for C, and for languages that speak to C: a loop that fits into any other one through
 * one descriptor, as eddy::EmbeddedLoop does. The descriptor is watched level-triggered; whenever
 * it is readable, eddy_loop_dispatch() does what there is to do and never waits.
 *
 * Thread: all functions belong to the thread of the loop, which is that of the last dispatch, but
 * for the functions of eddy_remote.
 */

#include <stdint.h>

#include <eddy/core/base/export.h>

#ifdef __cplusplus
extern "C" {
#endif

/* NOLINTBEGIN(modernize-*): C */

/** The loop, an eddy::Loop. */
typedef struct eddy_loop eddy_loop;
/** The way into a loop from any thread, at any time: also after the loop has gone. */
typedef struct eddy_remote eddy_remote;

/** A function of the program; `data` is what was given with it. No exception may leave it. */
typedef void (*eddy_callback)(void* data);

/** NULL with errno set where there is no memory (ENOMEM) or descriptor left. */
EDDY_API eddy_loop* eddy_loop_create(void);

/**
 * Ends the loop, also within a callback of its own; NULL is fine. What has been posted and has not
 * run is dropped, uncalled. The watch of the descriptor is to be ended before.
 */
EDDY_API void eddy_loop_destroy(eddy_loop* loop);

/** Readable whenever eddy_loop_dispatch() has something to do. It stays the loop's. */
EDDY_API int eddy_loop_fd(const eddy_loop* loop);

/**
 * Nanoseconds from now until eddy_loop_dispatch() has something to do, if the descriptor is not
 * readable before: 0 when it has already, -1 when only descriptors are waited for.
 */
EDDY_API int64_t eddy_loop_next_deadline(const eddy_loop* loop);

/** Runs one turn, of at most the budget and one callback, and returns without waiting. */
EDDY_API void eddy_loop_dispatch(eddy_loop* loop);

/** As eddy_remote_post(), on the loop's thread or on any other one while the loop lives. */
EDDY_API int eddy_loop_post(eddy_loop* loop, eddy_callback callback, void* data);

/**
 * Calls `callback(data)` once, `nanoseconds` from now and never earlier; 0 or less means in a
 * coming turn. Returns 0, ENOMEM, or EPERM where it is found to be called on another thread than
 * the loop's.
 */
EDDY_API int eddy_loop_call_later(eddy_loop* loop, int64_t nanoseconds, eddy_callback callback,
                                  void* data);

/** A remote of the loop, to be freed by its owner, on any thread; NULL where there is no memory. */
EDDY_API eddy_remote* eddy_loop_remote(const eddy_loop* loop);

/** Another remote of the same loop; NULL where there is no memory. Thread-safe. */
EDDY_API eddy_remote* eddy_remote_copy(const eddy_remote* remote);

/** NULL is fine. */
EDDY_API void eddy_remote_free(eddy_remote* remote);

/**
 * Thread-safe. Calls `callback(data)` once on the loop's thread, in a later turn; those of one
 * thread in their order. Returns 0, ENOMEM, or ECANCELED when the loop has gone: then the callback
 * is never called, and `data` is still the caller's. What a loop that is destroyed first had
 * accepted is not called either.
 */
EDDY_API int eddy_remote_post(const eddy_remote* remote, eddy_callback callback, void* data);

/* NOLINTEND(modernize-*) */

#ifdef __cplusplus
} /* extern "C" */
#endif
