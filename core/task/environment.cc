// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include <eddy/core/task/environment.h>

#include <utility>

#include <eddy/core/loop/loop_core.h>
#include <eddy/core/task/task.h>

namespace eddy::inline v0::internal {

void StopState::request() noexcept {
  if (std::exchange(requested_, true)) return;
  // A node may take others out, never put one in: what begins to wait now sees the flag. Parts
  // within parts are no recursion, however deep.
  IntrusiveList<StopNode> told;
  told.splice_back(nodes_);
  while (StopNode* node = told.pop_front()) {
    node->on_stop();
    StopState* const part = node->part();
    if (part == nullptr || std::exchange(part->requested_, true)) continue;
    told.splice_back(part->nodes_);
  }
}

void destroy_frames(PromiseBase* top) noexcept {
  PromiseBase* frame = top;
  for (;;) {
    while (frame->awaiting_ != nullptr && frame->awaiting_->child != nullptr) {
      frame = frame->awaiting_->child;
    }
    if (frame == top) {
      frame->self_.destroy();
      return;
    }
    ChildLink* link = frame->awaited_by_;
    PromiseBase* parent = link->parent;
    // The parent's awaiter must not destroy it a second time.
    link->child = nullptr;
    parent->awaiting_ = link->previous;
    frame->self_.destroy();
    frame = parent;
  }
}

void resume(const Environment& environment, std::coroutine_handle<> handle) {
  RootTask& root = *environment.root;
  // The owner has gone while another frame of this task is on the stack: nothing of it runs later.
  if (root.abandoned()) return;
  const RootTask::Entered entered(root);
  handle.resume();
}

// ---- Waiter
// ---------------------------------------------------------------------------------------

bool Waiter::begin_in(const Environment& environment, std::coroutine_handle<> handle) noexcept {
  environment_ = &environment;
  core_ = environment.core;
  handle_ = handle;
  if (environment.stop->requested()) {
    stopped_ = true;
    return false;
  }
  environment.stop->add(*this);
  return true;
}

bool Waiter::go_on_stopped() noexcept {
  if (!must_unwind(*core_)) return false;
  schedule(*core_, *this);
  return true;
}

void Waiter::begin_foreign(LoopCore& core, std::coroutine_handle<> handle) noexcept {
  core_ = &core;
  handle_ = handle;
}

void Waiter::resume_now() {
  ReadyItem::unlink();
  StopNode::unlink();
  if (environment_ != nullptr) {
    resume(*environment_, handle_);
  } else {
    handle_.resume();
  }
}

void Waiter::resume_later() noexcept {
  StopNode::unlink();
  schedule(*core_, *this);
}

void Waiter::on_stop() noexcept {
  stopped_ = true;
  stop_waiting();
}

// ---- RootTask
// -------------------------------------------------------------------------------------

RootTask::RootTask(std::shared_ptr<LoopCore> core, PromiseBase* frame, Done done, RootTask* outer)
    : core_(std::move(core)),
      environment_{core_.get(), &stop_, this},
      frame_(frame),
      done_(std::move(done)),
      outer_(outer) {
  frame_->set_up(environment_, *this);
  core_->add_work();
}

void RootTask::start() noexcept { resume(environment_, frame_->self_); }
void RootTask::start_later() noexcept { schedule(*core_, *this); }
void RootTask::run() { start(); }

void RootTask::enter() noexcept {
  for (RootTask* root = this; root != nullptr; root = root->outer_) {
    ++root->references_;
    ++root->running_;
  }
}

void RootTask::leave() noexcept {
  // The outer ones last: their frames own this.
  for (RootTask* root = this; root != nullptr;) {
    RootTask* const outer = root->outer_;
    if (--root->running_ == 0) {
      if (root->abandoned_) {
        root->destroy();
        root->tell(nullptr);
      } else if (root->done_reached_) {
        root->finish();
      }
    }
    if (--root->references_ == 0) delete root;
    root = outer;
  }
}

std::coroutine_handle<> RootTask::on_done() noexcept {
  // The frame can't be destroyed from its own final suspension; leave() does it.
  done_reached_ = true;
  return std::noop_coroutine();
}

void RootTask::finish() noexcept {
  auto& promise = static_cast<Promise<void>&>(*frame_);
  std::exception_ptr error = promise.error();
  destroy();
  tell(std::move(error));
}

void RootTask::tell(std::exception_ptr error) noexcept {
  Done done = std::move(done_);
  try {
    if (done) done(std::move(error));
  } catch (...) {
    report(*core_, std::current_exception(), "end of task");
  }
}

void RootTask::destroy() noexcept {
  PromiseBase* frame = std::exchange(frame_, nullptr);
  if (frame == nullptr) return;
  destroy_frames(frame);
  // Here and not in the destructor: an owner may keep a task that has ended.
  core_->remove_work();
}

void RootTask::request_stop(StopState& part) noexcept {
  if (ended()) return;
  const Entered entered(*this);
  part.request();
}

bool RootTask::cut_short() noexcept {
  abandoned_ = true;
  ReadyItem::unlink();
  if (running_ == 0) {
    done_ = nullptr;
    destroy();
  }
  return ended();
}

void RootTask::abandon() noexcept {
  abandoned_ = true;
  done_ = nullptr;
  ReadyItem::unlink();
  if (running_ == 0) destroy();
  if (--references_ == 0) delete this;
}

}  // namespace eddy::inline v0::internal
