/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
 *
 * A program in C with poll() and Eddy's loop in it. Ends with 0 when all is as eddy.h says.
 */
#include <eddy/core/eddy.h>

#include <errno.h>
#include <poll.h>
#include <pthread.h>
#include <stdio.h>
#include <time.h>

enum { post_count = 1000 };

static int failures;
static int posted;
static int in_order = 1;
static int timer_fired;
static int dropped;
static int destroyed;

static void expect(int good, const char* what) {
  if (good) return;
  ++failures;
  fprintf(stderr, "loop_test.c: %s\n", what);
}

static void on_post(void* data) {
  if (*(int*)data != posted) in_order = 0;
  ++posted;
}

static void on_timer(void* data) { *(int*)data = 1; }

static void on_drop(void* data) { ++*(int*)data; }

static void destroy(void* loop) {
  eddy_loop_destroy((eddy_loop*)loop);
  destroyed = 1;
}

static void* post_all(void* remote) {
  static int numbers[post_count];
  for (int i = 0; i < post_count; ++i) {
    numbers[i] = i;
    expect(eddy_remote_post((eddy_remote*)remote, on_post, &numbers[i]) == 0, "a post is refused");
  }
  eddy_remote_free((eddy_remote*)remote);
  return NULL;
}

static double seconds(void) {
  struct timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

int main(void) {
  eddy_loop* loop = eddy_loop_create();
  expect(loop != NULL, "no loop");
  if (loop == NULL) return 1;
  expect(eddy_loop_next_deadline(loop) == -1, "a deadline of nothing");
  const double start = seconds();
  expect(eddy_loop_call_later(loop, 20 * 1000 * 1000, on_timer, &timer_fired) == 0, "no timer");
  const int64_t left = eddy_loop_next_deadline(loop);
  expect(left > 0 && left <= 20 * 1000 * 1000, "the timer's deadline");

  pthread_t thread;
  expect(pthread_create(&thread, NULL, post_all, eddy_loop_remote(loop)) == 0, "no thread");
  while ((posted < post_count || !timer_fired) && seconds() < start + 10) {
    struct pollfd descriptor = {eddy_loop_fd(loop), POLLIN, 0};
    if (poll(&descriptor, 1, 1000) > 0) eddy_loop_dispatch(loop);
  }
  pthread_join(thread, NULL);
  expect(posted == post_count && in_order, "all posts run, in their order");
  expect(timer_fired && seconds() >= start + 0.02, "the timer fires, and not early");

  /* What the loop has not run is dropped with it, and afterwards nothing is accepted. */
  eddy_remote* remote = eddy_loop_remote(loop);
  eddy_remote* copy = eddy_remote_copy(remote);
  expect(eddy_loop_post(loop, on_drop, &dropped) == 0, "a post of its own thread is refused");
  expect(eddy_loop_next_deadline(loop) == 0, "a post is work for now");
  eddy_loop_destroy(loop);
  expect(eddy_remote_post(remote, on_drop, &dropped) == ECANCELED, "a loop that has gone accepts");
  eddy_remote_free(remote);
  expect(eddy_remote_post(copy, on_drop, &dropped) == ECANCELED, "a loop that has gone accepts");
  eddy_remote_free(copy);
  expect(dropped == 0, "what was dropped was called");
  eddy_loop_destroy(NULL);

  /* A callback may end the loop. */
  loop = eddy_loop_create();
  expect(eddy_loop_post(loop, destroy, loop) == 0, "a post is refused");
  expect(eddy_loop_post(loop, on_drop, &dropped) == 0, "a post is refused");
  eddy_loop_dispatch(loop);
  expect(destroyed && dropped == 0, "the callback ends the loop, and nothing runs behind it");
  eddy_remote_free(NULL);
  return failures == 0 ? 0 : 1;
}
