// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include <eddy/core/task/condition.h>
#include <eddy/core/task/task.h>
#include <eddy/web/http/request.h>

namespace eddy::inline v0::web::internal {

class Exchange;

/// Has pages load anew by themselves once the program has begun anew, and shows in them why it
/// can't be built: a script in each page waits at a path of this for one of both.
///
/// Thread: that of the Application's Loop. Must outlive the exchanges that it answers.
class PageReload {
 public:
  /// Not where a page of another site asks, as browsers tell.
  [[nodiscard]] static bool is_for(const Request& request) noexcept;
  /// Gives the script, or has the request wait for news.
  void answer(Exchange& exchange);
  /// Adds the script to a whole response that is a page. The request is a developer's, for a host
  /// of this machine.
  void add_to(Exchange& exchange) const;
  /// What pages are to show; nothing: they show nothing any more.
  void show(std::string problem);

 private:
  Task<void> tell(Exchange& exchange);

  std::string problem_;
  /// 0 before the first problem.
  std::uint64_t version_ = 0;
  Condition changed_;
};

}  // namespace eddy::inline v0::web::internal
